package enginetest

import (
	"fmt"
	"slices"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// apply does an operation on the world that it is about, with the answers of
// a real engine: a name that is taken, a container that is not there.
func (e *Engine) apply(op plan.Op) error {
	switch op.Kind {
	case plan.PullImage:
		e.images[op.Target] = plan.Image{ID: "sha256:" + op.Target}
		e.done = append(e.done, op)
		return nil
	case plan.CreatePause, plan.CreateUnit:
		return e.create(op)
	case plan.Revise:
		return e.revise(op)
	case plan.Note:
		return e.note(op)
	}
	p := e.owner(op.Target)
	if p == nil {
		return missing(op)
	}
	if already(op, p.world) {
		return nil
	}
	if err := e.refuse(op, p); err != nil {
		return err
	}
	return e.change(p, op)
}

// already tells whether what the operation asks for is so.
func already(op plan.Op, w plan.World) bool {
	c := container(w, op.Target)
	switch op.Kind {
	case plan.StartUnit:
		return c != nil && c.State == plan.Running
	case plan.StopUnit:
		return c != nil && c.State != plan.Running
	case plan.StartPause:
		return w.Pause.State == plan.Running
	case plan.StopPause:
		return w.Pause.State != plan.Running
	case plan.SetPolicy:
		return w.Pause.Policy == op.Policy
	}
	return false
}

// refuse is what an engine does not do: run an ended container again, start
// what joins a pause that does not run, remove a volume that is in use.
func (e *Engine) refuse(op plan.Op, p *pod) error {
	c := container(p.world, op.Target)
	switch {
	case op.Kind == plan.StartUnit && c != nil && c.Ended():
		return fmt.Errorf("start %s: it has ended: %w", op.Target, plan.ErrStale)
	case op.Kind == plan.StartUnit && (p.world.Pause == nil || p.world.Pause.State != plan.Running):
		return fmt.Errorf("start %s: cannot join a pause that does not run: %w", op.Target, plan.ErrStale)
	case op.Kind == plan.RemovePause && len(p.world.Containers) > 0 && e.KeepsJoined:
		return fmt.Errorf("remove %s: %d containers join it", op.Target, len(p.world.Containers))
	case op.Kind == plan.RemoveVolume && slices.Contains(p.world.Volumes, op.Target) && e.uses(p):
		return fmt.Errorf("remove volume %s: it is in use", op.Target)
	}
	return nil
}

// uses reports whether containers of a pod use its volumes.
func (e *Engine) uses(p *pod) bool {
	_, born := e.births[translate.ContainerName(&v1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: p.ref.Namespace, Name: p.ref.Name}}, translate.PauseName, 0)]
	return born || p.world.Pause != nil || len(p.world.Containers) > 0
}

// conceive takes a pause's name and makes its volumes, and lets time go by
// before the pause is there.
func (e *Engine) conceive(op plan.Op) error {
	if e.taken(op.Request.Name) {
		return fmt.Errorf("create %s: the name is taken: %w", op.Request.Name, plan.ErrStale)
	}
	p := e.of(op.Request)
	e.births[op.Request.Name] = p.ref.UID
	for _, m := range op.Request.Host.Mounts {
		p.world.Volumes = append(p.world.Volumes, m.Source)
	}
	e.mu.Unlock()
	e.Born()
	e.mu.Lock()
	delete(e.births, op.Request.Name)
	p.world.Volumes = nil // the birth makes them
	return nil
}

// taken reports whether a container has a name, or is about to.
func (e *Engine) taken(name string) bool {
	if _, born := e.births[name]; born {
		return true
	}
	for _, p := range e.pods {
		if p.world.Pause != nil && p.world.Pause.Name == name || named(p.world, name) {
			return true
		}
	}
	return false
}

// of is the pod that a request is for.
func (e *Engine) of(r *translate.Request) *pod {
	ref, _ := translate.RefFromLabels(r.Config.Labels)
	p := e.pods[ref.UID]
	if p == nil {
		p = &pod{ref: ref, world: plan.World{UID: ref.UID, Namespace: ref.Namespace, Name: ref.Name}}
		e.pods[ref.UID] = p
	}
	return p
}

// create makes a container where its name is free.
func (e *Engine) create(op plan.Op) error {
	if e.taken(op.Request.Name) {
		return fmt.Errorf("create %s: the name is taken: %w", op.Request.Name, plan.ErrStale)
	}
	p := e.of(op.Request)
	if op.Kind == plan.CreatePause {
		p.labels = op.Request.Config.Labels
		if len(p.world.Revisions) == 0 {
			p.newest = p.labels
		}
		wanted, opts, err := translate.Decode(p.labels, p.labels)
		if err != nil {
			return err
		}
		p.world.Want = translate.New(wanted, opts)
	}
	return e.change(p, op)
}

// revise writes a later manifest down, unless there is one of that number.
func (e *Engine) revise(op plan.Op) error {
	name, labels := translate.Revision(op.Pod, op.Revision)
	p := e.pods[op.Pod.UID]
	if p == nil {
		p = &pod{ref: translate.RefOf(op.Pod), world: plan.World{UID: op.Pod.UID, Namespace: op.Pod.Namespace, Name: op.Pod.Name}}
		e.pods[op.Pod.UID] = p
	}
	if slices.ContainsFunc(p.world.Revisions, func(r plan.Revision) bool { return r.Name == name }) {
		return fmt.Errorf("revise: there is a revision %d: %w", op.Revision, plan.ErrStale)
	}
	p.newest = labels
	return e.change(p, op)
}

// note writes down what was found out, unless there is a note of that number.
func (e *Engine) note(op plan.Op) error {
	p := e.pods[op.Pod.UID]
	if p == nil || slices.ContainsFunc(p.world.Notes, func(r plan.Revision) bool { return r.Number == op.Revision }) {
		return fmt.Errorf("note: there is a note %d, or no pod: %w", op.Revision, plan.ErrStale)
	}
	return e.change(p, op)
}

func (e *Engine) change(p *pod, op plan.Op) error {
	p.world = plan.Apply(p.world, op, e.Now())
	e.done = append(e.done, op)
	e.hint(p.ref.UID)
	if e.After != nil {
		return e.After(op, &p.world)
	}
	return nil
}

// missing is the answer for a container or volume that is not there.
func missing(op plan.Op) error {
	switch op.Kind {
	case plan.StopUnit, plan.RemoveUnit, plan.RemoveHelper, plan.StopPause, plan.RemovePause, plan.RemoveVolume:
		return nil
	}
	return fmt.Errorf("%s %s: there is no such container: %w", op.Kind, op.Target, plan.ErrStale)
}

func (e *Engine) owner(target string) *pod {
	for _, uid := range e.uids() {
		p := e.pods[uid]
		if p.world.Pause != nil && p.world.Pause.ID == target || container(p.world, target) != nil {
			return p
		}
		named := func(r plan.Revision) bool { return r.Name == target }
		if slices.Contains(p.world.Volumes, target) || slices.ContainsFunc(slices.Concat(p.world.Revisions, p.world.Notes), named) {
			return p
		}
	}
	return nil
}

func (e *Engine) uids() []types.UID {
	var uids []types.UID
	for uid := range e.pods {
		uids = append(uids, uid)
	}
	return uids
}

func container(w plan.World, id string) *plan.Container {
	for i := range w.Containers {
		if w.Containers[i].ID == id {
			return &w.Containers[i]
		}
	}
	return nil
}

func named(w plan.World, name string) bool {
	for _, c := range w.Containers {
		if c.Name == name {
			return true
		}
	}
	return false
}

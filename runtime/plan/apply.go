package plan

import (
	"cmp"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/minipod/minipod/runtime/translate"
)

// Apply is the model of Docker: the world after an operation that succeeds.
// The world it is given is not changed.
func Apply(w World, op Op, now time.Time) World {
	w.Containers = slices.Clone(w.Containers)
	w.Volumes = slices.Clone(w.Volumes)
	w.Revisions = slices.Clone(w.Revisions)
	w.Notes = slices.Clone(w.Notes)
	if w.Pause != nil {
		pause := *w.Pause
		w.Pause = &pause
	}
	switch op.Kind {
	case CreatePause:
		applyBirth(&w, op, now)
	case StartPause:
		startPause(&w, op, now)
	case StopPause:
		w.Pause.State, w.Pause.FinishedAt, w.Pause.IPs, w.Inputs.PodIPs = Exited, now, nil, nil
	case RemovePause:
		w.Pause = nil
		w.forget()
	case SetPolicy:
		w.Pause.Policy = op.Policy
	case Revise:
		applyRevise(&w, op, now)
	case RunProbe, PostStart, PreStop, CheckPath, Measure:
		w.Memory = w.Settle(op, nil, now)
	case Note:
		name, _ := translate.FactsNote(op.Pod, op.Revision, "")
		w.Facts, w.Notes = *op.Facts, []Revision{{Name: name, Number: op.Revision, Made: now}}
	case PullImage:
		applyPull(&w, op)
	case CreateUnit:
		applyCreate(&w, op, now)
	case StartUnit:
		w.change(op.Target, func(c *Container) { w.started(c, now) })
	case StopUnit:
		w.change(op.Target, func(c *Container) { c.State, c.FinishedAt, c.ExitCode = Exited, now, 143 })
	case Resize:
		w.change(op.Target, func(c *Container) { c.Resources = *op.Resources })
		if w.Pause != nil && w.Pause.ID == op.Target {
			w.Pause.Resources = *op.Resources
		}
	case RemoveUnit:
		w.Containers = slices.DeleteFunc(w.Containers, func(c Container) bool { return c.ID == op.Target })
	case RemoveHelper:
		w.Helpers = slices.DeleteFunc(slices.Clone(w.Helpers), func(h Helper) bool { return h.ID == op.Target })
	case CopyImage:
		w.Contents = clone(w.Contents)
		w.Contents[op.Target] = translate.ImageCopied
	case FillVolume:
		w.Contents = clone(w.Contents)
		w.Contents[op.Target] = op.Payload.Hash
	case RemoveVolume:
		w.Contents = clone(w.Contents)
		delete(w.Contents, op.Target)
		w.Volumes = slices.DeleteFunc(w.Volumes, func(v string) bool { return v == op.Target })
		named := func(r Revision) bool { return r.Name == op.Target }
		w.Revisions = slices.DeleteFunc(w.Revisions, named)
		w.Notes = slices.DeleteFunc(w.Notes, named)
		w.forget()
	}
	return w
}

// forget drops the manifest with the last thing that carries it.
func (w *World) forget() {
	switch {
	case w.Pause != nil:
	case len(w.Revisions) == 0:
		w.Want, w.Revision = nil, 0
	case !w.Leaving():
		w.Want = nil
	}
}

func applyRevise(w *World, op Op, now time.Time) {
	var opts translate.Options
	if w.Want != nil {
		opts = w.Want.Options
	}
	name, _ := translate.Revision(op.Pod, op.Revision)
	w.Want, w.Revision = translate.New(op.Pod, opts), op.Revision
	w.Revisions = append(w.Revisions, Revision{Name: name, Number: op.Revision, Made: now})
	w.forget()
}

func applyBirth(w *World, op Op, now time.Time) {
	pod := w.Want.Pod
	w.UID, w.Namespace, w.Name, w.Revision = pod.UID, pod.Namespace, pod.Name, 1
	w.Pause = &Pause{ID: modelID(op.Request), Name: op.Request.Name, State: Created, Policy: PolicyAlways, Created: now}
	if host := op.Request.Host; host != nil {
		w.Pause.Cgroup, w.Pause.Resources = host.CgroupParent, ResourcesOf(host.Resources)
	}
	for _, v := range w.Want.Volumes {
		if v.Claim == "" {
			w.Volumes = append(w.Volumes, v.Docker)
		}
	}
}

func startPause(w *World, op Op, now time.Time) {
	w.Contents = clone(w.Contents)
	for _, p := range op.Payloads {
		w.Contents[p.Volume.Docker] = p.Hash
	}
	w.Pause.State, w.Pause.StartedAt, w.Pause.FinishedAt = Running, now, time.Time{}
	if w.Want != nil && !w.Want.Pod.Spec.HostNetwork {
		w.Pause.IPs = []string{"192.0.2.1"}
	}
	w.Inputs.PodIPs = append([]string{}, w.Pause.IPs...)
	w.Inputs.Allocatable = clone(w.Inputs.Allocatable)
	w.Inputs.Allocatable[v1.ResourceEphemeralStorage] = resource.MustParse(modelDisk)
}

// modelDisk is how large the disk of the model of Docker is.
const modelDisk = "100Gi"

// ModelImage is what the model of Docker knows of an image: it has one that
// does not run as root, so that nothing keeps a container from being made.
func ModelImage(reference string) Image { return Image{ID: "sha256:" + reference, User: "65535"} }

func applyPull(w *World, op Op) {
	images := clone(w.Images)
	images[op.Target] = ModelImage(op.Target)
	w.Images = images
	w.Memory = w.Settle(op, nil, time.Time{})
}

func applyCreate(w *World, op Op, now time.Time) {
	labels := op.Request.Config.Labels
	w.Containers = append(w.Containers, Container{
		ID: modelID(op.Request), Name: op.Request.Name, Unit: op.Unit, Attempt: op.Attempt,
		Restarts: translate.RestartsOf(labels), Backoff: translate.BackoffOf(labels), Start: translate.StartNumber(labels), Hash: labels[translate.LabelHash],
		Resources: ResourcesOf(op.Request.Host.Resources), MemoryAsked: labels[translate.LabelMemory],
		State: Created, Created: now, Image: op.Request.Config.Image,
	})
	SortContainers(w.Containers)
}

// modelID is the ID of a container in the model: as in an engine it is not its
// name, and belongs to one pod.
func modelID(r *translate.Request) string {
	return "id-of-" + r.Name + "-" + r.Config.Labels[translate.LabelUID]
}

// started starts an attempt. An init container does its work in no time.
func (w *World) started(c *Container, now time.Time) {
	c.State, c.StartedAt = Running, now
	if w.Want == nil {
		return
	}
	if u, ok := w.Want.Unit(c.Unit); ok && u.Kind == translate.Init {
		c.State, c.FinishedAt = Exited, now
	}
}

func (w *World) change(id string, f func(*Container)) {
	for i := range w.Containers {
		if w.Containers[i].ID == id {
			f(&w.Containers[i])
		}
	}
}

// SortContainers puts attempts in the order that a World has them in.
func SortContainers(cs []Container) {
	slices.SortFunc(cs, func(a, b Container) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Attempt, b.Attempt))
	})
}

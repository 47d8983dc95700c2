package plan_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

var policies = []v1.RestartPolicy{v1.RestartPolicyAlways, v1.RestartPolicyOnFailure, v1.RestartPolicyNever}

// trip is a random way through the life of a pod.
type trip struct {
	*rand.Rand
	w   plan.World
	now time.Time
}

// disturb does something to the pod from outside.
func (t *trip) disturb() {
	if t.w.Pause == nil {
		return
	}
	switch t.IntN(6) {
	case 0, 1:
		for i := range t.w.Containers {
			if c := &t.w.Containers[i]; c.State == plan.Running && t.IntN(2) == 0 {
				c.State, c.ExitCode, c.FinishedAt = plan.Exited, t.IntN(3), t.now
			}
		}
	case 2: // the pause dies and Docker restarts it
		if t.w.Pause.State == plan.Running && t.w.Intent() == plan.Wanted {
			t.w.Pause.StartedAt = t.now
		}
	case 3: // somebody removes a container
		if n := len(t.w.Containers); n > 0 {
			i := t.IntN(n)
			t.w.Containers = slices.Delete(slices.Clone(t.w.Containers), i, i+1)
		}
	case 4: // a start fails
		for i := range t.w.Containers {
			if c := &t.w.Containers[i]; c.State == plan.Created {
				c.ExitCode = 127
			}
		}
	case 5: // the pause stops, by hand
		if t.w.Pause.State == plan.Running {
			t.w.Pause.State = plan.Exited
		}
	}
}

// step does some of what Next allows, in any order.
func (t *trip) step() plan.Step {
	s := plan.Next(t.w, t.now)
	for _, i := range t.Perm(len(s.Ops)) {
		if t.IntN(4) > 0 {
			t.w = plan.Apply(t.w, s.Ops[i], t.now)
		}
	}
	t.now = t.now.Add(time.Duration(t.IntN(3000)) * time.Millisecond)
	return s
}

// settle goes on undisturbed until nothing is left to do.
func (t *trip) settle(tb testing.TB) plan.Step {
	tb.Helper()
	for range 400 {
		s := plan.Next(t.w, t.now)
		switch {
		case len(s.Ops) > 0:
			t.step()
		case s.Wake.After(t.now):
			t.now = s.Wake
		default:
			return s
		}
	}
	tb.Fatalf("the pod does not come to rest: %+v", t.w)
	return plan.Step{}
}

// Whatever happens to a pod, it comes to rest: up with one container a unit,
// ended for good, stopped, or gone.
func TestRandomWorldsComeToRest(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		pod := podOf(1+r.IntN(4), policies[r.IntN(3)])
		trip := &trip{Rand: r, w: unborn(pod, translate.Options{}), now: t0}
		for range 30 {
			trip.step()
			if r.IntN(4) == 0 {
				trip.disturb()
			}
		}
		if r.IntN(3) == 0 && trip.w.Pause != nil {
			intend(&trip.w, plan.Going)
		}
		check(t, seed, trip.settle(t), trip.w)
	}
}

// check holds what a pod at rest must be.
func check(t *testing.T, seed uint64, s plan.Step, w plan.World) {
	t.Helper()
	running := map[string]int{}
	for _, c := range w.Containers {
		if c.State == plan.Running {
			running[c.Unit]++
		}
	}
	switch s.State {
	case plan.Up:
		for _, u := range w.Want.Units {
			if c := w.Latest(u.Name); c == nil && u.Kind != translate.Init || c != nil && !c.Ended() && running[u.Name] != 1 {
				t.Errorf("seed %d: unit %s of a pod that is up: %d running", seed, u.Name, running[u.Name])
			}
		}
		if w.Pause.State != plan.Running {
			t.Errorf("seed %d: up with a pause that is %s", seed, w.Pause.State)
		}
	case plan.Finished, plan.Stopped:
		if len(running) > 0 || w.Pause.State == plan.Running {
			t.Errorf("seed %d: %s, and running are %v, pause %s", seed, s.State, running, w.Pause.State)
		}
	case plan.Gone:
		if !w.Gone() {
			t.Errorf("seed %d: gone, and left is %+v", seed, w)
		}
	default:
		t.Errorf("seed %d: at rest while %s", seed, s.State)
	}
}

// A process may be killed after any operation, with all it remembers: another
// one brings the pod to the same end.
func TestCutAfterEveryOperation(t *testing.T) {
	for _, policy := range policies {
		pod := podOf(3, policy)
		whole := fold(unborn(pod, translate.Options{}), -1)
		for cut := 1; ; cut++ {
			w := unborn(pod, translate.Options{})
			first := fold(w, cut)
			if diff := cmp.Diff(summary(whole), summary(fold(first, -1))); diff != "" {
				t.Fatalf("%s, cut after %d operations (-whole +cut):\n%s", policy, cut, diff)
			}
			if left := fold(going(first), -1); !left.Gone() {
				t.Fatalf("%s, removed after %d operations: left is %+v", policy, cut, left)
			}
			if len(plan.Next(first, t0).Ops) == 0 {
				break
			}
		}
	}
}

func going(w plan.World) plan.World {
	intend(&w, plan.Going)
	return w
}

// fold does n operations, or all there are; at the end the memory is lost.
func fold(w plan.World, n int) plan.World {
	for n != 0 {
		s := plan.Next(w, t0)
		if len(s.Ops) == 0 {
			break
		}
		w = plan.Apply(w, s.Ops[0], t0)
		n--
	}
	w.Memory = plan.Memory{}
	return w
}

func summary(w plan.World) map[string]string {
	m := map[string]string{"pause": string(w.Pause.State)}
	for _, c := range w.Containers {
		m[c.Name] = string(c.State)
	}
	return m
}

// Two processes at work on one pod, one of which sees the world as it was:
// neither an operation done twice nor one that comes late does harm.
func TestStaleObserver(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 2))
		fresh := &trip{Rand: r, w: unborn(podOf(3, policies[r.IntN(3)]), translate.Options{}), now: t0}
		old := fresh.w
		for range 25 {
			fresh.step()
			for _, op := range plan.Next(old, fresh.now).Ops {
				if possible(fresh.w, op) {
					fresh.w = plan.Apply(fresh.w, op, fresh.now)
				}
			}
			if r.IntN(3) == 0 {
				old = fresh.w
			}
		}
		check(t, seed, fresh.settle(t), fresh.w)
	}
}

// possible tells whether an engine would do an operation: it refuses a name
// that is taken and a container that is not there.
func possible(w plan.World, op plan.Op) bool {
	switch op.Kind {
	case plan.CreatePause:
		return w.Pause == nil
	case plan.CreateUnit:
		return !slices.ContainsFunc(w.Containers, func(c plan.Container) bool { return c.Name == op.Target })
	case plan.StartUnit:
		return slices.ContainsFunc(w.Containers, func(c plan.Container) bool { return c.ID == op.Target && c.State == plan.Created })
	case plan.StopUnit:
		return slices.ContainsFunc(w.Containers, func(c plan.Container) bool { return c.ID == op.Target && c.State == plan.Running })
	case plan.StartPause:
		return w.Pause != nil && w.Pause.State != plan.Running
	case plan.StopPause, plan.SetPolicy:
		return w.Pause != nil
	}
	return true
}

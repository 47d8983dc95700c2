package plan

import (
	"fmt"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// The kubelet's back-off (pkg/kubelet/kubelet.go): 10 s, doubled up to five
// minutes, forgotten once a container has run for ten.
const (
	backoffBase  = 10 * time.Second
	backoffCap   = 300 * time.Second
	backoffReset = 600 * time.Second
)

// removalBase is sooner: what is in the way of a removal is most often about
// to be removed too, by someone else who is at work on the pod.
const removalBase = time.Second

// mountBase is as on a node, where mounts have a back-off of their own
// (pkg/util/goroutinemap/exponentialbackoff).
const mountBase = 500 * time.Millisecond

// crashDelay is how long after the end of an attempt the next one, made at a
// step, may start: 0 for the first restart, then 10 s, 20 s, 40 s ...
func crashDelay(step int) time.Duration {
	if step <= 1 {
		return 0
	}
	return doubled(backoffBase, step-1)
}

// Again is when the operation is tried again.
func (f Fault) Again() time.Time {
	base := backoffBase
	switch f.Op.Kind {
	case RemoveUnit, RemoveHelper, RemovePause, RemoveVolume, Revise:
		base = removalBase
	case CheckPath:
		base = mountBase
	}
	return f.At.Add(doubled(base, f.Count))
}

// doubled is the nth of delays that double, up to the cap.
func doubled(delay time.Duration, n int) time.Duration {
	for range n - 1 {
		if delay *= 2; delay >= backoffCap {
			return backoffCap
		}
	}
	return delay
}

// nextBackoff is the step of the attempt after c.
func nextBackoff(c Container) int {
	if c.Lost {
		return c.Backoff
	}
	if !c.StartedAt.IsZero() && c.FinishedAt.Sub(c.StartedAt) > backoffReset {
		return 1
	}
	return c.Backoff + 1
}

// delay is how long after the end of an attempt the next one may start. What is lost
// is not there for a node to back off from.
func (c Container) delay() time.Duration {
	if c.Lost {
		return 0
	}
	return crashDelay(nextBackoff(c))
}

// ended is when an attempt ended; one whose start failed ended as it began.
func ended(c Container) time.Time {
	if c.FinishedAt.IsZero() {
		return c.Created
	}
	return c.FinishedAt
}

func backoffMessage(pod *v1.Pod, unit string, step int) string {
	return fmt.Sprintf("back-off %s restarting failed container=%s pod=%s_%s(%s)",
		crashDelay(step), unit, pod.Name, pod.Namespace, pod.UID)
}

// outdated reports whether an attempt was made from another spec than the unit
// has now: it is replaced whatever the restart policy.
func outdated(u translate.Unit, c Container) bool {
	return c.Hash != "" && c.Hash != u.Hash
}

// restarts reports whether an attempt that has ended is followed by another:
// by the policy or a rule of its container, or because it was made from another spec or for an earlier
// start of the pod. An init container does its work anew in a new pause. One that a probe has had
// stopped is run again at once, whatever it exits with (kuberuntime_manager.go, computePodActions): where it would
// have to back off first only its exit code counts, since a node has forgotten the probe by then.
func (w World) restarts(u translate.Unit, c Container) bool {
	switch {
	case u.Kind == translate.Ephemeral:
		return false
	case outdated(u, c), c.Start < w.start(), resets(u, c):
		return true
	case w.endsWithPause(u, c):
		return false
	case u.Restart == v1.RestartPolicyAlways, w.startsAnew(u, c), u.Rule(c.ExitCode) == v1.ContainerRestartRuleActionRestart && (u.Kind != translate.Init || c.failed()):
		return true
	case u.Kind == translate.Init && !c.failed():
		return w.cutOff(c)
	}
	return u.Restart == v1.RestartPolicyOnFailure && (c.failed() || w.condemned(c) != "" && c.delay() == 0)
}

// Restarts reports whether the newest attempt of a unit, which has ended, is
// followed by another.
func (w World) Restarts(name string) bool {
	u, ok := w.Want.Unit(name)
	c := w.Latest(name)
	return ok && c != nil && w.restarts(u, *c)
}

// anew reports whether the next attempt begins from nothing.
func (w World) anew(u translate.Unit, c Container) bool { return w.former(c) || outdated(u, c) }

// fresh reports whether it begins without a back-off, because a start of the pod
// or another spec is why. A new pause is no reason: what crashes goes on counting.
func (w World) fresh(u translate.Unit, c Container) bool {
	return c.Start < w.start() || outdated(u, c)
}

// restarted is how often a unit is restarted with its next attempt: a start of
// the pod on purpose is no restart.
func (w World) restarted(unit string) int {
	c := w.Latest(unit)
	switch {
	case c == nil:
		return 0
	case c.Start < w.start() && !w.reset():
		return c.Restarts
	}
	return c.Restarts + 1
}

// failed reports whether an attempt ended badly.
func (c Container) failed() bool { return c.ExitCode != 0 || c.OOMKilled }

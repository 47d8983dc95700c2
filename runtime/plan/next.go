package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// Next decides what may be done now for a pod. It alone decides: retrying,
// backing off and giving up included. The same world and the same time give
// the same step.
func Next(w World, now time.Time) Step {
	s := &stepper{w: w, now: now, Step: Step{Phase: Phase(w)}}
	switch {
	case w.Pause == nil && w.Want != nil:
		s.birth()
	case w.Pause == nil:
		s.sweep()
	case w.Leaving():
		s.leave()
	case w.Pause.Intent == Halted, w.Pause.State == Exited && w.Pause.Intent == Wanted:
		s.halt()
	case w.Pause.Intent == Ended, terminal(s.Phase):
		s.finish()
	default:
		s.bring()
	}
	s.faults()
	return s.Step
}

// stepper puts a Step together.
type stepper struct {
	w   World
	now time.Time
	Step
}

// do adds an operation, unless it failed a short while ago.
func (s *stepper) do(op Op) {
	key := op.Key()
	if slices.ContainsFunc(s.Ops, func(other Op) bool { return other.Key() == key }) {
		return
	}
	if f, failed := s.w.Faults[key]; failed {
		if until := f.Again(); s.now.Before(until) {
			s.wake(until)
			return
		}
	}
	s.Ops = append(s.Ops, op)
}

func (s *stepper) wait(w Wait) {
	s.Waits = append(s.Waits, w)
	s.wake(w.Until)
}

// wake sees to it that the pod is looked at again at a time. A time that has
// come needs no waking: what it was waited for is among the operations.
func (s *stepper) wake(at time.Time) {
	if at.After(s.now) && (s.Wake.IsZero() || at.Before(s.Wake)) {
		s.Wake = at
	}
}

// birth makes the pod: creating the pause takes the name, so of two who try
// one succeeds.
func (s *stepper) birth() {
	s.State = Starting
	s.do(Op{Kind: CreatePause, Target: s.w.Want.Pause.Name, Request: &s.w.Want.Pause})
}

// sweep removes what is left of a pod whose pause is gone.
func (s *stepper) sweep() {
	s.State = Leaving
	for _, c := range s.w.Containers {
		s.do(remove(c))
	}
	if len(s.w.Containers) > 0 {
		return
	}
	for _, v := range s.w.Volumes {
		s.do(Op{Kind: RemoveVolume, Target: v})
	}
	if s.w.Gone() {
		s.State = Gone
	}
}

// leave stops the containers side by side, then removes them, and then the
// pause: in this order because an engine may refuse to remove what others
// join, and because how they ended is to be seen before they are gone.
func (s *stepper) leave() {
	s.State = Leaving
	if s.stopAll() || s.finalizers() {
		return
	}
	for _, c := range s.w.Containers {
		s.do(remove(c))
	}
	if len(s.w.Containers) == 0 {
		s.do(Op{Kind: RemovePause, Target: s.w.Pause.ID})
	}
}

// finalizers keeps what is left of the pod for as long as it has any.
func (s *stepper) finalizers() bool {
	if s.w.Want == nil || len(s.w.Want.Pod.Finalizers) == 0 {
		return false
	}
	s.wait(Wait{Reason: "Finalizers", Detail: "its finalizers are to be taken off first: " + strings.Join(s.w.Want.Pod.Finalizers, ", ")})
	s.wind()
	return true
}

// halt stops the containers and then the pause, and keeps everything.
func (s *stepper) halt() {
	s.State = Stopped
	s.wind()
}

// finish lets go of the pod's address and ports once its containers have
// ended for good, or were never let in. What they wrote stays until the pod is
// removed.
func (s *stepper) finish() {
	s.State = Finished
	if reason, message, rejected := Rejection(s.w); rejected {
		s.refuse(Wait{Reason: reason, Detail: message}, Op{})
	}
	if s.w.Pause.Intent != Ended {
		s.do(Op{Kind: SetIntent, Target: s.w.Pause.ID, Intent: Ended})
		return
	}
	s.wind()
}

// wind stops the containers side by side and then the pause.
func (s *stepper) wind() {
	if !s.stopAll() && s.w.Pause.State == Running {
		s.do(Op{Kind: StopPause, Target: s.w.Pause.ID})
	}
}

// stopAll stops what runs, and tells whether anything does.
func (s *stepper) stopAll() bool {
	running := false
	for _, c := range s.w.Containers {
		if c.State == Running {
			running = true
			s.do(s.stop(c))
		}
	}
	return running
}

func (s *stepper) stop(c Container) Op {
	return Op{Kind: StopUnit, Unit: c.Unit, Attempt: c.Attempt, Target: c.ID, Grace: time.Duration(s.w.GraceSeconds()) * time.Second}
}

func remove(c Container) Op {
	return Op{Kind: RemoveUnit, Unit: c.Unit, Attempt: c.Attempt, Target: c.ID}
}

// bring starts what is to run.
func (s *stepper) bring() {
	s.State = Up
	if s.w.Want == nil {
		s.wait(Wait{Reason: "InvalidManifest", Detail: "the manifest in the pause's label cannot be read"})
		return
	}
	if s.gated() {
		return
	}
	running := s.w.Pause.State == Running
	if !running {
		s.State = Starting
		s.do(Op{Kind: StartPause, Target: s.w.Pause.ID, Volumes: s.w.Want.Volumes})
	}
	mayStart := running
	for _, u := range s.w.Want.Units {
		switch {
		case u.Kind == translate.App:
			mayStart = s.unit(u, mayStart)
		case u.Kind == translate.Ephemeral && running:
			s.ephemeral(u)
		}
	}
	s.prune()
}

// gated keeps a pod that has scheduling gates from starting.
func (s *stepper) gated() bool {
	gates := s.w.Want.Pod.Spec.SchedulingGates
	if len(gates) == 0 || s.w.Pause.State != Created {
		return false
	}
	s.State = Starting
	s.refuse(Wait{Reason: v1.PodReasonSchedulingGated, Detail: "Scheduling is blocked due to non-empty scheduling gates"}, Op{})
	return true
}

// refuse waits for something that will not come by itself: it counts as a
// failure of the operation that would be next.
func (s *stepper) refuse(w Wait, op Op) {
	w.Fault = &Fault{Op: op, Err: refusal(w.Detail), At: s.now, Count: 1}
	s.wait(w)
}

// unit brings one container on. Containers start in the manifest's order:
// mayStart says that the one before has started, the answer that this one
// has.
func (s *stepper) unit(u translate.Unit, mayStart bool) bool {
	c := s.w.Latest(u.Name)
	switch {
	case c == nil:
		s.create(u, 0, 0)
	case (s.w.Stale(*c) || outdated(u, *c)) && c.State == Running:
		s.do(s.stop(*c))
	case s.w.Stale(*c):
		s.create(u, c.Attempt+1, 0)
	case c.Ended():
		return s.ended(u, *c) && mayStart
	case c.State == Running:
		return mayStart
	case outdated(u, *c):
		s.do(remove(*c))
	case mayStart:
		s.do(Op{Kind: StartUnit, Unit: u.Name, Attempt: c.Attempt, Target: c.ID})
	}
	s.State = Starting
	return false
}

// ended makes the next attempt of a container that has ended, when its
// policy wants one and the back-off is over. The containers after it need
// not wait for that.
func (s *stepper) ended(u translate.Unit, c Container) bool {
	if !restarts(u, c) && !outdated(u, c) {
		return true
	}
	step := nextBackoff(c)
	until := ended(c).Add(crashDelay(step))
	if s.now.Before(until) {
		s.wait(Wait{Unit: u.Name, Reason: "CrashLoopBackOff", Until: until, Detail: backoffMessage(s.w.Want.Pod, u.Name, step)})
		return true
	}
	s.State = Starting
	s.create(u, c.Attempt+1, step)
	return true
}

// create makes an attempt, after its image is there.
func (s *stepper) create(u translate.Unit, attempt, backoff int) {
	if !s.image(u, attempt) || !s.nonRoot(u) {
		return
	}
	request := u.Attempt(s.w.Want.Pod, attempt, backoff)
	s.do(Op{Kind: CreateUnit, Unit: u.Name, Attempt: attempt, Target: request.Name, Request: request})
}

// image sees to a unit's image, and tells whether it is there.
func (s *stepper) image(u translate.Unit, attempt int) bool {
	pull := Op{Kind: PullImage, Unit: u.Name, Attempt: attempt, Target: u.Container.Image}
	_, present := s.w.Images[pull.Target]
	switch {
	case u.Pull == v1.PullNever && !present:
		detail := fmt.Sprintf("Container image %q is not present with pull policy of Never", pull.Target)
		s.refuse(Wait{Unit: u.Name, Reason: "ErrImageNeverPull", Detail: detail}, pull)
		return false
	case present && (u.Pull != v1.PullAlways || s.w.Pulled[pull.Key()]):
		return true
	case present && u.Lenient && Forgiven(s.w.Faults[pull.Key()]):
		return true
	}
	s.do(pull)
	return false
}

// Forgiven tells whether a failed pull may fall back to the local image: the
// registry could not be reached.
func Forgiven(f Fault) bool {
	return f.Op.Kind == PullImage && errors.Is(f.Err, ErrUnreachable)
}

// prune removes attempts that are of no more use: the newest one that ended
// is kept, for its logs and its exit code.
func (s *stepper) prune() {
	kept := map[string]bool{}
	for _, c := range slices.Backward(s.w.Containers) {
		switch latest := s.w.Latest(c.Unit); {
		case c.Attempt == latest.Attempt:
			kept[c.Unit] = c.Ended()
		case c.State != Running && kept[c.Unit]:
			s.do(remove(c))
		case c.State != Running:
			kept[c.Unit] = true
		}
	}
}

// faults says what failed and is in the way still.
func (s *stepper) faults() {
	for _, key := range slices.Sorted(maps.Keys(s.w.Faults)) {
		f := s.w.Faults[key]
		if s.forgiven(f) || s.past(f) {
			continue
		}
		until := f.Again()
		s.wait(Wait{Unit: f.Op.Unit, Reason: faultReason(f, s.now.Before(until)), Detail: f.Err.Error(), Until: until, Fault: &f})
	}
}

// past tells whether a fault is of no more matter: what would have been
// started is to be stopped now.
func (s *stepper) past(f Fault) bool {
	switch f.Op.Kind {
	case StopUnit, StopPause, RemoveUnit, RemovePause, RemoveVolume, SetIntent:
		return false
	}
	return s.State != Starting && s.State != Up
}

// forgiven tells whether a local image stands in for a pull that failed.
func (s *stepper) forgiven(f Fault) bool {
	if s.w.Want == nil || !Forgiven(f) {
		return false
	}
	u, ok := s.w.Want.Unit(f.Op.Unit)
	_, present := s.w.Images[f.Op.Target]
	return ok && u.Lenient && (present || s.w.Latest(u.Name) != nil)
}

// faultReason is Kubernetes' word for a failed operation.
func faultReason(f Fault, waiting bool) string {
	switch f.Op.Kind {
	case PullImage:
		if waiting && f.Count > 1 {
			return "ImagePullBackOff"
		}
		return "ErrImagePull"
	case CreateUnit:
		return "CreateContainerError"
	case StartUnit:
		return "RunContainerError"
	case CreatePause, StartPause:
		return "FailedCreatePodSandBox"
	}
	return "FailedKillPod"
}

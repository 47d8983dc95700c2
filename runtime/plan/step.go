package plan

import (
	"errors"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"
)

// Step is what Next answers.
type Step struct {
	// Ops may be done now, in any order or side by side.
	Ops []Op
	// Waits are what the pod waits for, where Ops alone do not bring it on.
	Waits []Wait
	// Wake is when to look again though nothing has changed; zero is never.
	Wake time.Time
	// Phase is the pod's phase, as Kubernetes words it.
	Phase v1.PodPhase
	// State is where the pod is on its way.
	State PodState
	// Ending tells that something of a pod that has come to its end runs still.
	Ending bool
	// Young tells that the last start was a moment ago: what fails at once may do
	// so yet.
	Young bool
}

// PodState is where a pod is on its way, in minipod's own terms.
type PodState string

// The states of a pod.
const (
	Starting PodState = "starting" // something is still to be started
	Up       PodState = "up"       // every container that is to run was started
	Finished PodState = "finished" // its containers have ended for good
	Stopping PodState = "stopping" // it is being stopped on purpose
	Stopped  PodState = "stopped"  // stopped on purpose; `start` goes on with it
	Leaving  PodState = "leaving"  // it is being removed
	Unborn   PodState = "unborn"   // someone else is making it
	Gone     PodState = "gone"     // nothing is left
)

// Wait is something the pod waits for.
type Wait struct {
	Unit   string    // the unit that waits; empty for the pod
	Reason string    // as Kubernetes words it: CrashLoopBackOff, ErrImagePull
	Detail string    // in words
	Until  time.Time // when it is tried again; zero where that is not known
	Fault  *Fault    // what failed, where something did
}

// Blocks reports whether something has failed that the pod waits for.
func (w Wait) Blocks() bool { return w.Fault != nil && !w.Fault.Op.Beside }

// Faults are the faults that are in the pod's way.
func (s Step) Faults() []Fault {
	var faults []Fault
	for _, w := range s.Waits {
		if w.Blocks() {
			faults = append(faults, *w.Fault)
		}
	}
	return faults
}

// idle reports whether nothing is to be done that the pod waits for.
func (s Step) idle() bool {
	return !slices.ContainsFunc(s.Ops, func(op Op) bool { return !op.Beside })
}

// Awaits reports whether the end of an operation that is under way is waited for.
// What the engine does not go on with by itself may be broken off if the pod does
// not wait for it, and a pull, a probe or a postStart hook if the step does not ask
// for it any more, as of a pod that was stopped meanwhile.
func (s Step) Awaits(op Op) bool {
	switch {
	case op.Lasts():
		return true
	case op.Beside:
		return false
	case op.Kind == PullImage, op.Kind == RunProbe, op.Kind == PostStart:
		return slices.ContainsFunc(s.Ops, func(asked Op) bool { return asked.Key() == op.Key() })
	}
	return true
}

// Settled reports whether a pod that is brought up has come as far as it does
// for now: nothing more to do, or something in the way of what is left to do.
func (s Step) Settled() bool {
	switch s.State {
	case Up, Finished, Stopped:
		return s.idle() && !s.Ending || len(s.Faults()) > 0
	case Gone:
		return s.Away()
	case Stopping:
		return len(s.Faults()) > 0
	case Starting:
		return s.idle() && !s.Young && (len(s.Faults()) > 0 || s.crashing())
	}
	return false
}

// crashing reports whether a container is waited for that has failed and is to
// be tried again later.
func (s Step) crashing() bool {
	return slices.ContainsFunc(s.Waits, func(w Wait) bool { return w.Reason == ReasonCrashLoop })
}

// patience is how often a removal is tried that fails for a reason which may
// pass, such as someone else who is at work on the pod.
const patience = 3

// Ended reports whether a pod that is being removed is gone, or stays for a
// reason that does not pass by itself.
func (s Step) Ended() bool {
	return s.Away() || len(s.Ops) == 0 && slices.ContainsFunc(s.Waits, func(w Wait) bool {
		return w.Fault == nil || w.Fault.Count >= patience || errors.Is(w.Fault.Err, ErrPermanent)
	})
}

// Away reports whether nothing of the pod is left.
func (s Step) Away() bool { return s.State == Gone && len(s.Ops) == 0 }

// Quiet reports whether nothing is to be done for a pod that is being stopped,
// or something is in the way.
func (s Step) Quiet() bool {
	return s.Away() || len(s.Ops) == 0 && (s.Wake.IsZero() || len(s.Faults()) > 0)
}

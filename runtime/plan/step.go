package plan

import (
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
}

// PodState is where a pod is on its way, in minipod's own terms.
type PodState string

// The states of a pod.
const (
	Starting PodState = "starting" // something is still to be started
	Up       PodState = "up"       // every container that is to run was started
	Finished PodState = "finished" // its containers have ended for good
	Stopped  PodState = "stopped"  // stopped on purpose; `start` goes on with it
	Leaving  PodState = "leaving"  // it is being removed
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

// Faults are the faults among the waits.
func (s Step) Faults() []Fault {
	var faults []Fault
	for _, w := range s.Waits {
		if w.Fault != nil {
			faults = append(faults, *w.Fault)
		}
	}
	return faults
}

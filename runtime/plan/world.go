// Package plan decides: Next looks at a World, which is one pod as it is
// wanted and as it is, and answers with the Step that may be taken now.
//
// It holds values and functions only: no context, clock, goroutine or I/O;
// time comes in as now.
package plan

import (
	"time"

	"github.com/docker/docker/api/types/container"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/translate"
)

// World is one pod: what is wanted and what is. Both are read from Docker,
// but for Faults and Pulled, which the process at work remembers.
type World struct {
	UID types.UID
	// Want is the pod as its pause carries it; nil when there is no pause.
	// With a Want and no Pause the pod is not born yet.
	Want *translate.Blueprint
	// Revision is the number of the manifest in Want, from 1.
	Revision int
	// Pause is the pause container; nil when there is none.
	Pause *Pause
	// Containers are the attempts of the units, by unit and attempt.
	Containers []Container
	// Volumes are the Docker names of the volumes of the pod that exist.
	Volumes []string
	// Images are the images of the units that the engine has, by the
	// reference that the manifest uses.
	Images map[string]Image
	// Faults are the operations that failed, by Op.Key.
	Faults map[string]Fault
	// Pulled are the operations of kind PullImage that were done by this
	// process, by Op.Key.
	Pulled map[string]bool
	// Grace overrides the pod's terminationGracePeriodSeconds, in seconds.
	Grace *int64
}

// State is a Docker container's state.
type State string

// The states that matter here; "paused" counts as Running, "dead" and
// "removing" as Exited.
const (
	Created State = "created"
	Running State = "running"
	Exited  State = "exited"
)

// Intent is what is wanted of a pod as a whole. It is kept in the restart
// policy of the pause, the one thing Docker lets a client change on a live
// container: NAME or NAME:RETRIES. A pause that is told to stop exits with 0,
// so on-failure never brings it back.
type Intent string

// The intents and the restart policies that say them.
const (
	Wanted Intent = "unless-stopped"
	Ended  Intent = "on-failure:1" // its containers have ended for good
	Halted Intent = "on-failure:2" // stopped on purpose; wanted again later
	Going  Intent = "no"           // it is being removed
)

// IntentOf reads the intent from a restart policy. One that minipod does not
// set leaves the pod wanted.
func IntentOf(p container.RestartPolicy) Intent {
	switch {
	case p.IsNone():
		return Going
	case p.IsOnFailure() && p.MaximumRetryCount == 1:
		return Ended
	case p.IsOnFailure() && p.MaximumRetryCount == 2:
		return Halted
	}
	return Wanted
}

// Policy is the restart policy that says the intent.
func (i Intent) Policy() container.RestartPolicy {
	switch i {
	case Going:
		return container.RestartPolicy{Name: container.RestartPolicyDisabled}
	case Ended:
		return container.RestartPolicy{Name: container.RestartPolicyOnFailure, MaximumRetryCount: 1}
	case Halted:
		return container.RestartPolicy{Name: container.RestartPolicyOnFailure, MaximumRetryCount: 2}
	}
	return container.RestartPolicy{Name: container.RestartPolicyUnlessStopped}
}

// Pause is the pause container as it is.
type Pause struct {
	ID         string
	Name       string
	State      State
	Intent     Intent
	Created    time.Time
	StartedAt  time.Time
	FinishedAt time.Time
	// IPs are the pod's addresses, IPv4 first; none with the host's network.
	IPs []string
	// Ports are the published ports as `docker ps` words them: 0.0.0.0:80->80/tcp.
	Ports []string
	// Error is what the engine said when its start failed.
	Error string
}

// Container is one attempt of a unit as it is.
type Container struct {
	ID         string
	Name       string
	Unit       string
	Attempt    int
	Backoff    int // the step it was made at
	Hash       string
	State      State
	ExitCode   int
	OOMKilled  bool
	Error      string // what the engine said when its start failed
	Image      string // as asked for
	ImageID    string
	Created    time.Time
	StartedAt  time.Time
	FinishedAt time.Time
}

// Ended tells whether the attempt is over. A start that fails leaves state
// created and an exit code.
func (c Container) Ended() bool {
	return c.State == Exited || c.State == Created && c.ExitCode != 0
}

// Image is an image that the engine has.
type Image struct {
	ID      string
	Digests []string // repository digests
	User    string   // of its config
}

// Latest is the newest attempt of a unit, nil when there is none.
func (w World) Latest(unit string) *Container {
	var found *Container
	for i := range w.Containers {
		c := &w.Containers[i]
		if c.Unit == unit && (found == nil || c.Attempt > found.Attempt) {
			found = c
		}
	}
	return found
}

// Stale tells whether an attempt belongs to a pause process that is no more:
// Docker gives a restarted pause a new network namespace.
func (w World) Stale(c Container) bool {
	return w.Pause != nil && !w.Pause.StartedAt.IsZero() && !c.StartedAt.IsZero() && c.StartedAt.Before(w.Pause.StartedAt)
}

// Leaving tells whether the pod is being removed.
func (w World) Leaving() bool {
	return w.Pause != nil && (w.Pause.Intent == Going || w.Want != nil && w.Want.Pod.DeletionTimestamp != nil)
}

// Gone tells whether nothing is left of the pod.
func (w World) Gone() bool {
	return w.Pause == nil && len(w.Containers) == 0 && len(w.Volumes) == 0
}

// Package plan decides: Next looks at a World, which is one pod as it is
// wanted and as it is, and answers with the Step that may be taken now.
//
// It holds values and functions only: no context, clock, goroutine or I/O;
// time comes in as now.
package plan

import (
	"cmp"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/translate"
)

// World is one pod: what is wanted and what is. Both are read from Docker,
// but for the Memory of the process at work.
type World struct {
	UID types.UID
	// Namespace and Name are the pod's, also where nothing else of it can be
	// read.
	Namespace, Name string
	// Want is the pod as the newest revision of its manifest says. Without a
	// Pause it is nil, unless the pod is being removed; a Want that is not
	// being removed and no Pause is a pod that is not born yet.
	Want *translate.Blueprint
	// Invalid says why the newest manifest cannot be read, where it cannot:
	// there is no Want then.
	Invalid string
	// Revision is the number of the newest manifest, from 1 for the pause's
	// own; Revisions are the later ones that the engine has, oldest first.
	Revision  int
	Revisions []Revision
	// Notes are where Facts are written down, oldest first: the newest counts.
	Notes []Revision
	// Pause is the pause container; nil when there is none.
	Pause *Pause
	// Containers are the attempts of the units, by unit and attempt.
	Containers []Container
	// Helpers are containers that were made to copy files for the pod: someone is at
	// it, or was killed meanwhile.
	Helpers []Helper
	// Volumes are the Docker names of the volumes of the pod that exist.
	Volumes []string
	// Contents are the hashes of what the volumes hold that have a payload, by
	// Docker name. One that nothing was written to is not among them.
	Contents map[string]string
	// Images are the images of the units that the engine has, by the
	// reference that the manifest uses.
	Images map[string]Image
	// Inputs are what the pod Needs.
	Inputs translate.Inputs
	// Facts are what was found out of the containers and written down.
	Facts Facts
	Memory
}

// Revision is a later manifest of a pod, or a note of what was found out of
// it: a volume of this Docker name.
type Revision struct {
	Name   string
	Number int
	Made   time.Time // zero where the engine does not say
	Others bool      // another process has written it
}

// Ref names the pod, without its UID: as a command line does.
func (w World) Ref() translate.Ref { return translate.Ref{Namespace: w.Namespace, Name: w.Name} }

// State is a Docker container's state.
type State string

// The states that matter here; "paused" counts as Running, "dead" and
// "removing" as Exited.
const (
	Created State = "created"
	Running State = "running"
	Exited  State = "exited"
)

// Pause is the pause container as it is.
type Pause struct {
	ID         string
	Name       string
	State      State
	Paused     bool // somebody has paused its processes; it counts as running
	Policy     Policy
	Created    time.Time
	StartedAt  time.Time
	FinishedAt time.Time
	// IPs are the pod's addresses, IPv4 first; none with the host's network.
	IPs []string
	// Ports are the published ports as `docker ps` words them: 0.0.0.0:80->80/tcp.
	Ports []string
	// Error is what the engine said when its start failed.
	Error string
	// Cgroup is that of the pod, where it has one; Resources are its limits.
	Cgroup    string
	Resources Resources
}

// Container is one attempt of a unit as it is.
type Container struct {
	ID        string
	Name      string
	Unit      string
	Attempt   int
	Restarts  int // of the unit before it
	Backoff   int // the step it was made at
	Start     int // the start of the pod that it was made for
	Hash      string
	State     State
	Paused    bool // somebody has paused its processes; it counts as running
	ExitCode  int
	OOMKilled bool
	// OOMAt is when the kernel last killed a process of it for its memory, the
	// first one or another, where this process has heard of it.
	OOMAt     time.Time
	Error     string // what the engine said when its start failed
	Message   string // its termination message, once it has ended
	Resources Resources
	// MemoryAsked is the memory that it was made to ask for, where a change of
	// that restarts it: Unit.MemoryAsked of then.
	MemoryAsked string
	Image       string // as asked for
	ImageID     string
	Created     time.Time
	StartedAt   time.Time
	FinishedAt  time.Time
	// Lost is that somebody else has removed it: it is what was seen of it before,
	// with the exit code of a kill where its end was not seen, which is Unknown.
	Lost, Unknown bool
	// StopSignal asks it to end, by its manifest or its image; empty for SIGTERM.
	StopSignal string
	// Signalled is when it was first sent a signal since World.SignalsSince, where it
	// runs still.
	Signalled time.Time
}

// Ended tells whether the attempt is over. A start that fails leaves state
// created and an exit code.
func (c Container) Ended() bool {
	return c.State == Exited || c.State == Created && c.ExitCode != 0
}

// EndSignal is the signal that the attempt is asked to end with.
func (c Container) EndSignal() string { return cmp.Or(c.StopSignal, "SIGTERM") }

// Helper is a container that is never started: its files are copied into a volume
// of this Docker name.
type Helper struct{ ID, Volume string }

// Image is an image that the engine has.
type Image struct {
	ID      string
	Digests []string // repository digests
	User    string   // of its config
	Ports   []string // that its config exposes: 80/tcp
	Size    int64    // in bytes; zero where the engine does not say
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

// Stale reports whether an attempt was started for a pause process that is no
// more: Docker gives a restarted pause a new network namespace.
func (w World) Stale(c Container) bool {
	return w.Pause != nil && !w.Pause.StartedAt.IsZero() && !c.StartedAt.IsZero() && c.StartedAt.Before(w.Pause.StartedAt)
}

// cutOff reports whether an attempt belongs to a pause process that is no more,
// also where there is no new one yet. The pause of a pod that is not to run was
// stopped with it: that cuts nothing off.
func (w World) cutOff(c Container) bool {
	died := w.Pause != nil && w.Pause.State == Exited && w.Intent() == Wanted
	return w.Stale(c) || died && !c.StartedAt.IsZero()
}

// RunningInit is the init container that the others wait for, if one runs.
func (w World) RunningInit() string {
	if w.Want == nil {
		return ""
	}
	for _, u := range w.Want.Units {
		if c := w.Latest(u.Name); u.Kind == translate.Init && c != nil && c.State == Running {
			return u.Name
		}
	}
	return ""
}

// Leaving reports whether the pod is being removed.
func (w World) Leaving() bool { return w.Intent() == Going }

// Gone reports whether nothing is left of the pod.
func (w World) Gone() bool {
	return w.Pause == nil && len(w.Containers) == 0 && len(w.Helpers) == 0 && len(w.Volumes) == 0 && len(w.Revisions) == 0
}

// Unborn reports whether there are volumes of the pod and nothing else: the
// engine makes them before the pause that mounts them, so they belong to
// whoever is making the pod.
func (w World) Unborn() bool {
	return w.Pause == nil && len(w.Containers) == 0 && len(w.Helpers) == 0 && len(w.Revisions) == 0 && len(w.Volumes) > 0
}

// unmade reports whether the pod is yet to be made: it is wanted, and nothing
// of it is there.
func (w World) unmade() bool { return w.Pause == nil && w.Want != nil && !w.Leaving() }

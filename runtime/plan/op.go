package plan

import (
	"errors"
	"fmt"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// Kind is the kind of an operation on the engine.
type Kind string

// The operations.
const (
	CreatePause  Kind = "create pause"  // Request; loads the pause image when it is missing
	StartPause   Kind = "start pause"   // Target; Volumes are given their mode and Payloads first, Cgroup its Resources
	StopPause    Kind = "stop pause"    // Target
	RemovePause  Kind = "remove pause"  // Target, Cgroup
	SetPolicy    Kind = "set policy"    // Target, Policy
	Revise       Kind = "revise"        // Revision, Pod
	PullImage    Kind = "pull image"    // Target is the reference; Logins
	CreateUnit   Kind = "create"        // Request, Pause
	StartUnit    Kind = "start"         // Target
	StopUnit     Kind = "stop"          // Target, Grace
	RemoveUnit   Kind = "remove"        // Target
	Resize       Kind = "resize"        // Target, Resources; Cgroup where it is the pod
	RunProbe     Kind = "probe"         // Target, Check, Probe, Action, Pause
	PostStart    Kind = "post-start"    // Target, Action, Pause
	PreStop      Kind = "pre-stop"      // Target, Grace, Spent, Action, Pause: a stop comes after it
	Note         Kind = "note"          // Revision, Pod, Facts
	FillVolume   Kind = "fill volume"   // Target is its Docker name; Payload, Pause
	CopyImage    Kind = "copy image"    // Target is its Docker name; Volumes is the one, Pause, Pod
	CheckPath    Kind = "check path"    // Target is a path of the machine; HostPath
	RemoveVolume Kind = "remove volume" // Target is its Docker name
	Measure      Kind = "measure"       // Target is the pause; Disk
	RemoveHelper Kind = "remove helper" // Target
)

// Op is one operation on the engine. Operations of one Step are independent
// of one another.
type Op struct {
	Kind    Kind
	Unit    string // the unit it is about; empty for the pod as a whole
	Attempt int
	Target  string // the ID of the container, or the name of what is created, pulled, or of a volume
	Request *translate.Request
	Volumes []translate.Volume
	Logins  []translate.Login // to the registry, tried in turn
	Policy  Policy
	// Revision is the number of a later manifest, which is Pod, or of a note of
	// what was found out of Pod.
	Revision int
	Pod      *v1.Pod
	// Action is what a probe or a hook does, in the network of the container
	// Pause. Check says which probe of the unit it is.
	Action *translate.Action
	Pause  string
	Check  translate.ProbeKind
	Probe  *v1.Probe
	Facts  *Facts
	// Payload is what a volume is to hold, which the container Pause mounts.
	Payload *translate.Payload
	// Payloads are what volumes of the pause are to hold before it starts.
	Payloads []*translate.Payload
	// HostPath is what the path is to be.
	HostPath *translate.HostPath
	// Disk is what is measured.
	Disk *Disk
	// Cause says why a container is stopped that is to run: a probe of this
	// kind, or its hook.
	Cause string
	// Detail says the cause in words.
	Detail string
	// Resources are the limits that a container is to have.
	Resources *Resources
	// Cgroup is that of the pod, whose limits are Resources.
	Cgroup string
	// Grace is the time between the stop signal and the kill.
	Grace time.Duration
	// Spent is how much of the pod's grace was over before.
	Spent time.Duration
	// Beside tells that the pod does not wait for it, nor for what came of it:
	// it brings an ephemeral container.
	Beside bool
}

// Key names the operation: two operations with one key are the same.
func (o Op) Key() string {
	switch o.Kind {
	case StopUnit:
		return fmt.Sprintf("%s %s %s", o.Kind, o.Target, o.Grace)
	case Resize:
		return fmt.Sprintf("%s %s to %s", o.Kind, o.Target, o.Resources)
	case PullImage:
		return fmt.Sprintf("%s %s for attempt %d", o.Kind, o.Target, o.Attempt)
	case Revise, Note:
		return fmt.Sprintf("%s %d", o.Kind, o.Revision)
	case RunProbe:
		return fmt.Sprintf("%s %s %s", o.Kind, o.Check, o.Target)
	case CheckPath:
		return pathKey(o.HostPath)
	case FillVolume:
		if o.Payload != nil {
			return fmt.Sprintf("%s %s with %s", o.Kind, o.Target, o.Payload.Hash)
		}
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", o.Kind, o.Target, o.Policy))
}

// Subject names what the operation changes: operations on one subject are
// not done at the same time. A stop may be hastened by another with a
// shorter grace, so each is a subject of its own.
func (o Op) Subject() string {
	switch o.Kind {
	case PullImage:
		return "image " + o.Target
	case StopUnit, RunProbe, PostStart, PreStop, Note, CheckPath, Measure:
		return o.Key()
	case Revise:
		return "manifest"
	}
	return o.Target
}

// Clears tells whether a fault is of no account once the operation has
// succeeded: it was of the same subject, of an earlier try of the same, or of
// a removal that the operation has made way for.
func (o Op) Clears(f Fault) bool {
	switch {
	case o.Subject() == f.Op.Subject(), o.Unit == f.Op.Unit && o.Kind == f.Op.Kind:
		return true
	case o.Kind == RemoveUnit:
		return f.Op.Kind == RemovePause || f.Op.Kind == RemoveVolume
	}
	return o.Kind == RemovePause && f.Op.Kind == RemoveVolume
}

// ErrStale is in the error of Engine.Do when the world is no longer what the
// operation was decided on: a name already taken, a container gone. The
// answer is to observe again at once.
var ErrStale = errors.New("the world has changed meanwhile")

// ErrConfig is in the error of a create that the kubelet does not come to: the
// container's configuration cannot be put together.
var ErrConfig = errors.New(ReasonConfigError)

// ErrUnsupported is in the error of an operation that this engine does not
// have, such as the update of a restart policy on Podman 4.
var ErrUnsupported = errors.New("the engine cannot do that")

// ErrUnreachable is in an error when the engine, or for a pull the registry,
// could not be reached at all.
var ErrUnreachable = errors.New("cannot be reached")

// ErrPermanent is in the error of an operation that will not succeed by
// being tried again with the same world.
var ErrPermanent = errors.New("trying again does not help")

// refusal is a text that is ErrPermanent without saying so.
type refusal string

func (r refusal) Error() string        { return string(r) }
func (r refusal) Is(target error) bool { return target == ErrPermanent }

// Lasts reports whether the engine goes on with the operation when nobody
// waits for its answer any more: who gives up has to know what became of it.
func (o Op) Lasts() bool {
	switch o.Kind {
	case PullImage, StopUnit, StopPause, RunProbe, PostStart, PreStop, Measure:
		return false
	}
	return true
}

// Fault is a failed operation.
type Fault struct {
	Op    Op
	Err   error
	At    time.Time // of the last failure
	Count int       // of failures, one after the other
}

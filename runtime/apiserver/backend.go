package apiserver

import (
	"context"
	"io"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/engine"
)

// Pods is the truth about pods: the engine. Errors made with
// k8s.io/apimachinery/pkg/api/errors reach the client as they are; any other is
// an internal error (500) with its text. Every method may be called from many
// goroutines; for one pod, no two of Create, Revise, Stop and Kill run at once.
//
// A pod's manifest has revisions, numbered from 1, the one that it was born with.
// Other processes and the loop write some too, also such that no client sees. A
// write names the revision that it was made of. If there is a newer one, the
// error is a Conflict, and the next Get or List knows it.
type Pods interface {
	// List returns every pod of the engine, whoever made it, as it is now:
	// metadata and spec with all later revisions, status computed. The caller
	// owns what it gets.
	List(ctx context.Context) ([]Pod, error)
	// Get is List for one pod; ok is false when the engine has it no more. It is
	// answered all the same as it was last, where that is known.
	Get(ctx context.Context, uid types.UID) (pod Pod, ok bool, err error)
	// Changes sends the UID of a pod that may have changed, appeared or gone, or ""
	// for "anything". It is a hint and may repeat itself. The channel lives as long as ctx.
	Changes(ctx context.Context) <-chan types.UID

	// LeftOut says, a line a field, what of a pod would not be honoured, and of
	// which the pod would fail.
	LeftOut(pod *v1.Pod) []string
	// Create makes a pod that is defaulted, valid, named and has its UID. A pod
	// without spec.nodeName (scheduling gates) exists but must not run. If the
	// name is taken, also by another process, the error is AlreadyExists.
	Create(ctx context.Context, pod *v1.Pod) error
	// Revise writes the revision after that of old and answers its number. It
	// stores what next changes: metadata, spec, and those status conditions that
	// are not the kubelet's own.
	Revise(ctx context.Context, old Pod, next *v1.Pod) (revision int64, err error)
	// Stop is Revise that begins or hastens the end of a pod: next carries the
	// deletion time and the grace period to keep from now on, which may be shorter
	// than one given before, or 0. When all has ended the pod goes from the engine
	// by itself, but not while it has finalizers.
	Stop(ctx context.Context, old Pod, next *v1.Pod) (revision int64, err error)
	// Kill ends a pod at once and returns when its name is free. It is nil if the pod is gone already.
	Kill(ctx context.Context, pod *v1.Pod) error
}

// Pod is a pod as the engine has it. Its resourceVersion is empty.
type Pod struct {
	*v1.Pod
	Revision int64
}

// Streams reaches into running pods.
type Streams interface {
	// Runs reports whether a container runs, also where its status has it waiting
	// until its postStart hook has returned.
	Runs(ctx context.Context, uid types.UID, container string) bool
	// Logs writes a container's output until its end, or with Follow until it
	// ends or ctx does. Where there was no such attempt the error is a BadRequest.
	Logs(ctx context.Context, request LogRequest, out io.Writer) error
	// Exec runs a command. A command that ends with another code than 0 is an
	// error with the methods of k8s.io/utils/exec.ExitError, such as its CodeExitError.
	Exec(ctx context.Context, request ExecRequest) error
	// Attach joins the streams of the container's own process. Command is empty.
	Attach(ctx context.Context, request ExecRequest) error
	// Dial opens a TCP connection to a port of the pod, from inside its network. A
	// connection that can be closed for writing alone has the method CloseWrite() error.
	Dial(ctx context.Context, uid types.UID, port int32) (io.ReadWriteCloser, error)
}

// LogRequest says which output of which container is wanted.
type LogRequest struct {
	UID        types.UID
	Container  string
	Previous   bool // of the attempt before the current one
	Follow     bool
	Timestamps bool
	Since      time.Time // zero: from the beginning
	Tail       int64     // lines from the end; negative: all
	Limit      int64     // bytes; 0: no limit
	Stream     string    // "Stdout" or "Stderr" alone; "" or "All": both
}

// ExecRequest is a command to run in a container, and the client's ends of its
// streams; a stream that is nil is not wanted. With TTY there is no Stderr.
type ExecRequest struct {
	UID       types.UID
	Container string
	Command   []string
	TTY       bool
	Stdin     io.Reader
	Stdout    io.Writer
	Stderr    io.Writer
	Resize    <-chan Size // sizes of the client's terminal; closed or nil: none will come
}

// Size is a terminal's size in characters.
type Size = engine.Size

// Objects keeps all kinds but pods in the engine, one labelled volume for each
// revision of an object. Lease, Event and heartbeat of the node never come here.
type Objects interface {
	// Load returns the newest revision of every object in the engine.
	Load(ctx context.Context) ([]Record, error)
	// Changes hints that objects may have changed. The channel lives as long as ctx.
	Changes(ctx context.Context) <-chan struct{}
	// Save stores a revision. If it exists already (another process was faster)
	// the error is Conflict, for revision 1 AlreadyExists. Older ones may then be removed.
	Save(ctx context.Context, record Record) error
	// Remove removes all revisions of an object. It is nil if there are none.
	Remove(ctx context.Context, record Record) error
}

// Record is one revision of an object.
type Record struct {
	Resource        string // plural name, and the group behind a dot: "configmaps", "runtimeclasses.node.k8s.io"
	Namespace, Name string // no namespace: the kind has none
	UID             types.UID
	Revision        int64 // from 1
	JSON            []byte
}

// Node tells about the engine's machine.
type Node interface {
	// Node returns the engine as a Kubernetes Node: its name, labels beyond the
	// usual, and status.{addresses,capacity,allocatable,nodeInfo,images}. Whether
	// it is Ready, the server adds: an error here is "not ready".
	Node(ctx context.Context) (*v1.Node, error)
	// Runtimes returns the names of the engine's OCI runtimes, such as "runc".
	Runtimes(ctx context.Context) ([]string, error)
}

// Usage measures what pods use at the moment.
type Usage interface {
	// PodUsage returns the usage of every running pod of a namespace; "" is all.
	PodUsage(ctx context.Context, namespace string) ([]PodUsage, error)
	// NodeUsage returns the usage of the engine's machine as one container without a name.
	NodeUsage(ctx context.Context) (PodUsage, error)
}

// PodUsage is one measurement of a pod.
type PodUsage struct {
	UID        types.UID
	Time       time.Time
	Window     time.Duration // over which CPU was counted
	Containers []ContainerUsage
}

// ContainerUsage is CPU in billionths of a core and memory (working set) in bytes.
type ContainerUsage struct {
	Name        string
	CPU, Memory int64
}

package kind

import (
	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/apiserver/table"
)

// Hooks are what the server does for one kind and for no other. It asks them
// wherever kinds differ and never asks which kind it is. A hook that is not set
// leaves things as they are for most kinds.
type Hooks struct {
	// Columns are what kubectl get shows.
	Columns table.Printer
	// Kept says where objects of the kind last.
	Kept Kept
	// Lasts reports whether a write has to be kept: a heartbeat has not.
	Lasts func(next, old store.Object) bool
	// InTurn has writes wait for each other: each takes what the others left free.
	InTurn bool

	// Admit gives a new object what a cluster's controllers and admission would;
	// an object of most kinds loses a status that the client has sent.
	Admit func(c Cluster, obj store.Object) error
	// AdmitUpdate is Admit for a write to an object that is there.
	AdmitUpdate func(c Cluster, next, old store.Object) error
	// Place does what a scheduler would with an object that was checked.
	Place func(c Cluster, obj store.Object)
	// Made follows when a new object was stored.
	Made func(c Cluster, obj store.Object) error
	// Warn says what the client should hear of a new object beside Kubernetes' own
	// warnings.
	Warn func(c Cluster, made store.Object) []string

	// Protected is why an object may not be deleted; nil: it may.
	Protected func(name string) error
	// Grace is how many seconds an object has to end when it is deleted; asked is
	// what the client wants. What has such a time can be deleted again with less.
	Grace func(obj store.Object, asked *int64) int64
	// Going changes an object that begins to go.
	Going func(obj store.Object)
	// Held reports whether an object that is being deleted has to stay for now.
	// Finalizers hold any.
	Held func(obj store.Object) bool
	// AnswersLast has a deletion answer the object as it was last, also when it is gone.
	AnswersLast bool
}

// Kept says where objects last.
type Kept string

// The places.
const (
	AsRecords Kept = ""     // in the engine, as records
	AsPods    Kept = "pods" // in the engine, as containers
	Nowhere   Kept = "none" // they are of the moment, and gone with the server
)

// Cluster is what hooks ask of the server.
type Cluster interface {
	// Get is an object of the resource; nil where there is none.
	Get(resource, namespace, name string) store.Object
	// List is all objects of the resource.
	List(resource string) []store.Object
	// Node is the name of the one node.
	Node() string
	// Furnish makes what every namespace has.
	Furnish(namespace string) error
	// LeftOut says, a line a field, what of a pod is not honoured.
	LeftOut(pod store.Object) []string
	// Tokens reports whether pods reach the server, by tokens that are mounted
	// in them.
	Tokens() bool
}

// AdmitNew gives a new object what a cluster's controllers and admission would.
func (k *Kind) AdmitNew(c Cluster, obj store.Object) error {
	if k.Hooks.Admit == nil {
		k.clearStatus(obj)
		return nil
	}
	return k.Hooks.Admit(c, obj)
}

// Released reports whether nothing holds an object that is being deleted.
func (k *Kind) Released(obj store.Object) bool {
	if obj.GetDeletionTimestamp() == nil || len(obj.GetFinalizers()) > 0 {
		return false
	}
	return k.Hooks.Held == nil || !k.Hooks.Held(obj)
}

// admitted is a hook for the type of the kind.
func admitted[T any, P pointerTo[T]](admit func(Cluster, *T) error) func(Cluster, store.Object) error {
	return func(c Cluster, o store.Object) error { return admit(c, (*T)(o.(P))) }
}

package loop

import (
	"context"

	"github.com/minipod/minipod/runtime/translate"
)

// Objects is a stream of hints for what is kept beside pods: ConfigMaps,
// Secrets and all else that pods refer to.
type Objects interface {
	// ObjectChanges sends the namespace in which an object may have changed,
	// or "" for any. The channel is closed when ctx ends.
	ObjectChanges(ctx context.Context) <-chan string
}

// followObjects has the pods of a namespace looked at when an object of it may
// have changed.
func (k *Keeper) followObjects(ctx context.Context) {
	for namespace := range k.Objects.ObjectChanges(ctx) {
		k.pokeNamespace(namespace)
	}
}

// pokeNamespace has the pods that are kept of a namespace looked at: also
// those of which the namespace is not known.
func (k *Keeper) pokeNamespace(namespace string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, pod := range k.pods {
		if namespace == "" || pod.namespace == "" || pod.namespace == namespace {
			poke(pod.hints)
		}
	}
}

// kept is a pod that is kept. A pod that was first heard of by an event has no
// namespace until all are listed.
type kept struct {
	hints     chan struct{}
	namespace string
}

// keptAs is the pod once more has been heard of it.
func (p kept) keptAs(ref translate.Ref) kept {
	if p.hints == nil {
		p.hints = make(chan struct{}, 1)
	}
	if ref.Namespace != "" {
		p.namespace = ref.Namespace
	}
	return p
}

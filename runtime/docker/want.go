package docker

import (
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/translate"
)

// wants keeps what the pauses and the later revisions carry. Labels never
// change, so what was read from them once holds for as long as the pause has
// its ID and no newer revision is there.
type wants struct {
	mu    sync.Mutex
	byUID map[types.UID]want
}

type want struct {
	pauseID   string
	revision  int
	blueprint *translate.Blueprint
}

// of is what is asked for: the manifest of the newest revision, with the
// options that the pause carries.
func (w *wants) of(uid types.UID, pauseID string, labels, manifest map[string]string) (*translate.Blueprint, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	revision := translate.RevisionOf(manifest)
	if known, ok := w.byUID[uid]; ok && known.pauseID == pauseID && known.revision == revision {
		return known.blueprint, nil
	}
	pod, opts, err := translate.Decode(labels, manifest)
	if err != nil {
		return nil, fmt.Errorf("the manifest cannot be read: %w", err)
	}
	if w.byUID == nil {
		w.byUID = map[types.UID]want{}
	}
	blueprint := translate.New(pod, opts)
	w.byUID[uid] = want{pauseID, revision, blueprint}
	return blueprint, nil
}

// forget drops a pod that has no pause any more.
func (w *wants) forget(uid types.UID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.byUID, uid)
}

package docker

import (
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/translate"
)

// wants keeps what the pauses carry. A pause's labels never change, so what
// was read from them once holds for as long as its ID does.
type wants struct {
	mu    sync.Mutex
	byUID map[types.UID]want
}

type want struct {
	pauseID   string
	blueprint *translate.Blueprint
}

// of is what a pause's labels ask for.
func (w *wants) of(uid types.UID, pauseID string, labels map[string]string) (*translate.Blueprint, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if known, ok := w.byUID[uid]; ok && known.pauseID == pauseID {
		return known.blueprint, nil
	}
	pod, opts, err := translate.Decode(labels)
	if err != nil {
		return nil, fmt.Errorf("pause %.12s: %w", pauseID, err)
	}
	if w.byUID == nil {
		w.byUID = map[types.UID]want{}
	}
	blueprint := translate.New(pod, opts)
	w.byUID[uid] = want{pauseID, blueprint}
	return blueprint, nil
}

// forget drops a pod that has no pause any more.
func (w *wants) forget(uid types.UID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.byUID, uid)
}

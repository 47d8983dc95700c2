package docker

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/docker/docker/api/types/container"
	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/translate"
)

// newEngine is an engine that has no pause image yet, and loses its name for a
// few looks after it was loaded, as one does that others load it into.
type newEngine struct {
	mu           sync.Mutex
	loaded, lost int
	made         int
}

func (n *newEngine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	absent := n.loaded == 0 || n.lost > 0
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/_ping"):
		w.Header().Set("Api-Version", "1.41")
	case strings.HasSuffix(path, "/version"):
		fmt.Fprint(w, `{"Arch": "amd64", "ApiVersion": "1.41"}`)
	case strings.HasSuffix(path, "/images/load"):
		io.Copy(io.Discard, r.Body)
		n.loaded++
		n.lost = 3
		fmt.Fprint(w, `{"stream": "Loaded"}`)
	case absent:
		n.lost = max(0, n.lost-1)
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"message": "No such image"}`)
	case strings.HasSuffix(path, "/containers/create"):
		n.made++
		fmt.Fprint(w, `{"Id": "1"}`)
	default:
		fmt.Fprint(w, `{"Id": "sha256:1"}`)
	}
}

// Pods that are made side by side on a new engine all get their pause.
func TestPausesOnANewEngine(t *testing.T) {
	n := &newEngine{}
	e := servedBy(t, n)
	var group errgroup.Group
	for i := range 8 {
		group.Go(func() error {
			request := translate.Request{Name: fmt.Sprint("p", i), Config: &container.Config{Image: pause.Reference}, Host: &container.HostConfig{}}
			return e.birth(t.Context(), request, nil)
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
	if n.made != 8 || n.loaded != 1 {
		t.Errorf("%d were made, the image was loaded %d times", n.made, n.loaded)
	}
}

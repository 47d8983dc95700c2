package docker

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/image"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
)

// newRegistry starts a small registry, of one image: a layer of one empty file. It wants
// a user with a password.
func newRegistry(t *testing.T) (address string) {
	t.Helper()
	layer := make([]byte, 1024) // the end of a tar archive
	blobs := map[string][]byte{}
	put := func(b []byte) string {
		id := fmt.Sprintf("sha256:%x", sha256.Sum256(b))
		blobs[id] = b
		return id
	}
	config, err := json.Marshal(map[string]any{
		"architecture": "amd64", "os": "linux", "config": map[string]any{},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{put(layer)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const manifestType = "application/vnd.docker.distribution.manifest.v2+json"
	manifest := fmt.Sprintf(`{"schemaVersion": 2, "mediaType": %q,
		"config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": %d, "digest": %q},
		"layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar", "size": %d, "digest": %q}]}`,
		manifestType, len(config), put(config), len(layer), put(layer))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "user" || password != "pass" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, id, _ := strings.Cut(r.URL.Path, "/blobs/")
		switch blob := blobs[id]; {
		case r.URL.Path == "/v2/":
		case blob != nil:
			w.Write(blob)
		case strings.HasPrefix(r.URL.Path, "/v2/here/manifests/"):
			w.Header().Set("Content-Type", manifestType)
			fmt.Fprint(w, manifest)
		default:
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}`)
		}
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// liveWith is the engine, used with a configuration of the docker client that
// has a login for a registry; an empty address is no login.
func liveWith(t *testing.T, address string) *Engine {
	t.Helper()
	e := live(t)
	e.where.configDir = t.TempDir()
	if address != "" {
		text := fmt.Sprintf(`{"auths": {%q: {"auth": "dXNlcjpwYXNz"}}}`, address)
		if err := os.WriteFile(filepath.Join(e.where.configDir, "config.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

func TestPull(t *testing.T) {
	address := newRegistry(t)
	e := liveWith(t, address)
	name := address + "/here:latest"
	t.Cleanup(func() {
		if _, err := e.cli.ImageRemove(context.WithoutCancel(t.Context()), name, image.RemoveOptions{}); err != nil {
			t.Error(err)
		}
	})
	var seen []engine.Progress
	err := e.Do(t.Context(), plan.Op{Kind: plan.PullImage, Target: name}, func(p engine.Progress) { seen = append(seen, p) })
	if err != nil {
		t.Fatal(err)
	}
	if found, ok, err := e.image(t.Context(), name); !ok || err != nil || len(found.Digests) == 0 {
		t.Errorf("the image is %+v (%t, %v), want it with its digest", found, ok, err)
	}
	if len(seen) == 0 || seen[0].Image != name || seen[0].Status == "" {
		t.Errorf("progress is %+v, want that of %s", seen, name)
	}
}

func TestPullOfWhatCannotBeHad(t *testing.T) {
	address := newRegistry(t)
	for name, c := range map[string]struct {
		login, image string
		want         error
	}{
		"no such image":       {login: address, image: address + "/not-here:1", want: plan.ErrPermanent},
		"no login":            {image: address + "/here:latest", want: plan.ErrPermanent},
		"no name of an image": {image: "Not/An:Image:Name", want: plan.ErrPermanent},
		"no such registry":    {image: "registry.invalid/some/image:1", want: plan.ErrUnreachable},
		"nothing listens":     {image: "127.0.0.1:1/some/image:1", want: plan.ErrUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			e := liveWith(t, c.login)
			err := e.Do(t.Context(), plan.Op{Kind: plan.PullImage, Target: c.image}, nil)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			for _, other := range []error{plan.ErrPermanent, plan.ErrUnreachable, plan.ErrStale} {
				if other != c.want && errors.Is(err, other) {
					t.Errorf("got %v, which is also %v", err, other)
				}
			}
			if !strings.HasPrefix(err.Error(), "pull "+c.image+": ") || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %q, want one line that names the image first", err)
			}
		})
	}
}

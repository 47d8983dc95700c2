package tell

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/runtime/docker"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/translate"
)

// An engine that cannot be reached is told of without the request that has found
// that out, unless it matters what was to be done.
func TestUnreachedEngine(t *testing.T) {
	t.Setenv("DOCKER_HOST", "unix:///nowhere.sock")
	e, err := docker.New(docker.Options{ConfigDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Pods(t.Context())
	const alone = "minipod: error: the Docker Engine at unix:///nowhere.sock (from DOCKER_HOST) cannot be reached: there is no such socket\n"
	gone := &loop.AbandonedError{Ref: translate.Ref{Namespace: "default", Name: "web"}, Err: fmt.Errorf("inspect web_POD: %w", err)}
	made := &loop.LeftoverError{Ref: gone.Ref, Err: fmt.Errorf("kill pod web: %w", err)}
	left := &loop.LeftoverError{Ref: translate.Ref{Namespace: "default", Name: "web"}, Err: errors.New("no answer")}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"a request":      {fmt.Errorf("observe all pods: %w", err), alone},
		"beside another": {errors.Join(fmt.Errorf("observe all pods: %w", err), errors.New("else")), alone + "minipod: error: else\n"},
		"a pod":          {gone, strings.Replace(alone, "the Docker", "pod web stays as the engine has left it: the Docker", 1)},
		"a run":          {RunError(manifest.Pod{}, loop.Result{}, errors.Join(err, made)), strings.Replace(alone, "the Docker", "run pod web: the Docker", 1)},
		"what is left":   {left, "minipod: error: remove what was made of pod web: no answer\n"},
	} {
		var b bytes.Buffer
		NewConsole(&b).Fail(c.err)
		if b.String() != c.want {
			t.Errorf("%s: got %q, want %q", name, b.String(), c.want)
		}
	}
}

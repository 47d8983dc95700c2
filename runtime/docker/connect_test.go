package docker

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

// configWith writes a configuration folder of the docker client with one
// context, far, which is the current one.
func configWith(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	meta := filepath.Join(dir, "contexts", "meta", digest.FromString("far").Encoded(), "meta.json")
	for path, text := range map[string]string{
		filepath.Join(dir, "config.json"): `{"currentContext": "far"}`,
		meta:                              `{"Name": "far", "Metadata": {}, "Endpoints": {"docker": {"Host": "tcp://far.test:2375"}}}`,
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestNewTakesTheEngineOfTheDockerClient(t *testing.T) {
	for name, c := range map[string]struct {
		host, context, want string
		unconfigured        bool
	}{
		"nothing said":             {want: "unix:///var/run/docker.sock", unconfigured: true},
		"the current context":      {want: "tcp://far.test:2375"},
		"the context of no name":   {context: "default", want: "unix:///var/run/docker.sock"},
		"a context by name":        {context: "far", want: "tcp://far.test:2375"},
		"an address over contexts": {host: "tcp://near.test:1", context: "far", want: "tcp://near.test:1"},
		"an address by ssh":        {host: "ssh://user@near.test", want: "ssh://user@near.test"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DOCKER_HOST", c.host)
			t.Setenv("DOCKER_CONTEXT", c.context)
			dir := t.TempDir()
			if !c.unconfigured {
				dir = configWith(t)
			}
			e, err := New(Options{ConfigDir: dir})
			if err != nil {
				t.Fatal(err)
			}
			if e.Address() != c.want {
				t.Errorf("the engine is at %s, want %s", e.Address(), c.want)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]struct{ host, context, words string }{
		"a context that is not there": {context: "gone", words: `DOCKER_CONTEXT=gone`},
		"an address without a scheme": {host: "localhost", words: "localhost"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DOCKER_HOST", c.host)
			t.Setenv("DOCKER_CONTEXT", c.context)
			if _, err := New(Options{ConfigDir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %v, want an error with %q", err, c.words)
			}
		})
	}
}

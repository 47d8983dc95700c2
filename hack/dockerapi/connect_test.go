package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"
	"github.com/docker/docker/client"
)

// addContext stores a context that names the engine at host.
func addContext(t *testing.T, name, host string) {
	t.Helper()
	contexts := store.New(config.ContextStoreDir(), store.NewConfig(func() any { return &map[string]any{} }))
	err := contexts.CreateOrUpdate(store.Metadata{
		Name:      name,
		Metadata:  map[string]any{},
		Endpoints: map[string]any{docker.DockerEndpoint: docker.EndpointMeta{Host: host}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// setCurrent makes name the current context of the docker configuration.
func setCurrent(t *testing.T, name string) {
	t.Helper()
	text, err := json.Marshal(map[string]string{"currentContext": name})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config.Dir(), config.ConfigFileName), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestConnectFindsTheEngineOfTheDockerClient(t *testing.T) {
	config.SetDir(t.TempDir())
	addContext(t, "here", "unix:///here.sock")
	addContext(t, "there", "tcp://192.0.2.1:2375")
	for _, test := range []struct {
		name, host, context, current, want string
	}{
		{name: "nothing said", want: client.DefaultDockerHost},
		{name: "current context", current: "here", want: "unix:///here.sock"},
		{name: "DOCKER_CONTEXT before the current one", context: "there", current: "here", want: "tcp://192.0.2.1:2375"},
		{name: "DOCKER_HOST before all", host: "unix:///env.sock", context: "there", current: "here", want: "unix:///env.sock"},
		{name: "back to no context", context: "default", current: "here", want: client.DefaultDockerHost},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv(client.EnvOverrideHost, test.host)
			t.Setenv("DOCKER_CONTEXT", test.context)
			setCurrent(t, test.current)
			cli, err := connect()
			if err != nil {
				t.Fatal(err)
			}
			defer cli.Close()
			if got := cli.DaemonHost(); got != test.want {
				t.Errorf("connect() goes to %s, want %s", got, test.want)
			}
		})
	}
}

func TestConnectRefusesAnUnknownContext(t *testing.T) {
	config.SetDir(t.TempDir())
	t.Setenv(client.EnvOverrideHost, "")
	t.Setenv("DOCKER_CONTEXT", "nowhere")
	if cli, err := connect(); err == nil {
		t.Errorf("connect() goes to %s, want an error", cli.DaemonHost())
	}
}

package docker

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/docker/cli/cli/config"
	dockercontext "github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"
	"github.com/docker/docker/client"
)

// envContext names the context in force.
const envContext = "DOCKER_CONTEXT"

// defaultContext is the context that is none: the local socket.
const defaultContext = "default"

// endpoint is where an engine is and how to get there.
type endpoint struct {
	address   string // as in DOCKER_HOST
	source    string // what named it; empty when nothing did
	configDir string
	opts      []client.Opt
}

// endpoint chooses the engine in the docker client's own order.
func (o Options) endpoint() (endpoint, error) {
	dir := o.ConfigDir
	if dir == "" {
		dir = config.Dir()
	}
	if host := os.Getenv(client.EnvOverrideHost); host != "" {
		return hostEndpoint(dir, host, client.EnvOverrideHost)
	}
	name, source, err := contextName(dir)
	if err != nil {
		return endpoint{}, err
	}
	if name == "" || name == defaultContext {
		return hostEndpoint(dir, client.DefaultDockerHost, "")
	}
	return contextEndpoint(dir, name, source)
}

func contextName(dir string) (name, source string, err error) {
	if name := os.Getenv(envContext); name != "" {
		return name, envContext + "=" + name, nil
	}
	file, err := config.Load(dir)
	if err != nil {
		return "", "", err
	}
	return file.CurrentContext, "the docker context " + file.CurrentContext, nil
}

// hostEndpoint is an address by itself; TLS and version come from the
// environment, as for the docker client.
func hostEndpoint(dir, host, source string) (endpoint, error) {
	where := endpoint{address: host, source: source, configDir: dir}
	if strings.HasPrefix(host, "ssh://") {
		return where.through(dockercontext.Endpoint{EndpointMeta: dockercontext.EndpointMeta{Host: host}})
	}
	where.opts = []client.Opt{
		client.WithHTTPClient(pooled()), client.WithTLSClientConfigFromEnv(), client.WithHost(host),
		client.WithVersionFromEnv(), client.WithAPIVersionNegotiation(),
	}
	return where, nil
}

func contextEndpoint(dir, name, source string) (endpoint, error) {
	contexts := store.New(filepath.Join(dir, "contexts"), store.NewConfig(
		func() any { return &map[string]any{} },
		store.EndpointTypeGetter(dockercontext.DockerEndpoint, func() any { return &dockercontext.EndpointMeta{} }),
	))
	metadata, err := contexts.GetMetadata(name)
	if err != nil {
		return endpoint{}, fmt.Errorf("read %s: %w", source, err)
	}
	meta, err := dockercontext.EndpointFromContext(metadata)
	if err != nil {
		return endpoint{}, fmt.Errorf("read %s: %w", source, err)
	}
	found, err := dockercontext.WithTLSData(contexts, name, meta)
	if err != nil {
		return endpoint{}, fmt.Errorf("read the TLS files of %s: %w", source, err)
	}
	return endpoint{address: meta.Host, source: source, configDir: dir}.through(found)
}

// through takes the way that the docker client knows: ssh, TLS or plain.
func (w endpoint) through(found dockercontext.Endpoint) (endpoint, error) {
	opts, err := found.ClientOpts()
	if err != nil {
		return endpoint{}, fmt.Errorf("connect to %s: %w", w.address, err)
	}
	w.opts = opts
	return w, nil
}

// pooled keeps as many connections as an Observe uses side by side, where
// net/http would keep two.
func pooled() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: parallel, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: client.CheckRedirect,
	}
}

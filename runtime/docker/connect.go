package docker

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
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
		address, err := addressOf(host)
		if err != nil {
			return endpoint{}, &AddressError{Address: host, Source: client.EnvOverrideHost, Err: err}
		}
		return hostEndpoint(dir, address, client.EnvOverrideHost)
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

// errNoAddress is about what is no address of an engine.
var errNoAddress = errors.New("it is no address of an engine")

// addressOf is DOCKER_HOST as the docker client takes it, with what it need not say:
// tcp is the scheme of an address without one.
func addressOf(text string) (string, error) {
	text = strings.TrimSpace(text)
	scheme, at, found := strings.Cut(text, "://")
	if !found {
		scheme, at = "tcp", text
	}
	switch {
	case text == "" && os.Getenv(client.EnvTLSVerify) != "":
		return "tcp://localhost:2376", nil
	case text == "", scheme == "unix" && at == "":
		return client.DefaultDockerHost, nil
	case scheme == "unix", scheme == "ssh", scheme == "npipe":
		return text, nil
	case scheme != "tcp", !found && strings.Contains(at, "/"): // a path: unix:// is missing
		return "", errNoAddress
	}
	parsed, err := url.Parse("tcp://" + at)
	if err != nil {
		return "", err
	}
	host := net.JoinHostPort(cmp.Or(parsed.Hostname(), "localhost"), cmp.Or(parsed.Port(), "2375"))
	return "tcp://" + host + parsed.Path, nil
}

func contextName(dir string) (name, source string, err error) {
	if name := os.Getenv(envContext); name != "" {
		return name, envContext + "=" + name, nil
	}
	file, err := config.Load(dir)
	if err != nil {
		return "", "", fmt.Errorf("find the Docker Engine: %w", err)
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
	switch {
	case cerrdefs.IsNotFound(err):
		return endpoint{}, &ContextError{Name: name, Source: source}
	case err != nil:
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
		return endpoint{}, &AddressError{Address: w.address, Source: w.source, Err: err}
	}
	w.opts = opts
	return w, nil
}

// pooled keeps as many connections as an Observe uses side by side, where
// net/http would keep two. MaxIdleConns is out of reach, where the Docker client would
// set 6: with one too many net/http closes another connection, and that may be one
// whose answer without a body (of a start, a removal) is not handed over yet.
func pooled() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			MaxIdleConns: math.MaxInt, MaxIdleConnsPerHost: parallel, IdleConnTimeout: 30 * time.Second,
		},
		CheckRedirect: client.CheckRedirect,
	}
}

// AddressError says that an address is none that an engine can have.
type AddressError struct {
	Address, Source string
	Err             error
}

func (e *AddressError) Error() string {
	return fmt.Sprintf("use the Docker Engine at %s%s: %v", e.Address, from(e.Source), unaddressed(e.Err))
}

func (e *AddressError) Unwrap() error { return e.Err }

// Hint says which addresses there are.
func (e *AddressError) Hint() string {
	return "unix:///PATH, tcp://HOST:PORT, HOST:PORT and ssh://USER@HOST are addresses; `docker context ls` lists the engines that docker knows"
}

// ContextError says that there is no such docker context.
type ContextError struct{ Name, Source string }

func (e *ContextError) Error() string {
	return fmt.Sprintf("there is no docker context %s%s", e.Name, from(e.Source))
}

// Hint says how another one is taken.
func (e *ContextError) Hint() string {
	other := "`docker context use default` takes the local engine"
	if strings.HasPrefix(e.Source, envContext) {
		other = "`unset " + envContext + "` takes the current one"
	}
	return "`docker context ls` lists the contexts, " + other
}

// from says what has named an engine, if anything has.
func from(source string) string {
	if source == "" {
		return ""
	}
	return " (from " + source + ")"
}

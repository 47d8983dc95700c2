package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/pkg/jsonmessage"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// pull gets an image from its registry: with each of the logins that the pod
// has for it, then with what `docker login` has stored, or else as nobody. A
// registry that does not answer is not asked again.
func (e *Engine) pull(ctx context.Context, op plan.Op, progress func(engine.Progress)) error {
	named, err := reference.ParseNormalizedNamed(op.Target)
	if err != nil {
		return fmt.Errorf("pull %s: %w: %w", op.Target, err, plan.ErrPermanent)
	}
	var errs []error
	for _, login := range op.Logins {
		auth, err := registry.EncodeAuthConfig(authOf(login))
		if err == nil {
			err = e.pullAs(ctx, op.Target, auth, progress)
		}
		if err == nil || ctx.Err() != nil || errors.Is(err, plan.ErrUnreachable) {
			return err
		}
		errs = append(errs, err)
	}
	auth, err := e.credentials(reference.Domain(named))
	switch {
	case err != nil:
		err = fmt.Errorf("pull %s: %w", op.Target, err)
	case auth == "" && len(errs) > 0:
		return errors.Join(errs...)
	default:
		err = e.pullAs(ctx, op.Target, auth, progress)
	}
	if err == nil {
		return nil
	}
	return errors.Join(append(errs, err)...)
}

func (e *Engine) pullAs(ctx context.Context, name, auth string, progress func(engine.Progress)) error {
	stream, err := e.cli.ImagePull(ctx, name, image.PullOptions{RegistryAuth: auth})
	if err != nil {
		return fmt.Errorf("pull %s: %w", name, e.explainPull(err))
	}
	defer stream.Close()
	if err := readProgress(stream, name, progress); err != nil {
		return fmt.Errorf("pull %s: %w", name, e.explainPull(err))
	}
	return ctx.Err()
}

func authOf(login translate.Login) registry.AuthConfig {
	return registry.AuthConfig{
		Username: login.Username, Password: login.Password, Auth: login.Auth, ServerAddress: login.ServerAddress,
		IdentityToken: login.IdentityToken, RegistryToken: login.RegistryToken,
	}
}

// hub is the registry of names without one, and the odd key that the docker
// client keeps its credentials under.
const (
	hub    = "docker.io"
	hubKey = "https://index.docker.io/v1/"
)

// credentials are what the docker client knows of a registry, in the API's
// encoding; empty for none.
func (e *Engine) credentials(domain string) (string, error) {
	file, err := config.Load(e.where.configDir)
	if err != nil {
		return "", fmt.Errorf("read the docker client's configuration: %w", err)
	}
	if domain == hub {
		domain = hubKey
	}
	found, err := file.GetAuthConfig(domain)
	if err != nil {
		return "", fmt.Errorf("get the credentials for %s: %w", domain, err)
	}
	auth := registry.AuthConfig(found)
	if auth == (registry.AuthConfig{}) || auth == (registry.AuthConfig{ServerAddress: auth.ServerAddress}) {
		return "", nil
	}
	return registry.EncodeAuthConfig(auth)
}

// readProgress reads a pull's messages to the end.
func readProgress(stream io.Reader, name string, progress func(engine.Progress)) error {
	return readMessages(stream, func(m jsonmessage.JSONMessage) {
		p := engine.Progress{Image: name, Layer: m.ID, Status: m.Status}
		if m.Progress != nil {
			p.Current, p.Total = max(0, m.Progress.Current), max(0, m.Progress.Total)
		}
		progress(p)
	})
}

// readMessages reads what an engine says of a long task to the end. A failure
// is in one of the messages.
func readMessages(stream io.Reader, each func(jsonmessage.JSONMessage)) error {
	for decoder := json.NewDecoder(stream); ; {
		var m jsonmessage.JSONMessage
		if err := decoder.Decode(&m); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if m.Error != nil {
			return m.Error
		}
		each(m)
	}
}

// explainPull tells a registry that cannot be reached from an image that
// cannot be had. Docker answers both with one status, or in the stream with
// none, so only the text tells.
func (e *Engine) explainPull(err error) error {
	if connectionLost(err) || isContext(err) {
		return e.explain(err)
	}
	text := strings.ToLower(err.Error())
	switch {
	case holdsAny(text, registryLost()):
		return e.judge(err, plan.ErrUnreachable)
	case cerrdefs.IsNotFound(err), holdsAny(text, imageRefused()):
		return e.judge(err, plan.ErrPermanent)
	}
	return e.judge(err, nil)
}

func holdsAny(text string, phrases []string) bool {
	for _, p := range phrases {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}

// registryLost are the words of a registry that did not answer: those of Go's
// net, tls and http packages, which engines pass on.
func registryLost() []string {
	return []string{
		"no such host", "server misbehaving", "temporary failure in name resolution",
		"connection refused", "connection reset", "no route to host", "network is unreachable",
		"i/o timeout", "timeout exceeded", "deadline exceeded", "request canceled while waiting",
		"tls: ", "tls handshake", "x509: ", "http response to https client", "proxyconnect", ": eof",
	}
}

// imageRefused are the words of a registry that has no such image, or not for
// this user or platform.
func imageRefused() []string {
	return []string{
		"not found", "manifest unknown", "name unknown", "does not exist", "no matching manifest",
		"denied", "unauthorized", "no basic auth credentials", "invalid reference", "unsupported media type",
	}
}

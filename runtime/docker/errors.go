package docker

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/url"
	"regexp"
	"strings"
	"syscall"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/client"

	"github.com/minipod/minipod/runtime/plan"
)

// answer is an error that the engine answered with: its words, and the
// sentinel of package plan that they amount to, if any.
type answer struct {
	err     error
	verdict error
}

// Error is in the engine's own words, on one line. IDs are as Docker shows them;
// digests stay whole.
func (a answer) Error() string {
	words := strings.TrimPrefix(a.err.Error(), "Error response from daemon: ")
	words = strings.Join(strings.Fields(words), " ")
	return regexp.MustCompile(`(sha256:)?\b[0-9a-f]{64}\b`).ReplaceAllStringFunc(words, short)
}

func (a answer) Unwrap() []error {
	if a.verdict == nil {
		return []error{a.err}
	}
	return []error{a.err, a.verdict}
}

// explain tells what an error of the Docker client amounts to. An object that
// is not there or in the wrong state is stale: what was decided on it was
// decided on another world. A request that the engine will not have is
// permanent, everything else may pass.
func (e *Engine) explain(err error) error {
	switch {
	case err == nil:
		return nil
	case isContext(err):
		return unaddressed(err)
	case connectionLost(err):
		return e.unreachable(err)
	case cerrdefs.IsNotFound(err), cerrdefs.IsConflict(err):
		return answer{err, plan.ErrStale}
	case cerrdefs.IsInvalidArgument(err), cerrdefs.IsPermissionDenied(err),
		cerrdefs.IsUnauthorized(err), cerrdefs.IsNotImplemented(err):
		return answer{err, plan.ErrPermanent}
	}
	return answer{unaddressed(err), nil}
}

// unaddressed is an error without the method and the URL of the request that it
// came of, which are of no use to who does not speak the API.
func unaddressed(err error) error {
	if request := (*url.Error)(nil); errors.As(err, &request) {
		return request.Err
	}
	return err
}

// judge is explain with the verdict of the caller, who knows what an answer
// means here. It does not touch errors that are no answers.
func (e *Engine) judge(err, verdict error) error {
	explained := e.explain(err)
	var a answer
	if errors.As(explained, &a) {
		a.verdict = verdict
		return a
	}
	return explained
}

// errNoEngine is about an answer that no engine gives: a page for people, or one
// that is no JSON.
var errNoEngine = errors.New("what answers there is no Docker Engine")

func isContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// connectionLost tells an engine that does not answer from one that refuses.
func connectionLost(err error) bool {
	var op *net.OpError
	return client.IsErrConnectionFailed(err) || errors.As(err, &op) || isSilent(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, errNoEngine) || errors.As(err, new(*json.SyntaxError))
}

// short is an ID as Docker shows it, and a name as it is.
func short(target string) string {
	const idLength, shown = 64, 12
	if len(target) == idLength {
		return target[:shown]
	}
	return target
}

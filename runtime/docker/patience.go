package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/docker/docker/client"
)

// An engine that takes a connection may never answer. Each call but streams,
// waits and pulls has to be answered within answerTime; whoever waits for
// longer than noticeTime is told.
const (
	answerTime = time.Minute
	noticeTime = 5 * time.Second
)

// silentError says that the engine did not answer a call.
type silentError struct {
	call string
	time time.Duration
}

func (s *silentError) Error() string { return fmt.Sprintf("no answer to %s in %s", s.call, s.time) }

// patience is the way of the calls to the engine: it bounds each of them.
type patience struct {
	next           http.RoundTripper
	answer, notice time.Duration
	waiting        func(call string) // told once of an engine that is silent
	told           atomic.Bool
	// silent tells that a call had no answer. Those after it are not waited
	// for as long, until there is an answer.
	silent atomic.Bool
	since  atomic.Pointer[time.Time] // when the first call was made that has no answer
	podman atomic.Bool               // what answers is Podman
	met    atomic.Bool               // the engine has answered
}

// client makes a Docker client whose calls go this way. The client takes its
// transport apart while it is made, so this comes between afterwards.
func (p *patience) client(opts []client.Opt) (*client.Client, error) {
	var own *http.Client
	keep := func(c *client.Client) error {
		own = c.HTTPClient()
		return client.WithHTTPClient(own)(c)
	}
	cli, err := client.NewClientWithOpts(append(opts, keep)...)
	if err != nil {
		return nil, err
	}
	p.next, own.Transport = own.Transport, p
	return cli, nil
}

// RoundTrip makes one call.
func (p *patience) RoundTrip(r *http.Request) (*http.Response, error) {
	call := callOf(r)
	if call.endless {
		return p.next.RoundTrip(r)
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	began := time.Now()
	p.since.CompareAndSwap(nil, &began)
	notice := time.AfterFunc(p.notice+call.takes, func() { p.tell(call.name) })
	bound := p.bound() + call.takes
	end := time.AfterFunc(bound, func() {
		p.silent.Store(true)
		cancel(&silentError{call.name, p.silence(began)})
	})
	stop := func() { notice.Stop(); end.Stop(); cancel(nil) }
	why := func(err error) error { return reason(ctx, err) }
	answer, err := p.next.RoundTrip(r.WithContext(ctx))
	if err != nil {
		defer stop()
		if err = why(err); !isSilent(err) {
			p.since.Store(nil)
		}
		return nil, err
	}
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		answer.Body.Close()
		stop()
		return nil, errNoEngine
	}
	notice.Stop()
	if answer.Header.Get("Api-Version") != "" { // all engines say theirs
		p.met.Store(true)
	}
	p.silent.Store(false)
	p.told.Store(false)
	p.since.Store(nil)
	p.podman.Store(answer.Header.Get(podmanHeader) != "")
	asDocker(answer)
	slow := func() *time.Timer { return time.AfterFunc(p.notice, func() { p.tell(call.name) }) }
	answer.Body = &boundBody{ReadCloser: answer.Body, why: why, stop: stop, slow: slow}
	return answer, nil
}

// bound is how long a call may take now.
func (p *patience) bound() time.Duration {
	if p.silent.Load() {
		return min(p.notice, p.answer)
	}
	return p.answer
}

// silence is how long the engine has said nothing: all calls since the last
// answer were waited for, one after the other.
func (p *patience) silence(began time.Time) time.Duration {
	if since := p.since.Load(); since != nil && since.Before(began) {
		began = *since
	}
	return time.Since(began).Round(time.Second)
}

// tell says once that the engine is silent.
func (p *patience) tell(call string) {
	if p.waiting != nil && p.told.CompareAndSwap(false, true) {
		p.waiting(call)
	}
}

// reason is why a call failed: its bound, if that has ended it.
func reason(ctx context.Context, err error) error {
	var silent *silentError
	if errors.As(context.Cause(ctx), &silent) {
		return silent
	}
	return err
}

// boundBody is an answer that the bound is for too, to its end.
type boundBody struct {
	io.ReadCloser
	why  func(error) error
	stop func()
	slow func() *time.Timer // says that the rest does not come
}

func (b *boundBody) Read(p []byte) (int, error) {
	notice := b.slow()
	n, err := b.ReadCloser.Read(p)
	notice.Stop()
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.why(err)
	}
	return n, err
}

func (b *boundBody) Close() error {
	b.stop()
	return b.ReadCloser.Close()
}

func isSilent(err error) bool {
	var silent *silentError
	return errors.As(err, &silent)
}

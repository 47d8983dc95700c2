package docker

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
)

// answers is an engine: what it does with each call. An answer of "" never
// comes.
type answers func(call string) string

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := http.Response{StatusCode: http.StatusOK, Request: r, Header: http.Header{"Api-Version": {"1.41"}}}
	text := "{}"
	if name := callOf(r).name; !strings.HasSuffix(name, "/_ping") {
		text = a(name)
	}
	if text == "" {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	answer.Body = io.NopCloser(strings.NewReader(text))
	return &answer, nil
}

// engineThat is an engine which answers so, and what it has said of waiting.
func engineThat(t *testing.T, a http.RoundTripper) (e *Engine, said func() []string) {
	t.Helper()
	t.Setenv("DOCKER_HOST", "unix:///none.sock")
	var mu sync.Mutex
	var all []string
	e, err := New(Options{ConfigDir: t.TempDir(), Waiting: func(what string) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, what)
	}})
	if err != nil {
		t.Fatal(err)
	}
	e.patience.next = a
	return e, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

func TestASilentEngineIsNotWaitedForEver(t *testing.T) {
	e, said := engineThat(t, answers(func(string) string { return "" }))
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err := e.Pods(t.Context())
		if !errors.Is(err, plan.ErrUnreachable) || !strings.Contains(err.Error(), "no answer to GET /containers/json in 1m0s") {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began); took != answerTime {
			t.Errorf("it took %s, want %s", took, answerTime)
		}
		if got := said(); len(got) != 1 || !strings.Contains(got[0], "has not answered GET /containers/json for 5s") {
			t.Errorf("said %q, want one line", got)
		}
		// What is asked next is not waited for as long: nothing has changed.
		began = time.Now()
		if _, err = e.Observe(t.Context(), "uid"); !errors.Is(err, plan.ErrUnreachable) || time.Since(began) != noticeTime {
			t.Errorf("%s later: %v", time.Since(began), err)
		}
		if !strings.Contains(err.Error(), " in 1m5s") {
			t.Errorf("the whole silence is not named: %v", err)
		}
	})
}

func TestASilentEngineMaySpeakAgain(t *testing.T) {
	silent := true
	e, said := engineThat(t, answers(func(string) string {
		if silent {
			return ""
		}
		return "[]"
	}))
	synctest.Test(t, func(t *testing.T) {
		for range 2 {
			silent = true
			_, _ = e.Pods(t.Context())
			silent = false
			if _, err := e.containers(t.Context(), "x"); err != nil {
				t.Errorf("got %v", err)
			}
		}
		if got := said(); len(got) != 2 {
			t.Errorf("said %q, want a line for each silence", got)
		}
	})
}

// A caller that goes away is not told that the engine is silent.
func TestACallThatIsCalledOff(t *testing.T) {
	e, _ := engineThat(t, answers(func(string) string { return "" }))
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := e.Pods(ctx); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, plan.ErrUnreachable) {
			t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
		}
	})
}

func TestStreamsWaitsAndPullsTakeAsLongAsTheyTake(t *testing.T) {
	for name, do := range map[string]func(context.Context, *Engine) error{
		"logs": func(ctx context.Context, e *Engine) error {
			return e.Logs(ctx, "c", engine.LogOptions{Follow: true}, nil, nil)
		},
		"pull": func(ctx context.Context, e *Engine) error {
			return e.Do(ctx, plan.Op{Kind: plan.PullImage, Target: "image"}, nil)
		},
		"events": func(ctx context.Context, e *Engine) error {
			for range e.Changes(ctx) {
			}
			return ctx.Err()
		},
		"copy": func(ctx context.Context, e *Engine) error {
			return e.CopyTo(ctx, "c", "/", strings.NewReader("x"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			e, said := engineThat(t, answers(func(call string) string {
				if strings.HasSuffix(call, "/json") {
					return `{"Id": "c", "Config": {}, "State": {}}`
				}
				return ""
			}))
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				began := time.Now()
				if err := do(ctx, e); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Hour {
					t.Errorf("%s: %v", time.Since(began), err)
				}
				if got := said(); len(got) != 0 {
					t.Errorf("said %q", got)
				}
			})
		})
	}
}

// An engine that has stopped a container, which does not end, is not believed
// for ever; one that takes its time is.
func TestAStopIsNotWaitedForEver(t *testing.T) {
	for name, silent := range map[string]string{"not done": "/wait", "not answered": "/stop"} {
		t.Run(name, func(t *testing.T) {
			e, said := engineThat(t, answers(func(call string) string {
				if strings.HasSuffix(call, silent) {
					return ""
				}
				return "{}"
			}))
			synctest.Test(t, func(t *testing.T) {
				const grace = 30 * time.Second
				began := time.Now()
				err := e.Do(t.Context(), plan.Op{Kind: plan.StopUnit, Target: "c", Grace: grace}, nil)
				if err == nil || errors.Is(err, plan.ErrUnreachable) || errors.Is(err, plan.ErrPermanent) || errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v, want an error that may pass", err)
				}
				if took := time.Since(began); took != grace+stopMargin {
					t.Errorf("it took %s, want %s", took, grace+stopMargin)
				}
				if lines := len(said()); (silent == "/stop") != (lines == 1) {
					t.Errorf("said %q", said())
				}
			})
		})
	}
}

// The same over a real socket: one that takes connections and never answers.
func TestASocketThatNeverAnswers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("DOCKER_HOST", "unix://"+path)
	told := make(chan string, 1)
	e, err := New(Options{ConfigDir: t.TempDir(), Waiting: func(what string) { told <- what }})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	e.patience.notice, e.patience.answer = time.Millisecond, 50*time.Millisecond
	_, err = e.Pods(t.Context())
	var none *UnreachableError
	if !errors.As(err, &none) || !strings.Contains(err.Error(), "no answer to ") {
		t.Errorf("got %v, want an UnreachableError", err)
	}
	if what := <-told; !strings.Contains(what, path) {
		t.Errorf("told %q, want the address", what)
	}
}

func TestCalls(t *testing.T) {
	for text, want := range map[string]call{
		"GET /v1.41/containers/json?all=1":                              {name: "GET /containers/json"},
		"GET /_ping":                                                    {name: "GET /_ping"},
		"POST /base/v1.41/containers/v1/stop?t=9":                       {name: "POST /containers/v1/stop", takes: 9 * time.Second},
		"POST /v1.41/containers/x/stop?t=-1":                            {name: "POST /containers/x/stop"},
		"POST /v1.41/containers/logs/start":                             {name: "POST /containers/logs/start"},
		"GET /v1.41/containers/x/logs":                                  {name: "GET /containers/x/logs", endless: true},
		"PUT /v1.41/containers/x/archive":                               {name: "PUT /containers/x/archive", endless: true},
		"HEAD /v1.41/containers/x/archive":                              {name: "HEAD /containers/x/archive"},
		"POST /v1.41/images/create":                                     {name: "POST /images/create", endless: true},
		"GET /v1.41/images/create/json":                                 {name: "GET /images/create/json"},
		"POST /v1.41/containers/" + strings.Repeat("0a", 32) + "/start": {name: "POST /containers/0a0a0a0a0a0a/start"},
		"POST /v1.41/containers/x/stop?t=99999999999":                   {name: "POST /containers/x/stop", takes: math.MaxInt32 * time.Second},
		"POST /v1.41/containers/create":                                 {name: "POST /containers/create"},
		"GET /v1.41/events":                                             {name: "GET /events", endless: true},
	} {
		method, path, _ := strings.Cut(text, " ")
		r, err := http.NewRequest(method, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := callOf(r); got != want {
			t.Errorf("%s is %+v, want %+v", text, got, want)
		}
	}
}

// half is an answer of which the rest never comes.
type half struct{ ctx context.Context }

func (h half) Read([]byte) (int, error) { <-h.ctx.Done(); return 0, h.ctx.Err() }
func (half) Close() error               { return nil }

type halfAnswers struct{}

func (halfAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r, Body: half{r.Context()}}, nil
}

// That the rest of an answer does not come is said as soon as that none comes.
func TestHalfAnAnswer(t *testing.T) {
	e, said := engineThat(t, halfAnswers{})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), noticeTime+time.Second)
		defer cancel()
		_, _ = e.Pods(ctx)
		if got := said(); len(got) != 1 || !strings.Contains(got[0], "for 5s") {
			t.Errorf("said %q, want one line", got)
		}
	})
}

package apiserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/access"
	"github.com/minipod/minipod/runtime/apiserver"
)

const token = "let-me-in"

// cluster is a server on an engine, and a client of it.
type cluster struct {
	*engine
	server *apiserver.Server
	url    string
}

func start(t *testing.T) *cluster { return startOn(t, newEngine()) }

// startOn starts a server on an engine and stops it with the test.
func startOn(t *testing.T, e *engine) *cluster { return startWith(t, e, nil) }

// startWith is startOn with an API that pods reach.
func startWith(t *testing.T, e *engine, api *access.API) *cluster {
	t.Helper()
	server, err := apiserver.New(t.Context(), apiserver.Options{
		Pods: podEngine{e}, Streams: e, Objects: objectEngine{e}, Node: e, Usage: e, Token: token, CA: []byte("the CA"), API: api,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx) }()
	front := httptest.NewServer(server.Handler())
	t.Cleanup(func() {
		front.CloseClientConnections()
		front.Close()
		cancel()
		if err := <-done; ctx.Err() == nil {
			t.Errorf("Run ended: %v", err)
		}
	})
	return &cluster{engine: e, server: server, url: front.URL}
}

// header is set on requests that want more than the usual.
type header map[string]string

func (c *cluster) send(ctx context.Context, method, path, body string, headers header) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if method == http.MethodPatch {
		request.Header.Set("Content-Type", "application/strategic-merge-patch+json")
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	return http.DefaultClient.Do(request)
}

// do sends a request and wants an answer with the code; it decodes the answer into a T.
func do[T any](t *testing.T, c *cluster, code int, method, path, body string, headers ...header) T {
	t.Helper()
	var into T
	data := c.raw(t, code, method, path, body, headers...)
	if err := json.Unmarshal(data, &into); err != nil {
		t.Fatalf("%s %s: %v in %s", method, path, err, data)
	}
	return into
}

func (c *cluster) raw(t *testing.T, code int, method, path, body string, headers ...header) []byte {
	t.Helper()
	var h header
	if len(headers) > 0 {
		h = headers[0]
	}
	response, err := c.send(t.Context(), method, path, body, h)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != code {
		t.Fatalf("%s %s: %d, want %d: %s", method, path, response.StatusCode, code, bytes.TrimSpace(data))
	}
	return data
}

// refused sends a request that must fail with the code and reason.
func (c *cluster) refused(t *testing.T, code int, reason metav1.StatusReason, method, path, body string, headers ...header) string {
	t.Helper()
	status := do[metav1.Status](t, c, code, method, path, body, headers...)
	if status.Kind != "Status" || status.Status != metav1.StatusFailure || status.Reason != reason || int(status.Code) != code {
		t.Errorf("%s %s: answered %+v, want reason %s", method, path, status, reason)
	}
	return status.Message
}

// eventually waits until what holds; the engine's changes come a moment later.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("%s: not in five seconds", what)
}

// watchEvent is an event of a watch, with just what the tests look at.
type watchEvent struct {
	Type   string
	Object struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Status            struct{ Phase string } `json:"-"`
		Code              int
		Message           string
		Rows              []metav1.TableRow
		ColumnDefinitions []metav1.TableColumnDefinition
	}
}

// watching is an open watch.
type watching struct {
	t      *testing.T
	events *json.Decoder
}

func (c *cluster) watch(t *testing.T, path string, headers ...header) *watching {
	t.Helper()
	var h header
	if len(headers) > 0 {
		h = headers[0]
	}
	response, err := c.send(t.Context(), http.MethodGet, path, "", h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	if response.StatusCode != http.StatusOK {
		data, _ := io.ReadAll(response.Body)
		t.Fatalf("watch %s: %d %s", path, response.StatusCode, data)
	}
	return &watching{t: t, events: json.NewDecoder(response.Body)}
}

func (w *watching) next() watchEvent {
	w.t.Helper()
	var e watchEvent
	if err := w.events.Decode(&e); err != nil {
		w.t.Fatalf("read the next event: %v", err)
	}
	return e
}

// expect reads one event and wants it to be so.
func (w *watching) expect(kind, name string) watchEvent {
	w.t.Helper()
	e := w.next()
	if e.Type != kind || e.Object.Name != name {
		w.t.Fatalf("event %s %s, want %s %s", e.Type, e.Object.Name, kind, name)
	}
	return e
}

package apiserver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/websocket"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/client-go/util/exec"
)

func (c *cluster) config() *rest.Config {
	return &rest.Config{Host: c.url, BearerToken: token}
}

func (c *cluster) at(t *testing.T, path string, query url.Values) *url.URL {
	t.Helper()
	u, err := url.Parse(c.url + path)
	if err != nil {
		t.Fatal(err)
	}
	u.RawQuery = query.Encode()
	return u
}

// executor is what kubectl uses: a websocket first, and SPDY behind it.
func (c *cluster) executor(t *testing.T, path string, query url.Values) remotecommand.Executor {
	t.Helper()
	u := c.at(t, path, query)
	socket, err := remotecommand.NewWebSocketExecutor(c.config(), "GET", u.String())
	if err != nil {
		t.Fatal(err)
	}
	stream, err := remotecommand.NewSPDYExecutor(c.config(), "POST", u)
	if err != nil {
		t.Fatal(err)
	}
	executor, err := remotecommand.NewFallbackExecutor(socket, stream, func(error) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	return executor
}

func TestExec(t *testing.T) {
	c := start(t)
	c.running(t, "web")
	query := url.Values{"command": {"sh", "-c", "tr a-z A-Z; echo problem >&2; exit 7"}, "stdin": {"true"}, "stdout": {"true"}, "stderr": {"true"}, "container": {"c"}}
	var out, errOut bytes.Buffer
	err := c.executor(t, pods+"/web/exec", query).StreamWithContext(t.Context(), remotecommand.StreamOptions{
		Stdin: strings.NewReader("hello"), Stdout: &out, Stderr: &errOut,
	})
	var ended exec.CodeExitError
	if !errors.As(err, &ended) || ended.Code != 7 {
		t.Errorf("error %v", err)
	}
	if out.String() != "HELLO" || errOut.String() != "problem\n" {
		t.Errorf("stdout %q, stderr %q", out.String(), errOut.String())
	}
}

// sizeOnce is a terminal that is never resized.
type sizeOnce chan remotecommand.TerminalSize

func (s sizeOnce) Next() *remotecommand.TerminalSize {
	if size, ok := <-s; ok {
		return &size
	}
	return nil
}

func TestExecOnATerminal(t *testing.T) {
	c := start(t)
	c.running(t, "web")
	sizes := make(sizeOnce, 1)
	sizes <- remotecommand.TerminalSize{Width: 80, Height: 24}
	defer close(sizes)
	var out bytes.Buffer
	query := url.Values{"command": {"sh"}, "stdout": {"true"}, "stderr": {"true"}, "tty": {"true"}}
	err := c.executor(t, pods+"/web/exec", query).StreamWithContext(t.Context(), remotecommand.StreamOptions{
		Stdout: &out, Tty: true, TerminalSizeQueue: sizes,
	})
	if err != nil || out.String() != "80x24, stderr false" {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

func TestExecKeepsEveryByte(t *testing.T) {
	c := start(t)
	c.running(t, "web")
	sent := bytes.Repeat([]byte{0, 1, 2, 255, '\r', '\n'}, 100_000)
	var out bytes.Buffer
	err := c.executor(t, pods+"/web/attach", url.Values{"stdin": {"true"}, "stdout": {"true"}}).StreamWithContext(t.Context(), remotecommand.StreamOptions{
		Stdin: bytes.NewReader(sent), Stdout: &out,
	})
	if err != nil || !bytes.Equal(out.Bytes(), sent) {
		t.Errorf("%d of %d bytes came back, %v", out.Len(), len(sent), err)
	}
}

// TestExecOverAWebsocket speaks the old protocol that one of Kubernetes' tests insists on.
func TestExecOverAWebsocket(t *testing.T) {
	c := start(t)
	c.running(t, "web")
	u := c.at(t, pods+"/web/exec", url.Values{"command": {"echo", "hello"}, "stdout": {"true"}, "stderr": {"true"}})
	conn := c.dial(t, u, "channel.k8s.io")
	var got bytes.Buffer
	for {
		var message []byte
		if err := websocket.Message.Receive(conn, &message); err != nil {
			break
		}
		if len(message) > 1 && message[0] == 1 {
			got.Write(message[1:])
		}
	}
	if got.String() != "hello\n" {
		t.Errorf("got %q", got.String())
	}
}

func (c *cluster) dial(t *testing.T, u *url.URL, protocol string) *websocket.Conn {
	t.Helper()
	config, err := websocket.NewConfig(strings.Replace(u.String(), "http", "ws", 1), c.url)
	if err != nil {
		t.Fatal(err)
	}
	config.Header.Set("Authorization", "Bearer "+token)
	config.Protocol = []string{protocol}
	conn, err := websocket.DialConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestExecRefuses(t *testing.T) {
	c := start(t)
	c.running(t, "web")
	c.refused(t, 404, metav1.StatusReasonNotFound, "POST", pods+"/none/exec?command=true&stdout=true", "")
	c.refused(t, 400, metav1.StatusReasonBadRequest, "POST", pods+"/web/exec?command=true&stdout=true&container=none", "")
	c.refused(t, 400, metav1.StatusReasonBadRequest, "POST", pods+"/web/exec?command=true", "")
	c.refused(t, 400, metav1.StatusReasonBadRequest, "POST", pods+"/web/exec?stdout=true", "")
}

func TestPortForward(t *testing.T) {
	c := start(t)
	c.running(t, "web")
	inPod := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "from the pod, ", r.Host) }))
	defer inPod.Close()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(inPod.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	roundTripper, upgrader, err := spdy.RoundTripperFor(c.config())
	if err != nil {
		t.Fatal(err)
	}
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: roundTripper}, "POST", c.at(t, pods+"/web/portforward", nil))
	stop, ready := make(chan struct{}), make(chan struct{})
	forwarder, err := portforward.New(dialer, []string{"0:" + port}, stop, ready, io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- forwarder.ForwardPorts() }()
	<-ready
	ports, err := forwarder.GetPorts()
	if err != nil {
		t.Fatal(err)
	}
	local := fmt.Sprintf("127.0.0.1:%d", ports[0].Local)
	for range 3 {
		response, err := http.Get("http://" + local)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || string(data) != "from the pod, "+local {
			t.Errorf("got %q, %v", data, err)
		}
	}
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestProxy(t *testing.T) {
	c := start(t)
	c.running(t, "web")
	inPod := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s auth=%q", r.Method, r.URL, r.Header.Get("Authorization"))
	}))
	defer inPod.Close()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(inPod.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"":                `GET / auth=""`,
		"/":               `GET / auth=""`,
		"/a/proxy/b/?q=1": `GET /a/proxy/b/?q=1 auth=""`,
	} {
		if got := string(c.raw(t, 200, "GET", pods+"/web:"+port+"/proxy"+path, "")); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	c.refused(t, 503, metav1.StatusReasonServiceUnavailable, "GET", pods+"/web:1/proxy/", "")
	c.refused(t, 400, metav1.StatusReasonBadRequest, "GET", pods+"/web:nope/proxy/", "")
}

func TestLogs(t *testing.T) {
	c := start(t)
	c.running(t, "web")
	if got := string(c.raw(t, 200, "GET", pods+"/web/log?tailLines=2", "")); got != "c line 2\nc line 3\n" {
		t.Errorf("log %q", got)
	}
	if message := c.refused(t, 400, metav1.StatusReasonBadRequest, "GET", pods+"/web/log?container=x", ""); message != "container x is not valid for pod web" {
		t.Errorf("message %q", message)
	}
	for _, query := range []string{"previous=true", "previous=true&follow=true"} { // the node knows
		if message := c.refused(t, 400, metav1.StatusReasonBadRequest, "GET", pods+"/web/log?"+query, ""); message != "there was none before" {
			t.Errorf("message %q", message)
		}
	}
	for _, query := range []string{"tailLines=-1", "limitBytes=0", "stream=Both", "stream=Stdout&tailLines=1", "sinceSeconds=1&sinceTime=2026-01-02T03:04:05Z"} {
		c.refused(t, 422, metav1.StatusReasonInvalid, "GET", pods+"/web/log?"+query, "")
	}
}

func TestFollowedLogComesAtOnce(t *testing.T) {
	c := start(t)
	c.running(t, "web")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	response, err := c.send(ctx, "GET", pods+"/web/log?follow=true&tailLines=1", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	line := make([]byte, len("c line 3\n"))
	if _, err := io.ReadFull(response.Body, line); err != nil || string(line) != "c line 3\n" {
		t.Errorf("read %q, %v", line, err)
	}
}

func TestLogOverAWebsocket(t *testing.T) {
	c := start(t)
	c.running(t, "web")
	conn := c.dial(t, c.at(t, pods+"/web/log", nil), "binary.k8s.io")
	var got bytes.Buffer
	for {
		var message []byte
		if err := websocket.Message.Receive(conn, &message); err != nil {
			break
		}
		got.Write(message)
	}
	if got.String() != "c line 1\nc line 2\nc line 3\n" {
		t.Errorf("got %q", got.String())
	}
}

func TestLogOfAPodThatWaits(t *testing.T) {
	e := newEngine()
	e.manual = true
	c := startOn(t, e)
	c.raw(t, 201, "POST", pods, podBody("web"))
	c.refused(t, 400, metav1.StatusReasonBadRequest, "GET", pods+"/web/log", "")
}

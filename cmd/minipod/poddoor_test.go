package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/access"
	"github.com/minipod/minipod/runtime/docker"
)

const askingPod = `
apiVersion: v1
kind: Pod
metadata: {name: asks}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - {name: main, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, "3600"]}
`

// inside is a connection that begins in the network of a pod.
type inside struct{ io.ReadWriteCloser }

func (inside) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (inside) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (inside) SetDeadline(time.Time) error      { return nil }
func (inside) SetReadDeadline(time.Time) error  { return nil }
func (inside) SetWriteDeadline(time.Time) error { return nil }

// podClient asks as a container of a pod would: from its network, by what it
// finds in its environment and its files.
type podClient struct {
	http       *http.Client
	url, token string
}

func (k *cluster) podClient(t *testing.T, ns string) podClient {
	t.Helper()
	read := func(command ...string) string {
		t.Helper()
		return k.must(t, append([]string{"exec", "--namespace=" + ns, "asks", "--"}, command...)...)
	}
	host := strings.TrimSpace(read("sh", "-c", "echo $KUBERNETES_SERVICE_HOST"))
	port, err := strconv.Atoi(strings.TrimSpace(read("sh", "-c", "echo $KUBERNETES_SERVICE_PORT")))
	if err != nil {
		t.Fatal(err)
	}
	if got := read("cat", access.Folder+"/namespace"); got != ns {
		t.Errorf("the namespace is %q", got)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(read("cat", access.Folder+"/ca.crt")))
	e, err := docker.New(docker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		stream, err := e.Dial(ctx, ns+"__asks_POD", host, port)
		return inside{stream}, err
	}
	transport := &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}
	return podClient{&http.Client{Transport: transport, Timeout: testTime}, "https://" + net.JoinHostPort(host, strconv.Itoa(port)), read("cat", access.Folder+"/token")}
}

// get decodes an answer and returns its code.
func (c podClient) get(t *testing.T, path string, into any) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	response, err := c.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

// soon waits until something holds.
func soon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(testTime); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come to this: %s", what)
		}
	}
}

// says waits until the server has written a text, which is on its way.
func (s *served) says(t *testing.T, text string) {
	t.Helper()
	soon(t, "serve says "+text, func() bool { return strings.Contains(s.log.String(), text) })
}

// TestPodsReachTheAPI has a pod ask for itself, of one serve after the other,
// also from a container that was made while none ran.
func TestPodsReachTheAPI(t *testing.T) {
	k := newCluster(t)
	k.says(t, "pods reach the API at ")
	ns, _ := k.namespace(t, "asks", t.TempDir())
	create := func() {
		t.Helper()
		cmd := k.kubectl(t, "create", "--namespace="+ns, "-f-")
		cmd.Stdin = strings.NewReader(askingPod)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("create: %v\n%s", err, out)
		}
	}
	create()
	ready := func() {
		t.Helper()
		k.must(t, "wait", "--namespace="+ns, "--for=condition=Ready", "pod/asks", "--timeout=60s")
	}
	ready()
	client, itself := k.podClient(t, ns), "/api/v1/namespaces/"+ns+"/pods/asks"
	find := func() {
		t.Helper()
		var pod v1.Pod
		if code := client.get(t, itself, &pod); code != 200 || pod.Name != "asks" || pod.Status.Phase != v1.PodRunning {
			t.Errorf("it finds %s, %s: %d", pod.Name, pod.Status.Phase, code)
		}
	}
	find()
	if text := k.fails(t, "exec", "--namespace="+ns, "asks", "--", "touch", access.Folder+"/x"); !strings.Contains(text, "Read-only") {
		t.Errorf("it writes there: %s", text)
	}

	other := startServe(t, k.testEngine)
	other.says(t, "pods reach the API at "+strings.TrimPrefix(client.url, "https://"))
	k.signal(t, syscall.SIGKILL)
	soon(t, "the other serve takes over", func() bool {
		conn, err := net.Dial("tcp", strings.TrimPrefix(client.url, "https://"))
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	find()
	other.stop(t)

	mustRun(t, k.address, "restart", "-n", ns, "asks")
	k.start(t)
	ready()
	find()
	if again := k.podClient(t, ns); again.url != client.url {
		t.Errorf("the new container is told %s, and was told %s", again.url, client.url)
	}
	k.must(t, "delete", "pod", "asks", "--namespace="+ns, "--now")
	create()
	ready()
	var refusal struct{ Reason string }
	if code := client.get(t, itself, &refusal); code != 401 {
		t.Errorf("with the token of a pod that is gone: %d, %s", code, refusal.Reason)
	}

	// Another program that has taken the port is no serve.
	k.stop(t)
	host := strings.TrimPrefix(client.url, "https://")
	taken, err := net.Listen("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	go func() {
		for conn, err := taken.Accept(); err == nil; conn, err = taken.Accept() {
			conn.Close()
		}
	}()
	k.start(t)
	k.says(t, "were told "+host)
	mustRun(t, k.address, "restart", "-n", ns, "asks")
	ready()
	if client = k.podClient(t, ns); strings.HasSuffix(client.url, host) {
		t.Errorf("the new container is told %s", client.url)
	}
	find()
}

package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/docker/docker/api/types/container"
)

// lastingPods are to outlive their server: one that stays, one that takes its
// time to go, one that is removed and one whose container is killed meanwhile.
func lastingPods() string {
	var text strings.Builder
	for _, name := range []string{"stays", "goes", "removed", "crashes"} {
		text.WriteString(strings.ReplaceAll(`---
apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec:
  terminationGracePeriodSeconds: 3
  containers:
  - {name: main, image: busybox, command: [sleep, "3600"]}
`, "NAME", name))
	}
	return text.String()
}

// TestServeRestarts kills serve, and interrupts it: nothing is lost, what was
// begun is finished, and what happened meanwhile is to be seen.
func TestServeRestarts(t *testing.T) {
	k := newCluster(t)
	ns, _ := k.namespace(t, "restarts", t.TempDir())
	create := k.kubectl(t, "create", "--namespace="+ns, "-f-")
	create.Stdin = strings.NewReader(lastingPods())
	if out, err := create.CombinedOutput(); err != nil {
		t.Fatalf("create: %v\n%s", err, out)
	}
	in := func(args ...string) string { t.Helper(); return k.must(t, append(args, "--namespace="+ns)...) }
	in("create", "configmap", "settings", "--from-literal=colour=blue")
	in("patch", "configmap", "settings", "--type=merge", `--patch={"data":{"colour":"red"}}`)
	in("wait", "--for=condition=Ready", "pods", "--all", "--timeout=60s")
	in("label", "pod", "stays", "changed=yes")
	const facts = `jsonpath={.metadata.uid} {.metadata.labels.changed} {.metadata.creationTimestamp} {.status.startTime} {.status.podIP} {.status.containerStatuses[0].containerID}`
	before := in("get", "pod", "stays", "-o", facts)

	in("delete", "pod", "goes", "--wait=false")
	k.signal(t, syscall.SIGKILL)
	mustRun(t, k.testEngine.address, "rm", "-n", ns, "--now", "removed")
	if err := k.ContainerKill(t.Context(), ns+"__crashes_main", "KILL"); err != nil {
		t.Fatal(err)
	}
	k.start(t)

	if after := in("get", "pod", "stays", "-o", facts); after != before || !strings.Contains(after, " yes ") {
		t.Errorf("pod stays was %s, and is %s", before, after)
	}
	if colour := in("get", "configmap", "settings", "-o", "jsonpath={.data.colour}"); colour != "red" {
		t.Errorf("configmap: colour %q", colour)
	}
	in("wait", "--for=delete", "pod/goes", "--timeout=60s")
	in("wait", "--for=jsonpath={.status.containerStatuses[0].restartCount}=1", "pod/crashes", "--timeout=60s")
	if text := k.fails(t, "get", "pod", "removed", "--namespace="+ns); !strings.Contains(text, "NotFound") {
		t.Errorf("pod removed: %s", text)
	}
	if text := in("describe", "pod", "stays"); !strings.Contains(text, "Container started") {
		t.Errorf("what had happened to the pod is forgotten:\n%s", text)
	}

	k.stop(t)
	k.wantRunning(t, ns+"__stays_main")
	k.start(t)
	if after := in("get", "pod", "stays", "-o", facts); after != before {
		t.Errorf("pod stays was %s, and is %s", before, after)
	}
	k.must(t, "get", "namespace", ns)
}

func (k *cluster) wantRunning(t *testing.T, name string) {
	t.Helper()
	found, err := k.ContainerInspect(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	if found.State.Status != container.StateRunning {
		t.Errorf("%s is %s", name, found.State.Status)
	}
}

// TestServeHTTP serves plain HTTP: clients need no token, web pages are not
// let in.
func TestServeHTTP(t *testing.T) {
	s := startServe(t, newTestEngine(t), "--http", "127.0.0.1:0")
	client, url, _ := s.client(t)
	if !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Errorf("it serves %s", url)
	}
	for _, c := range []struct {
		name, host string
		header     http.Header
		code       int
	}{
		{"plain", "", http.Header{}, 200},
		{"a web page", "", http.Header{"Origin": {"https://page.example"}}, 401},
		{"a page of no origin", "", http.Header{"Origin": {"null"}}, 401},
		{"a rebound name", "rebound.example", http.Header{}, 403},
	} {
		if _, code, _ := ask(t, client, url+"/api/v1/pods", c.host, c.header); code != c.code {
			t.Errorf("%s: %d, want %d", c.name, code, c.code)
		}
	}
}

// TestServeUsage refuses to listen for other machines, and where pods could not reach it.
func TestServeUsage(t *testing.T) {
	for _, c := range []struct{ flags, want string }{
		{"--listen=0.0.0.0:0", "serve listens on loopback alone"},
		{"--http=[::]:0", "serve listens on loopback alone"},
		{"--listen-pods=0.0.0.0:6443", "want the ADDRESS:PORT that pods use, bridge or none"},
		{"--listen-pods=172.17.0.1:0", "want the ADDRESS:PORT that pods use, bridge or none"},
		{"--listen-pods=docker0", "want the ADDRESS:PORT that pods use, bridge or none"},
		{"--http=nowhere", "want ADDRESS:PORT"},
		{"--http=127.0.0.1:0 --listen=127.0.0.1:0", "--listen and --http exclude each other"},
	} {
		cmd := minipod(t, "", append([]string{"serve"}, strings.Fields(c.flags)...)...)
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != exitUsage || !strings.Contains(string(out), c.want) {
			t.Errorf("%s: %v\n%s", c.flags, err, out)
		}
	}
}

// TestServeState writes the kubeconfig to the user's state folder.
func TestServeState(t *testing.T) {
	e, state := newTestEngine(t), t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	s := &served{kubeconfig: filepath.Join(state, "minipod", "kubeconfig"), engine: e.address}
	s.start(t)
	defer s.stop(t)
	if info, err := os.Stat(s.kubeconfig); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("kubeconfig: %v, %v", info, err)
	}
}

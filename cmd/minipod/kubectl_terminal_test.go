package main

import (
	"strings"
	"testing"

	"github.com/creack/pty"
)

// attachablePod has a shell that waits for whoever attaches, and runs on when
// they leave.
const attachablePod = `
apiVersion: v1
kind: Pod
metadata: {name: term}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: main
    image: busybox
    command: [sh]
    stdin: true
    tty: true
`

// testTerminals drives kubectl in a terminal of its own, as a user would.
func testTerminals(t *testing.T, k *cluster) {
	t.Parallel()
	ns, config := k.namespace(t, "terminal", t.TempDir())
	create := k.kubectl(t, "create", "--namespace="+ns, "-f-")
	create.Stdin = strings.NewReader(attachablePod)
	if out, err := create.CombinedOutput(); err != nil {
		t.Fatalf("create: %v\n%s", err, out)
	}
	k.must(t, "wait", "--namespace="+ns, "--for=condition=Ready", "pod/term", "--timeout=60s")
	user := &served{kubeconfig: config}
	t.Run("exec", func(t *testing.T) {
		s := newScreen(t, user.kubectl(t, "exec", "-it", "term", "--", "sh"), 30, 100)
		resize(t, s)
		s.types("exit 5\r")
		wantEnd(t, s, 5)
	})
	t.Run("attach", func(t *testing.T) {
		s := newScreen(t, user.kubectl(t, "attach", "-it", "term"), 30, 100)
		resize(t, s)
		if err := s.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = s.cmd.Wait()
		again := newScreen(t, user.kubectl(t, "attach", "-it", "term"), 30, 100)
		again.types("echo still-$((40+2))\r")
		again.shows("still-42")
		again.types("exit 0\r")
		wantEnd(t, again, 0)
	})
	t.Run("debug", func(t *testing.T) {
		s := newScreen(t, user.kubectl(t, "debug", "-it", "term", "--image=busybox", "--target=main"), 30, 100)
		resize(t, s)
		s.types("ps\r")
		s.shows(`\b1 root +sh\b`)
		s.types("exit\r")
		wantEnd(t, s, 0)
	})
	t.Run("run", func(t *testing.T) {
		s := newScreen(t, user.kubectl(t, "run", "shell", "-it", "--rm", "--restart=Never", "--image=busybox", "--", "sh"), 30, 100)
		resize(t, s)
		s.types("exit 3\r")
		s.shows(`pod "shell" deleted`)
		wantEnd(t, s, 3)
	})
}

// resize wants the far end to have the size of a terminal, from the start and
// after a change.
func resize(t *testing.T, s *screen) {
	t.Helper()
	s.shows(`[#$] |try pressing enter`)
	s.types("\r")
	s.shows(`[#$] `)
	awaitSize(s, "30 100")
	if err := pty.Setsize(s.pty, &pty.Winsize{Rows: 41, Cols: 123}); err != nil {
		t.Fatal(err)
	}
	awaitSize(s, "41 123")
}

// awaitSize waits for a size at the far end: it comes on a stream of its own.
func awaitSize(s *screen, size string) {
	s.types("until [ \"$(stty size)\" = \"" + size + "\" ]; do sleep 0.1; done; echo now-$(stty size)\r")
	s.shows("now-" + size + `\r\n`)
}

func wantEnd(t *testing.T, s *screen, code int) {
	t.Helper()
	if got := s.ends(); got != code {
		t.Errorf("exit code %d, want %d:\n%s", got, code, s.seen.String())
	}
}

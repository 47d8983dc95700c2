package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/minipod/minipod/cmd/minipod/internal/lesson"
)

// Every lesson comes out as it says.
func TestLessons(t *testing.T) {
	e := newTestEngine(t)
	t.Setenv("PATH", kubectlFolder(t)+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("DOCKER_HOST", e.address)
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv(envNoSupervise, "") // lessons are about what a supervisor does, too
	t.Cleanup(func() { learn(t, "supervise", "--stop") })
	all, err := lesson.Own("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			if said, code := learn(t, "learn", "--yes", l.Name); code != 0 {
				t.Errorf("exit code %d:\n%s", code, said)
			}
		})
	}
	t.Cleanup(func() {
		if there, _ := learn(t, "ps", "-A"); strings.Contains(there, "learn-") {
			t.Errorf("lessons have left pods:\n%s", there)
		}
	})
}

// A lesson whose reader is gone cleans up, as after Ctrl-C, and ends as other
// commands do then.
func TestLearnIntoClosedPipe(t *testing.T) {
	l := endless(t, "")
	l.out.Close()
	l.cleans(t, syscall.SIGPIPE)
}

// A second Ctrl-C does not keep a lesson from cleaning up.
func TestLearnInterruptedTwice(t *testing.T) {
	l := endless(t, "sleep 1; ")
	for range 3 {
		if err := l.cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond)
	}
	l.cleans(t, syscall.SIGINT)
}

// lessonProcess is a minipod that gives a lesson which does not end.
type lessonProcess struct {
	cmd    *exec.Cmd
	out    io.Closer
	marker string // which its cleaning up writes to, before and after
	temp   string // its folder for temporary ones
}

func endless(t *testing.T, cleanup string) lessonProcess {
	e := newTestEngine(t)
	dir := t.TempDir()
	l := lessonProcess{marker: filepath.Join(dir, "cleaned"), temp: t.TempDir()}
	text := "# Mine\n```sh\nwhile echo more; do sleep 0.1; done\n```\n```cleanup\n" + cleanup + "echo >>" + l.marker + "\n```\n"
	if err := os.WriteFile(filepath.Join(dir, "my.md"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	l.cmd = minipod(t, e.address, "learn", "--dir", dir, "--yes", "my")
	l.cmd.Env = append(l.cmd.Env, "TMPDIR="+l.temp)
	out, err := l.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	l.out = out
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "more"; {
	}
	return l
}

// cleans wants the lesson to end by a signal, and to have cleaned up.
func (l lessonProcess) cleans(t *testing.T, by syscall.Signal) {
	t.Helper()
	if err := l.cmd.Wait(); l.cmd.ProcessState.ExitCode() != exitSignal+int(by) {
		t.Error(err)
	}
	if cleaned, err := os.ReadFile(l.marker); err != nil || len(cleaned) != 2 {
		t.Errorf("it cleaned up %d times, %v", len(cleaned), err)
	}
	if left, err := os.ReadDir(l.temp); err != nil || len(left) > 0 {
		t.Errorf("it has left %v, %v", left, err)
	}
}

// learn runs minipod in this process; commands of lessons run it by its name.
func learn(t *testing.T, args ...string) (said string, code int) {
	t.Helper()
	var out strings.Builder
	code = execute(args, streams{in: strings.NewReader(""), out: &out, err: &out})
	return out.String(), code
}

// The list is in the language of the locale or of --lang, and a teacher's
// lessons are taken from a folder.
func TestLearnLists(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "my.md"), []byte("# Mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bad.md"), []byte("# Bad\n```sh often\n```\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ locale, args, want string }{
		{"C.UTF-8", "learn", " 1  A pod is a pause container\n"},
		{"zh_CN.UTF-8", "learn", " 1  Pod 就是一个 pause 容器\n"},
		{"zh_CN.UTF-8", "learn --lang en", " 3  One address, one port space\n"},
		{"C", "learn --lang zh", "14  用 kubectl 做同样的事\n"},
		{"C", "learn", "hint: minipod learn 1 begins with the first\n"},
		{"C", "learn --lang zh", "hint: minipod learn 1 --lang zh begins with the first\n"},
		{"C", "learn --dir " + dir, "hint: minipod learn 1 --dir " + dir + " begins with the first\n"},
		{"C", "learn --dir " + dir, " 2  Mine\n"},
		{"C", "learn --dir " + dir, "lesson 1 cannot be read: " + dir + `/bad.md:2: sh wants exit=N or within=20s, not "often"`},
	} {
		t.Setenv("LC_ALL", c.locale)
		if said, code := learn(t, strings.Fields(c.args)...); code != 0 || !strings.Contains(said, c.want) {
			t.Errorf("%s, %s: exit code %d, want %q:\n%s", c.locale, c.args, code, c.want, said)
		}
	}
	for args, want := range map[string]string{
		"learn nothing":             `there is no lesson "nothing"`,
		"learn --lang fr":           "--lang=fr: want en, zh",
		"learn --dir /nope":         "read the lessons in /nope: there is no lesson",
		"learn --dir " + dir + " 3": `there is no lesson "3"`,
		"learn --dir " + dir + " 1": dir + "/bad.md:2: sh wants",
		"learn 3 4":                 "learn takes one lesson at a time, got 3 4",
	} {
		if said, code := learn(t, strings.Fields(args)...); code == 0 || !strings.Contains(said, want) {
			t.Errorf("%s: exit code %d, want %q:\n%s", args, code, want, said)
		}
	}
}

package main

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every command of the README works in the order it stands in, on a clean
// clone, and prints what the README shows, times and addresses apart.
func TestReadme(t *testing.T) {
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(page, []byte("\n")); n > 120 {
		t.Errorf("the README has %d lines, want at most 120", n)
	}
	list := readTranscript(string(page))
	if len(list) < 10 {
		t.Fatalf("only %d commands are in the README", len(list))
	}
	list.run(t, newReader(t), 5*time.Minute)
}

// So does every command of the guide, in a checkout.
func TestGuide(t *testing.T) {
	page, err := os.ReadFile("../../docs/guide.md")
	if err != nil {
		t.Fatal(err)
	}
	s := newReader(t)
	transcript{
		{command: "git clone -q https://github.com/minipod/minipod && cd minipod && make images build >/dev/null 2>&1"},
		{command: "export PATH=$PWD/bin:$PATH"},
	}.run(t, s, 5*time.Minute)
	readTranscript(string(page)).run(t, s, time.Minute)
}

// newReader is the shell of someone who has read nothing but the page: an
// empty folder, and a home of their own. What git clones is this tree.
func newReader(t *testing.T) *shell {
	t.Helper()
	e := newTestEngine(t)
	if there := sh(t, e, "minipod ps -q"); there != "" {
		t.Fatalf("the engine has pods, and the page lists what is there: %s", there)
	}
	home, bin := t.TempDir(), kubectlFolder(t)
	t.Cleanup(func() { sh(t, e, "minipod rm --now --all; HOME="+home+" minipod supervise --stop || :") })
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, envNoSupervise+"=") || strings.HasPrefix(v, "KUBECONFIG=") || strings.HasPrefix(v, "XDG_STATE_HOME=")
	})
	env = append(env, "DOCKER_HOST="+e.address, "HOME="+home, "PATH="+bin+":"+os.Getenv("PATH"), "LC_ALL=C.UTF-8",
		"GOMODCACHE="+goenv(t, "GOMODCACHE"), "GOCACHE="+goenv(t, "GOCACHE"),
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url."+snapshot(t)+".insteadOf", "GIT_CONFIG_VALUE_0=https://github.com/minipod/minipod")
	return newShell(t, t.TempDir(), env, strings.NewReplacer(home, "/home/me"))
}

func goenv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// snapshot is a git repository that holds this tree as it is now.
func snapshot(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	line := `cd ../.. && git ls-files -z --cached --others --exclude-standard | xargs -0 sh -c 'for f; do [ ! -e "$f" ] || printf "%s\0" "$f"; done' sh |
		tar --null -T - -c | tar -x -C ` + dir + ` && cd ` + dir + ` && git init -q && git add -A &&
		git -c user.name=test -c user.email=test@localhost commit -qm snapshot`
	if out, err := exec.CommandContext(t.Context(), "sh", "-ec", line).CombinedOutput(); err != nil {
		t.Fatalf("copy the tree: %v\n%s", err, out)
	}
	return dir
}

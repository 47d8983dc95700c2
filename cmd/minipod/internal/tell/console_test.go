package tell

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/creack/pty"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// A terminal breaks no command of a hint; for programs a hint is one line.
func TestHintFits(t *testing.T) {
	hint := lookHint(translate.Ref{Namespace: "shop", Name: "backend-server-0"})
	for terminal, want := range map[bool]string{
		false: "minipod: hint: " + hint + "\n",
		true:  "minipod: hint: minipod diagnose backend-server-0 -n shop says why\nminipod: hint: minipod rm backend-server-0 -n shop removes it\n",
	} {
		var text bytes.Buffer
		Console{Writer: &text, terminal: terminal}.Hint(hint)
		if text.String() != want {
			t.Errorf("on a terminal %t: %q, want %q", terminal, text.String(), want)
		}
	}
	var text bytes.Buffer
	Console{Writer: &text, terminal: true}.Hint(lookHint(translate.Ref{Name: "web"}))
	if strings.Count(text.String(), "\n") != 1 {
		t.Errorf("what fits is told in more than a line: %q", text.String())
	}
}

// A sentence is broken between its words on a terminal.
func TestProse(t *testing.T) {
	const sentence = "1. container two cannot listen on its port: something in the pod has it already, and containers share one network"
	var file bytes.Buffer
	Prose(&file, 3, "%s", sentence)
	if file.String() != sentence+"\n" {
		t.Errorf("in a file: %q", file.String())
	}
	screen, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	if err := pty.Setsize(terminal, &pty.Winsize{Rows: 24, Cols: 60}); err != nil {
		t.Fatal(err)
	}
	Prose(terminal, 3, "%s", sentence)
	want := "1. container two cannot listen on its port: something in\r\n   the pod has it already, and containers share one network\r\n"
	terminal.Close()
	if got, _ := io.ReadAll(screen); string(got) != want { // a terminal that nobody has open is an error
		t.Errorf("on a terminal: %q, want %q", got, want)
	}
}

// A line behind a margin is broken on a terminal alone, and only where it does not
// fit.
func TestIndented(t *testing.T) {
	const line = "exec: \"/opt/app/server\": stat /opt/app/server: no such file or directory"
	screen, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	if err := pty.Setsize(terminal, &pty.Winsize{Rows: 24, Cols: 60}); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	Indented(&file, 5, line)
	Indented(terminal, 5, line)
	Indented(terminal, 5, "as  it  is")
	if file.String() != "     "+line+"\n" {
		t.Errorf("in a file: %q", file.String())
	}
	want := "     exec: \"/opt/app/server\": stat /opt/app/server: no such\r\n     file or directory\r\n     as  it  is\r\n"
	terminal.Close()
	if got, _ := io.ReadAll(screen); string(got) != want {
		t.Errorf("on a terminal: %q, want %q", got, want)
	}
}

// The parts of a hint about what keeps a pod from starting fit a terminal, where
// they name no long names.
func TestFaultHintsFit(t *testing.T) {
	m := manifest.Pod{Blueprint: translate.New(&v1.Pod{Spec: v1.PodSpec{Containers: []v1.Container{{
		Name: "server", Image: "registry.example/team/server:1.2.3", ImagePullPolicy: v1.PullAlways, Ports: []v1.ContainerPort{{ContainerPort: 80, HostPort: 8080}},
	}}}}, translate.Options{})}
	image := m.Blueprint.Units[0].Container.Image
	for _, f := range []plan.Fault{
		{Op: plan.Op{Kind: plan.CreateUnit, Unit: "server"}, Err: &translate.Missing{Lack: translate.LackObject}},
		{Op: plan.Op{Kind: plan.StartPause}, Err: &translate.Missing{Lack: translate.LackHostname}},
		{Op: plan.Op{Kind: plan.StartPause}, Err: &translate.Missing{Lack: translate.LackClaim}},
		{Op: plan.Op{Kind: plan.PullImage, Unit: "server", Target: image}, Err: plan.ErrUnreachable},
		{Op: plan.Op{Kind: plan.PullImage, Target: image}, Err: plan.ErrUnreachable},
		{Op: plan.Op{Kind: plan.StartPause}, Err: errors.New("listen tcp4 0.0.0.0:8080: bind: address already in use")},
		{Op: plan.Op{Kind: plan.StartPause}, Err: errors.New("listen tcp4 10.0.0.1:8080: bind: cannot assign requested address")},
		{Op: plan.Op{Kind: plan.StartPause}, Err: errors.New("protocol not supported")},
	} {
		var text bytes.Buffer
		Console{Writer: &text, terminal: true}.Hint(faultHint(m, f))
		for line := range strings.Lines(text.String()) {
			if line = strings.TrimSuffix(line, "\n"); len(line) > columns || line == "minipod: hint: " {
				t.Errorf("%s: %d columns: %s", f.Op.Kind, len(line), line)
			}
		}
	}
}

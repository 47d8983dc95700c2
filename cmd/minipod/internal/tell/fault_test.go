package tell

import (
	"errors"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// What keeps a pause from starting is said at the field that asked for it, with what
// helps with that and nothing else.
func TestStartFaults(t *testing.T) {
	m := manifest.Pod{Blueprint: translate.New(&v1.Pod{Spec: v1.PodSpec{Containers: []v1.Container{
		{Name: "a", Ports: []v1.ContainerPort{{ContainerPort: 80, HostPort: 8080}, {ContainerPort: 81, HostPort: 8081, Protocol: v1.ProtocolSCTP}}},
		{Name: "b", Ports: []v1.ContainerPort{{ContainerPort: 82, HostPort: 80}, {ContainerPort: 83, HostPort: 8080, HostIP: "10.9.9.9"}, {ContainerPort: 84, HostPort: 8080, HostIP: "fd00::9"}}},
	}}}, translate.Options{})}
	m.Blueprint.Pod.Namespace, m.Blueprint.Pod.Name = "default", "web"
	const a, b = "spec.containers[0].ports", "spec.containers[1].ports"
	for _, c := range []struct {
		err         error
		field, hint string
	}{
		{errors.New("start web_POD: host port 80/tcp is taken by container x"), b + "[0].hostPort", "take another hostPort"},
		{errors.New("start web_POD: Bind for 0.0.0.0:8080 failed: port is already allocated"), a + "[0].hostPort", "take another hostPort"},
		{errors.New("Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use"), b + "[0].hostPort", "take another hostPort"},
		{errors.New("Error starting userland proxy: listen tcp4 10.9.9.9:8080: bind: cannot assign requested address"), b + "[1].hostIP", "hostIP has to be an address of the machine"},
		{errors.New("Error starting userland proxy: listen tcp6 [fd00::9]:8080: bind: cannot assign requested address"), b + "[2].hostIP", "hostIP has to be an address of the machine"},
		{errors.New("Error starting userland proxy: protocol not supported"), a + "[1].protocol", "the kernel of the machine lacks the protocol"},
		{errors.New("cannot expose privileged port 80, you can add it"), b + "[0].hostPort", ""},
		{errors.New("the engine is out of memory"), "metadata.name", ""},
		{&translate.Missing{Field: "f", Lack: translate.LackClaim}, "f", "declare a PersistentVolumeClaim"},
		{&translate.Missing{Field: "f", Lack: translate.LackOwnClaim, Have: "web-v"}, "f", "a claim of that name is there already; minipod rm --volumes persistentvolumeclaim/web-v removes"},
		{&translate.Missing{Field: "f", Lack: translate.LackObject}, "f", "minipod run FILE stores it, of a manifest that has it"},
		{&translate.Missing{Field: "f", Lack: translate.LackKey, Have: "k, l"}, "f", "its keys are k, l"},
		{&translate.Missing{Field: "f", Lack: translate.LackKey}, "f", "it is there and holds nothing"},
		{&translate.Missing{Field: "f", Lack: translate.LackContainer, Have: "a, b"}, "f", "the containers of the pod are a, b"},
		{&translate.Missing{Field: "f", Lack: translate.LackRuntime}, "f", "docker info lists the runtimes"},
		{&translate.Missing{Field: "f"}, "f", ""},
	} {
		f := plan.Fault{Op: plan.Op{Kind: plan.StartPause}, Err: c.err}
		if field := faultField(m, f); field != c.field {
			t.Errorf("%v: at %s, want %s", c.err, field, c.field)
		}
		if hint := faultHint(m, f); !strings.HasPrefix(hint, c.hint) || (hint == "") != (c.hint == "") {
			t.Errorf("%v: hint %q, want %q", c.err, hint, c.hint)
		}
	}
}

// What was made of a pod that could not start, and is there still, is hinted at.
func TestWhatIsLeftOfAFault(t *testing.T) {
	left := &loop.LeftoverError{Ref: translate.Ref{Namespace: "shop", Name: "web"}, Err: errors.New("the engine is out of memory")}
	fault := plan.Fault{Op: plan.Op{Kind: plan.StartPause}, Err: errors.New("start web_POD: the engine is out of memory")}
	objects, err := podspec.Parse("web.yaml", []byte(`{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: a, image: i}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	m := manifest.Pod{Object: objects[0], Blueprint: translate.New(objects[0].Pod(), translate.Options{})}
	step := plan.Step{Waits: []plan.Wait{{Reason: plan.ReasonSandbox, Fault: &fault}}}
	err = RunError(m, loop.Result{Step: step}, errors.Join(fault.Err, left))
	var hinted interface{ Hint() string }
	if !errors.As(err, &hinted) || hinted.Hint() != "minipod rm web -n shop tries it again" || !errors.Is(err, error(left)) {
		t.Errorf("%v, hint %v", err, hinted)
	}
}

// A container that cannot be started is told of at the field that has to do with it.
func TestStartField(t *testing.T) {
	const at, caps = "spec.containers[0]", "unable to apply caps: operation not permitted"
	for _, c := range []struct{ refusal, written, want string }{
		{`exec: "sokat": executable file not found in $PATH`, ".command", ".command"},
		{`exec: "-v": executable file not found in $PATH`, ".args", ""},
		{caps, ".command .securityContext.privileged", ".securityContext.privileged"},
		{caps, ".command .securityContext.capabilities", ".securityContext.capabilities"},
		{caps, ".command", ""},
		{"no space left on device", ".command", ""},
	} {
		written := func(field string) bool { return strings.Contains(c.written, strings.TrimPrefix(field, at)) }
		if got := startField(at, c.refusal, written); got != at+c.want {
			t.Errorf("%s with %s: at %s", c.refusal, c.written, got)
		}
	}
}

func TestFaultsAreInTheOrderOfTheManifest(t *testing.T) {
	e := &faultError{problems: podspec.Problems{{Line: 12, Message: "b"}, {Line: 7, Message: "c"}, {Line: 10, Message: "a"}}}
	if got := e.Error(); got != ":7: c\n:10: a\n:12: b" {
		t.Errorf("got %q", got)
	}
}

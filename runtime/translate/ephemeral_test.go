package translate_test

import (
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// An ephemeral container joins the pod as its other containers do; with a
// target it is to join that one's processes, unless all share them anyway.
func TestEphemeralNamespaces(t *testing.T) {
	no, yes := false, true
	for _, c := range []struct {
		name, target string
		change       func(*v1.PodSpec)
		join, mode   string
	}{
		{name: "no target", change: func(*v1.PodSpec) {}},
		{name: "target", target: "c", change: func(*v1.PodSpec) {}, join: "c"},
		{name: "shared", target: "c", change: func(s *v1.PodSpec) { s.ShareProcessNamespace = &yes }, mode: "container:p_POD"},
		{name: "host", target: "c", change: func(s *v1.PodSpec) { s.HostPID = true }, mode: "host"},
	} {
		t.Run(c.name, func(t *testing.T) {
			pod := parseText(t, "p.yaml", notable("", ""))
			c.change(&pod.Spec)
			pod.Spec.EphemeralContainers = []v1.EphemeralContainer{{TargetContainerName: c.target, EphemeralContainerCommon: v1.EphemeralContainerCommon{
				Name: "dbg", Image: "i", ImagePullPolicy: v1.PullAlways, Stdin: true, TTY: true, Command: []string{"sh"},
			}}}
			b := translate.New(pod, translate.Options{SharePID: &no})
			u, ok := b.Unit("dbg")
			if !ok || u.Kind != translate.Ephemeral || u.Restart != v1.RestartPolicyNever || u.Pull != v1.PullAlways || !u.Lenient {
				t.Fatalf("unit %+v", u)
			}
			host, config := u.Request.Host, u.Request.Config
			if u.Target != c.join || string(host.PidMode) != c.mode || host.NetworkMode != "container:p_POD" {
				t.Errorf("target %q, PID mode %q, network mode %q", u.Target, host.PidMode, host.NetworkMode)
			}
			if !config.Tty || !config.OpenStdin || config.Labels[translate.LabelContainer] != "dbg" || len(b.Fatal()) > 0 {
				t.Errorf("config %+v, fatal %v", config, b.Fatal())
			}
		})
	}
}

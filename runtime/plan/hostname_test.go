package plan_test

import (
	"fmt"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// A pod whose name with its domain is longer than a hostname may be is not
// started, and says so as a node does.
func TestHostnameThatIsTooLong(t *testing.T) {
	for length, want := range map[int]string{
		64: "",
		65: "failed to construct FQDN from pod hostname and cluster domain, FQDN NAME is too long (64 characters is the max, 65 characters requested)",
	} {
		pod := podOf(1, v1.RestartPolicyAlways)
		yes := true
		pod.Spec.Subdomain, pod.Spec.SetHostnameAsFQDN = "s", &yes
		rest := "." + translate.New(pod, translate.Options{}).Pause.Config.Hostname
		rest = rest[strings.Index(rest, ".s."):]
		pod.Spec.Hostname = strings.Repeat("h", length-len(rest))
		w := plan.World{UID: pod.UID, Want: translate.New(pod, translate.Options{})}
		if asked := len(w.Want.Pause.Config.Hostname); asked != 64 {
			t.Errorf("%d: the engine is asked for %d characters", length, asked)
		}
		w = plan.Apply(w, plan.Next(w, t0).Ops[0], t0)
		s := plan.Next(w, t0)
		got := ""
		for _, wait := range s.Waits {
			if wait.Reason == plan.ReasonSandbox {
				got = strings.ReplaceAll(wait.Detail, pod.Spec.Hostname+rest, "NAME")
			}
		}
		if got != want {
			t.Errorf("%d: %q, want %q", length, got, want)
		}
		if stays := len(s.Ops) == 0 && s.Settled() && s.Phase == v1.PodPending; stays != (want != "") {
			t.Errorf("%d: %s, %s", length, fmt.Sprint(kinds(s)), s.Phase)
		}
	}
}

package diagnose_test

import (
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/diagnose"
	"github.com/minipod/minipod/runtime/translate"
)

// changed has the pod have been made from another manifest.
func (p *patient) changed(change func(*v1.PodSpec)) *patient {
	pod := p.Want.Pod.DeepCopy()
	change(&pod.Spec)
	p.Want = translate.New(pod, p.Want.Options)
	for i, u := range p.Want.Units {
		p.Containers[i].Hash = u.Hash
	}
	return p
}

func (p *patient) signals(s diagnose.Signals) *patient {
	return p.answers(diagnose.Question{Kind: diagnose.AskSignals, At: "id-main"}, diagnose.Answer{Signals: s})
}

// Who would not end on SIGTERM is told of besides: the pod is well. Nobody is
// who may end on it after all.
func TestDeafToTerm(t *testing.T) {
	const term = 1 << 14
	young := of(t, "ignores-sigterm").signals(diagnose.Signals{})
	young.last().StartedAt = now().Add(-time.Second)
	for _, c := range []struct {
		name string
		of   *patient
		deaf bool
	}{
		{"no handler", of(t, "ignores-sigterm").signals(diagnose.Signals{}), true},
		{"named as usual", of(t, "ignores-sigterm").signals(diagnose.Signals{Stop: "SIGTERM", Caught: ^uint64(term)}), true},
		{"a handler", of(t, "ignores-sigterm").signals(diagnose.Signals{Caught: term}), false},
		{"waited for", of(t, "ignores-sigterm").signals(diagnose.Signals{Blocked: term}), false},
		{"another signal", of(t, "ignores-sigterm").signals(diagnose.Signals{Stop: "SIGQUIT"}), false},
		{"not known", of(t, "ignores-sigterm").answers(diagnose.Question{Kind: diagnose.AskSignals, At: "id-main"}, diagnose.Answer{Unknown: "ps does not tell"}), false},
		{"young", young, false},
		{"stopped", of(t, "ignores-sigterm").signals(diagnose.Signals{}).ended(143).stopped(), false},
		{"not process 1", of(t, "ignores-sigterm").signals(diagnose.Signals{}).changed(func(s *v1.PodSpec) { s.ShareProcessNamespace = new(true) }), false},
		{"not process 1 of the machine", of(t, "ignores-sigterm").signals(diagnose.Signals{}).changed(func(s *v1.PodSpec) { s.HostPID = true }), false},
		{"no grace", of(t, "ignores-sigterm").signals(diagnose.Signals{}).changed(func(s *v1.PodSpec) { s.TerminationGracePeriodSeconds = new(int64) }), false},
		{"a hook", of(t, "ignores-sigterm").signals(diagnose.Signals{}).changed(func(s *v1.PodSpec) {
			s.Containers[0].Lifecycle = &v1.Lifecycle{PreStop: &v1.LifecycleHandler{Exec: &v1.ExecAction{Command: []string{"quit"}}}}
		}), false},
	} {
		found := diagnose.Find(c.of.World, c.of.Evidence, now())
		besides := strings.Join(found.Besides, "")
		if c.deaf && len(found.Causes) > 0 || strings.Contains(besides, "container main will not end on SIGTERM but be killed when its grace of 2s is over") != c.deaf || !c.deaf && besides != "" {
			t.Errorf("%s: besides %q, causes %v", c.name, besides, found.Causes)
		}
	}
}

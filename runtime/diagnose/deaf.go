package diagnose

import (
	"fmt"

	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/plan"
)

// deaf are the containers that run well, and that a stop will have to kill: the
// kernel passes no signal without a handler to the first process of a PID
// namespace. One that blocks the signal may wait for it, as init systems do; one
// that is young may install a handler yet; a preStop hook may end it.
func (l *look) deaf() []string {
	if l.Pause == nil || l.Want == nil || l.Want.SharesPID || l.Want.Pod.Spec.HostPID || l.Intent() != plan.Wanted {
		return nil
	}
	if s := l.Want.Pod.Spec.TerminationGracePeriodSeconds; s != nil && *s == 0 {
		return nil // it is to be killed
	}
	var texts []string
	for _, u := range l.units() {
		c := l.Latest(u.Name)
		if c == nil || c.State != plan.Running || l.now.Sub(c.StartedAt) < settled || u.PreStop() != nil {
			continue
		}
		if a, known := l.ask(Question{Kind: AskSignals, At: c.ID}); known && a.Signals.deafToTerm() {
			texts = append(texts, line(fmt.Sprintf("%s will not end on SIGTERM but be killed when its grace of %s is over%s",
				title(u), kube.Seconds(l.GraceSeconds()), l.firstProcess())))
		}
	}
	return texts
}

// deafToTerm reports whether a first process is asked to end by SIGTERM and
// does not get it.
func (s Signals) deafToTerm() bool {
	const bit = 1 << (terminated - 128 - 1)
	return (s.Stop == "" || s.Stop == "SIGTERM") && (s.Caught|s.Blocked)&bit == 0
}

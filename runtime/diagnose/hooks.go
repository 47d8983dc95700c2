package diagnose

import "fmt"

// failedHooks are containers that were stopped because their postStart hooks
// failed.
func failedHooks(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		c := l.failed(u)
		if c == nil || u.PostStart() == nil {
			continue
		}
		e, stopped := l.e.Events.Stopped(c.ID)
		if !stopped || e.Message != hookFailed {
			continue
		}
		causes = append(causes, Cause{
			Name: "post-start-failed", Container: u.Name, Sure: Certain,
			Text:     fmt.Sprintf("%s was stopped: %s%s", title(u), firstOf(e.Why), l.again(u, *c)),
			Evidence: append([]string{eventText(e), ranFor(*c)}, restarts(*c)...), Command: l.command("events"),
		})
	}
	return causes
}

// hookFailed is how the kubelet says that it stops a container whose hook has
// failed.
const hookFailed = "FailedPostStartHook"

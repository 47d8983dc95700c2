package diagnose

import (
	"fmt"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
)

// rootRefused are containers that are not made because they would run as root.
func rootRefused(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		image, there := l.Images[u.Container.Image]
		if !there || l.Latest(u.Name) != nil {
			continue
		}
		message := plan.RootReason(l.Want.Pod, u, image.User)
		if message == "" {
			continue
		}
		user := image.User
		if user == "" {
			user = "none, which is root"
		}
		causes = append(causes, Cause{
			Name: "runs-as-root", Container: u.Name, Sure: Certain,
			Text:     fmt.Sprintf("%s is not made: %s; securityContext.runAsUser names another user", title(u), message),
			Evidence: []string{"user of the image: " + user, field(u, "securityContext.runAsNonRoot", "true, or that of the pod")},
			Command:  "docker image inspect -f '{{.Config.User}}' " + word(u.Container.Image),
		})
	}
	return causes
}

// hostPaths are paths of the machine that are not what their types say, before
// anything runs. Those that are made where they are missing are not looked at:
// to look would make them.
func hostPaths(l *look) []Cause {
	if l.Want == nil || l.Pause != nil {
		return nil
	}
	var causes []Cause
	for _, h := range l.Want.HostPaths() {
		if h.Type == v1.HostPathDirectoryOrCreate || h.Type == v1.HostPathFileOrCreate {
			continue
		}
		a, known := l.ask(Question{Kind: AskHostPath, At: h.Volume})
		if !known || !a.Failed {
			continue
		}
		causes = append(causes, Cause{
			Name: "host-path", Sure: Certain,
			Text:     fmt.Sprintf("volume %s cannot be set up: %s", h.Volume, a.Text),
			Evidence: []string{h.Field + ": " + h.Path, "type: " + string(h.Type)}, Command: "ls -ld " + word(h.Path),
		})
	}
	return causes
}

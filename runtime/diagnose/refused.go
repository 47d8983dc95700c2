package diagnose

import (
	"fmt"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// rootRefused are containers that are not made because they would run as root.
func rootRefused(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		image, there := l.Images[u.Container.Image]
		if !there || l.Latest(u.Name) != nil {
			continue
		}
		if plan.RootReason(l.Want.Pod, u, image.User) == "" {
			continue
		}
		causes = append(causes, l.rootOf(u, image.User))
	}
	return causes
}

// rootOf says as whom a unit would run that must not be root.
func (l *look) rootOf(u translate.Unit, imageUser string) Cause {
	must, user := rootFields(l.Want.Pod, u)
	c := Cause{
		Name: "runs-as-root", Container: u.Name, Sure: Certain, Evidence: []string{must + ": true", "user of the image: " + imageUser},
		Command: "docker image inspect -f '{{json .Config.User}}' " + word(u.Container.Image),
	}
	name, _, _ := strings.Cut(imageUser, ":")
	const want = "runAsUser wants a number that is not 0"
	switch _, err := strconv.Atoi(name); {
	case user != "":
		c.Text = fmt.Sprintf("%s is not made: it is to run as root (%s: 0), which %s forbids: %s", title(u), user, must, want)
		c.Evidence = []string{must + ": true", user + ": 0"}
		if c.Command = l.command("ps") + " -o yaml"; l.Pause == nil {
			c.Command = "minipod explain " + l.manifest()
		}
	case name == "":
		c.Text = fmt.Sprintf("%s is not made: image %s names no user and so runs as root, which %s forbids: %s", title(u), u.Container.Image, must, want)
		c.Evidence[1] = "the image names no user"
	case err != nil && name != "root":
		c.Text = fmt.Sprintf("%s is not made: image %s names its user %s by a word, which %s cannot check: runAsUser wants the number", title(u), u.Container.Image, name, must)
	default:
		c.Text = fmt.Sprintf("%s is not made: image %s runs as user %s, which %s forbids: %s", title(u), u.Container.Image, name, must, want)
	}
	return c
}

// rootFields are the fields that forbid root, and that name a user; empty where
// the image names it.
func rootFields(pod *v1.Pod, u translate.Unit) (must, user string) {
	const ofPod = "spec.securityContext."
	if sc := pod.Spec.SecurityContext; sc != nil {
		if sc.RunAsNonRoot != nil {
			must = ofPod + "runAsNonRoot"
		}
		if sc.RunAsUser != nil {
			user = ofPod + "runAsUser"
		}
	}
	if sc := u.Container.SecurityContext; sc != nil {
		if sc.RunAsNonRoot != nil {
			must = u.Path + ".securityContext.runAsNonRoot"
		}
		if sc.RunAsUser != nil {
			user = u.Path + ".securityContext.runAsUser"
		}
	}
	return must, user
}

// hostPaths are paths of the machine that are not what their types say, which
// nothing is started without. Those that are made where they are missing are not looked at:
// to look would make them.
func hostPaths(l *look) []Cause {
	if l.Want == nil || l.Intent() != plan.Wanted || len(l.Containers) > 0 {
		return nil
	}
	var causes []Cause
	for _, h := range l.Want.HostPaths() {
		if h.Made() {
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

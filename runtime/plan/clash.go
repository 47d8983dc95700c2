package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/minipod/minipod/runtime/translate"
)

// Clash is a port that two containers of a pod seem to listen on, which only
// one of them can: they share the network.
type Clash struct {
	Port          string // 80/tcp
	First, Second string // units
}

// Clashes are the ports that several containers which run side by side
// declare: in the manifest, or in an image that is run as it is.
func Clashes(w World) []Clash {
	if w.Want == nil {
		return nil
	}
	var clashes []Clash
	first := map[string]string{}
	for _, u := range w.Want.Units {
		if u.Kind != translate.App && u.Kind != translate.Sidecar {
			continue
		}
		for _, port := range declared(w, u) {
			switch before, taken := first[port]; {
			case !taken:
				first[port] = u.Name
			case before != u.Name:
				clashes = append(clashes, Clash{Port: port, First: before, Second: u.Name})
			}
		}
	}
	return clashes
}

// declared are the ports that a container declares.
func declared(w World, u translate.Unit) []string {
	var ports []string
	for _, p := range u.Container.Ports {
		ports = append(ports, fmt.Sprintf("%d/%s", p.ContainerPort, strings.ToLower(string(p.Protocol))))
	}
	if c := w.Latest(u.Name); c != nil && len(u.Container.Command) == 0 {
		image, known := w.Images[c.ImageID]
		if !known {
			image = w.Images[c.Image]
		}
		ports = append(ports, image.Ports...)
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}

// clashTime is how long a pod with a clash is looked at after its last start:
// a server such as nginx tries for some seconds to get its port.
const clashTime = 4 * time.Second

// settle takes a pod for up when its last container is no longer young: what
// ends before has failed at once, and whoever brings the pod up says so.
func (s *stepper) settle() {
	until := s.w.Young
	if !until.IsZero() && len(Down(s.w)) == 0 && len(Clashes(s.w)) > 0 {
		until = until.Add(clashTime)
	}
	if s.State == Up && s.now.Before(until) {
		s.State = Starting
		s.wake(until)
	}
}

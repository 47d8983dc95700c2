package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/minipod/minipod/runtime/translate"
)

// Clash is a port that two containers of a pod seem to listen on, which only
// one of them can: they share the network.
type Clash struct {
	Port          string // 80/tcp
	First, Second string // units
	// ExposesFirst and ExposesSecond tell that the image exposes the port, and
	// the manifest does not declare it.
	ExposesFirst, ExposesSecond bool
}

// String says who wants the port.
func (c Clash) String() string {
	const only = ": only one can listen on it"
	switch {
	case c.ExposesFirst && c.ExposesSecond:
		return fmt.Sprintf("containers %s and %s share one network and the images of both expose port %s", c.First, c.Second, c.Port) + only
	case c.ExposesFirst:
		return fmt.Sprintf("containers %s and %s share one network: the image of %[1]s exposes port %[3]s, which %[2]s declares", c.First, c.Second, c.Port) + only
	case c.ExposesSecond:
		return fmt.Sprintf("containers %s and %s share one network: the image of %[2]s exposes port %[3]s, which %[1]s declares", c.First, c.Second, c.Port) + only
	}
	return fmt.Sprintf("containers %s and %s share one network and both declare port %s", c.First, c.Second, c.Port) + only
}

// Rival says who else wants the port of a unit; it is empty where the unit has no
// part in it.
func (c Clash) Rival(unit string) string {
	other, exposes := c.Second, c.ExposesSecond
	switch {
	case unit == c.Second:
		other, exposes = c.First, c.ExposesFirst
	case unit != c.First:
		return ""
	}
	if exposes {
		return fmt.Sprintf("the image of container %s exposes port %s too", other, c.Port)
	}
	return fmt.Sprintf("container %s declares port %s too", other, c.Port)
}

// Clashes are the ports that several containers which run side by side
// declare: in the manifest, or in an image that is run as it is.
func Clashes(w World) []Clash {
	if w.Want == nil {
		return nil
	}
	var clashes []Clash
	first := map[string]string{}
	exposed := map[string]bool{} // whether the first's image alone says so
	for _, u := range w.Want.Units {
		if u.Kind != translate.App && u.Kind != translate.Sidecar {
			continue
		}
		ports := declared(w, u)
		for _, port := range slices.Sorted(maps.Keys(ports)) {
			if before, taken := first[port]; taken {
				clashes = append(clashes, Clash{Port: port, First: before, Second: u.Name, ExposesFirst: exposed[port], ExposesSecond: ports[port]})
				continue
			}
			first[port], exposed[port] = u.Name, ports[port]
		}
	}
	return clashes
}

// declared are the ports that a container declares, and whether its image alone
// does.
func declared(w World, u translate.Unit) map[string]bool {
	ports := map[string]bool{}
	if len(u.Container.Command)+len(u.Container.Args) == 0 {
		for _, port := range w.imageOf(u).Ports {
			ports[port] = true
		}
	}
	for _, p := range u.Container.Ports {
		ports[fmt.Sprintf("%d/%s", p.ContainerPort, strings.ToLower(string(p.Protocol)))] = false
	}
	return ports
}

// imageOf is the image that a container has, or would be made of now.
func (w World) imageOf(u translate.Unit) Image {
	c := w.Latest(u.Name)
	if c == nil {
		return w.Images[u.Container.Image]
	}
	if image, known := w.Images[c.ImageID]; known {
		return image
	}
	return w.Images[c.Image]
}

package tell

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
)

// portTrouble is why a port of the machine could not be published.
type portTrouble int

const (
	noPortTrouble portTrouble = iota
	portTaken
	foreignAddress  // hostIP is not the machine's
	unknownProtocol // to the machine's kernel
)

// portTroubleOf tells it from the engine's words: it has no other way of saying it.
func portTroubleOf(err error) portTrouble {
	for words, trouble := range map[string]portTrouble{
		"is taken by container":           portTaken,
		"address already in use":          portTaken,
		"port is already allocated":       portTaken,
		"cannot assign requested address": foreignAddress,
		"protocol not supported":          unknownProtocol,
	} {
		if strings.Contains(err.Error(), words) {
			return trouble
		}
	}
	return noPortTrouble
}

func (t portTrouble) hint() string {
	switch t {
	case portTaken:
		return "take another hostPort, or end who has it; docker ps and ss -ltnp tell who"
	case foreignAddress:
		return "hostIP has to be an address of the machine; ip addr lists them; without hostIP the port is published on all"
	case unknownProtocol:
		return "the kernel of the machine lacks the protocol; modprobe sctp loads it"
	}
	return ""
}

// field is what of a port is in the way.
func (t portTrouble) field() string {
	switch t {
	case foreignAddress:
		return "hostIP"
	case unknownProtocol:
		return "protocol"
	}
	return "hostPort"
}

// is reports whether an error of this kind is of the port.
func (t portTrouble) is(p v1.ContainerPort, text string) bool {
	number := strconv.Itoa(int(p.HostPort))
	switch t {
	case foreignAddress:
		return p.HostIP != "" && strings.Contains(text, net.JoinHostPort(p.HostIP, number))
	case unknownProtocol:
		return p.Protocol == v1.ProtocolSCTP
	}
	return slices.ContainsFunc([]string{":%s ", ":%s:", "port %s/", "port %s,"}, func(form string) bool {
		return strings.Contains(text+" ", fmt.Sprintf(form, number))
	})
}

// portField is the port that kept a pause from starting; the pod's name where the
// engine's words name none.
func portField(m manifest.Pod, err error) string {
	trouble := portTroubleOf(err)
	for i, c := range m.Blueprint.Pod.Spec.Containers {
		for j, p := range c.Ports {
			if p.HostPort != 0 && trouble.is(p, err.Error()) {
				return fmt.Sprintf("spec.containers[%d].ports[%d].%s", i, j, trouble.field())
			}
		}
	}
	return "metadata.name"
}

package describe

import (
	"fmt"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
)

func (p *page) containers(heading string, pod *v1.Pod, list []v1.Container, statuses []v1.ContainerStatus) {
	if len(list) == 0 && heading != "Containers" {
		return
	}
	if len(list) == 0 {
		heading += ": " + none
		p.line(top, "%s", heading)
		return
	}
	p.line(top, "%s:", heading)
	for i := range list {
		c := &list[i]
		p.line(inner, "%s:", c.Name)
		at := slices.IndexFunc(statuses, func(s v1.ContainerStatus) bool { return s.Name == c.Name })
		if at < 0 {
			p.image(c, nil)
			p.command(c)
		} else {
			p.image(c, &statuses[at])
			p.command(c)
			p.containerState(&statuses[at])
		}
		p.resources(c.Resources)
		p.probe("Liveness", c.LivenessProbe)
		p.probe("Readiness", c.ReadinessProbe)
		p.probe("Startup", c.StartupProbe)
		p.environment(pod, c)
		p.mounts(c)
	}
}

func (p *page) image(c *v1.Container, s *v1.ContainerStatus) {
	if s != nil {
		p.line(deep, "Container ID:\t%s", s.ContainerID)
	}
	p.line(deep, "Image:\t%s", c.Image)
	if s != nil {
		p.line(deep, "Image ID:\t%s", s.ImageID)
	}
	p.ports("Port", c.Ports, func(port v1.ContainerPort) int32 { return port.ContainerPort })
	p.ports("Host Port", c.Ports, func(port v1.ContainerPort) int32 { return port.HostPort })
}

func (p *page) ports(heading string, ports []v1.ContainerPort, number func(v1.ContainerPort) int32) {
	var all []string
	for _, port := range ports {
		text := fmt.Sprintf("%d/%s", number(port), port.Protocol)
		if port.Name != "" {
			text += " (" + port.Name + ")"
		}
		all = append(all, text)
	}
	if len(all) == 0 {
		all = []string{none}
	}
	if len(all) > 1 {
		heading += "s"
	}
	p.line(deep, heading+":\t%s", strings.Join(all, ", "))
}

func (p *page) command(c *v1.Container) {
	words := func(heading string, list []string) {
		if len(list) == 0 {
			return
		}
		p.line(deep, "%s:", heading)
		for _, word := range list {
			for part := range strings.SplitSeq(word, "\n") {
				p.line(deepest, "%s", part)
			}
		}
	}
	words("Command", c.Command)
	words("Args", c.Args)
}

func (p *page) containerState(s *v1.ContainerStatus) {
	p.oneState("State", s.State)
	if s.LastTerminationState.Terminated != nil {
		p.oneState("Last State", s.LastTerminationState)
	}
	p.line(deep, "Ready:\t%s", yes(s.Ready))
	p.line(deep, "Restart Count:\t%d", s.RestartCount)
}

func (p *page) oneState(heading string, s v1.ContainerState) {
	fact := func(name, value string) {
		if value != "" {
			p.line(deepest, name+":\t%s", value)
		}
	}
	switch {
	case s.Running != nil:
		p.line(deep, heading+":\tRunning")
		fact("Started", date(s.Running.StartedAt))
	case s.Terminated != nil:
		t := s.Terminated
		p.line(deep, heading+":\tTerminated")
		fact("Reason", t.Reason)
		fact("Message", t.Message)
		p.line(deepest, "Exit Code:\t%d", t.ExitCode)
		if t.Signal > 0 {
			p.line(deepest, "Signal:\t%d", t.Signal)
		}
		fact("Started", date(t.StartedAt))
		fact("Finished", date(t.FinishedAt))
	default:
		p.line(deep, heading+":\tWaiting")
		if s.Waiting != nil {
			fact("Reason", s.Waiting.Reason)
			fact("Message", s.Waiting.Message)
		}
	}
}

func (p *page) resources(r v1.ResourceRequirements) {
	amounts := func(heading string, list v1.ResourceList) {
		if len(list) == 0 {
			return
		}
		p.line(deep, "%s:", heading)
		var names []string
		for name := range list {
			names = append(names, string(name))
		}
		slices.Sort(names)
		for _, name := range names {
			quantity := list[v1.ResourceName(name)]
			p.line(deepest, "%s:\t%s", name, quantity.String())
		}
	}
	amounts("Limits", r.Limits)
	amounts("Requests", r.Requests)
}

func (p *page) mounts(c *v1.Container) {
	if len(c.VolumeMounts) == 0 {
		p.line(deep, "Mounts:\t%s", none)
		return
	}
	p.line(deep, "Mounts:")
	mounts := slices.Clone(c.VolumeMounts)
	slices.SortStableFunc(mounts, func(a, b v1.VolumeMount) int { return strings.Compare(a.MountPath, b.MountPath) })
	for _, m := range mounts {
		flags := "rw"
		if m.ReadOnly {
			flags = "ro"
		}
		if m.SubPath != "" {
			flags += fmt.Sprintf(",path=%q", m.SubPath)
		}
		p.line(deepest, "%s from %s (%s)", m.MountPath, m.Name, flags)
	}
}

package translate

import (
	"github.com/docker/docker/api/types/container"
)

// unitRequest makes a container of the pod: it joins the pause.
func (b *Blueprint) unitRequest(u Unit) Request {
	r := newRequest(ContainerName(b.Pod, u.Name, 0), u.Container.Image)
	r.from("Name", u.Path+".name")
	r.from("Config.Image", u.Path+".image")
	b.unitLabels(&r, u)
	b.join(&r)
	b.process(&r, u)
	b.security(&r, u)
	b.resources(&r, u)
	b.runtime(&r)
	b.mounts(&r, u)
	r.Config.Healthcheck = &container.HealthConfig{Test: []string{"NONE"}}
	r.from("Config.Healthcheck", "Kubernetes does not run the image's health check")
	r.Host.RestartPolicy = container.RestartPolicy{Name: container.RestartPolicyDisabled}
	return r
}

func (b *Blueprint) unitLabels(r *Request, u Unit) {
	for k, v := range identity(b.Pod) {
		r.Config.Labels[k] = v
	}
	r.Config.Labels[LabelContainer] = u.Name
	r.Config.Labels[LabelType] = TypeContainer
	r.Config.Labels[LabelAttempt] = "0"
	r.Config.Labels[LabelBackoff] = "0"
	r.Config.Labels[LabelHash] = u.Hash
	if asked := u.MemoryAsked(); asked != "" {
		r.Config.Labels[LabelMemory] = asked
	}
	r.from("Config.Labels", "metadata, and what minipod knows of this attempt")
}

// join puts the container into the pause's namespaces. The UTS namespace
// cannot be joined with Docker: each container has its own, with the same
// hostname in it.
func (b *Blueprint) join(r *Request) {
	pause := "container:" + b.Pause.Name
	r.Host.NetworkMode = container.NetworkMode(pause)
	r.from("HostConfig.NetworkMode", "the containers of a pod share its network")
	r.Host.IpcMode = container.IpcMode(pause)
	r.from("HostConfig.IpcMode", "the containers of a pod share its IPC namespace")
	switch {
	case b.Pod.Spec.HostPID:
		r.Host.PidMode = "host"
		r.from("HostConfig.PidMode", "spec.hostPID")
	case b.SharesPID:
		r.Host.PidMode = container.PidMode(pause)
		r.from("HostConfig.PidMode", b.PIDWhy)
	}
	if b.Pod.Spec.HostNetwork {
		r.Host.UTSMode = "host"
		r.from("HostConfig.UTSMode", "spec.hostNetwork")
	}
}

// process maps how the container's process is run, but for its words.
func (b *Blueprint) process(r *Request, u Unit) {
	c := u.Container
	if c.WorkingDir != "" {
		r.Config.WorkingDir = c.WorkingDir
		r.from("Config.WorkingDir", u.Path+".workingDir")
	}
	if c.TTY {
		r.Config.Tty = true
		r.from("Config.Tty", u.Path+".tty")
	}
	if c.Lifecycle != nil && c.Lifecycle.StopSignal != nil {
		r.Config.StopSignal = string(*c.Lifecycle.StopSignal)
		r.from("Config.StopSignal", u.Path+".lifecycle.stopSignal")
	}
	if c.Stdin {
		r.Config.OpenStdin = true
		r.from("Config.OpenStdin", u.Path+".stdin")
	}
	if c.Stdin && c.StdinOnce {
		// docker knows the one only with the other; to the engine AttachStdin is a note.
		r.Config.StdinOnce, r.Config.AttachStdin = true, true
		r.from("Config.StdinOnce", u.Path+".stdinOnce")
	}
}

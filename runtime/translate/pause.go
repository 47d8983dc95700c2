package translate

import (
	"fmt"
	"strings"

	"github.com/docker/docker/api/types/container"
	v1 "k8s.io/api/core/v1"
)

// clusterDomain is where the domain of a pod with a subdomain ends.
const clusterDomain = "cluster.local"

// pauseRequest makes the container that is the pod: it owns the namespaces
// that the others join, and everything that Docker refuses to a container
// which joins: hostname, DNS, extra hosts and ports.
func pauseRequest(b *Blueprint) Request {
	pod := b.Pod
	image, from := b.Options.PauseImage, "--pause-image"
	if image == "" {
		image, from = DefaultPauseImage, "minipod's own: a program that waits"
	}
	r := newRequest(ContainerName(pod, PauseName, 0), image)
	r.from("Name", "metadata.name")
	r.from("Config.Image", from)
	r.Host.RestartPolicy = container.RestartPolicy{Name: container.RestartPolicyAlways}
	r.from("HostConfig.RestartPolicy", "the pod is wanted until it is removed")
	pauseLabels(&r, b)
	pauseNamespaces(&r, b)
	pauseNames(&r, pod)
	pauseAliases(&r, b)
	pauseDNS(&r, b)
	pauseSysctls(&r, pod)
	b.runtime(&r)
	b.podLimits(&r)
	publish(&r, b)
	mountVolumes(&r, b)
	mountMessages(&r)
	b.pauseCommand(&r)
	return r
}

// pauseCommand tells minipod's own pause what it cannot see: that the hosts file is
// the machine's, what is to be added to it and to resolv.conf, a hostname that has
// dots, and in the machine's PID namespace that the files are its pod's at all.
func (b *Blueprint) pauseCommand(r *Request) {
	if !b.ownPause() {
		return
	}
	var why []string
	host, from := Hostname(b.Pod)
	switch {
	case b.Pod.Spec.HostNetwork:
		r.Config.Cmd = []string{"machine"}
		for _, alias := range b.Pod.Spec.HostAliases {
			r.Config.Cmd = append(r.Config.Cmd, "alias", strings.Join(append([]string{alias.IP}, alias.Hostnames...), " "))
		}
		why = append(why, "the hosts file is the machine's: spec.hostNetwork")
		if len(b.Pod.Spec.HostAliases) > 0 {
			why = append(why, "lines of it: spec.hostAliases")
		}
	case strings.Contains(host, "."), b.Pod.Spec.HostPID:
		r.Config.Cmd = []string{"host", host}
		why = append(why, "the name in the hosts file: "+from)
	}
	if words := b.resolvWords(); len(words) > 0 {
		r.Config.Cmd = append(r.Config.Cmd, words...)
		why = append(why, "added to what the engine has: spec.dnsConfig")
	}
	if len(why) > 0 {
		r.from("Config.Cmd", strings.Join(why, "; "))
	}
}

// ownPause reports whether the pause writes files of the pod: minipod's own does.
func (b *Blueprint) ownPause() bool { return b.Options.PauseImage == "" }

func pauseLabels(r *Request, b *Blueprint) {
	for k, v := range b.Pod.Labels {
		r.Config.Labels[k] = v
	}
	for k, v := range identity(b.Pod) {
		r.Config.Labels[k] = v
	}
	r.Config.Labels[LabelContainer] = PauseName
	r.Config.Labels[LabelType] = TypeSandbox
	putManifest(r.Config.Labels, encode(b.Pod))
	r.Config.Labels[LabelOptions] = encode(b.Options)
	r.from("Config.Labels", "metadata, and the manifest itself")
}

func pauseNamespaces(r *Request, b *Blueprint) {
	r.Host.IpcMode = container.IPCModeShareable
	r.from("HostConfig.IpcMode", "the containers of a pod share its IPC namespace")
	if b.Pod.Spec.HostIPC {
		r.Host.IpcMode = "host"
		r.Origins[len(r.Origins)-1].From = "spec.hostIPC"
	}
	if b.Pod.Spec.HostPID {
		r.Host.PidMode = "host"
		r.from("HostConfig.PidMode", "spec.hostPID")
	}
	r.Host.NetworkMode = "default"
	switch {
	case b.Pod.Spec.HostNetwork:
		r.Host.NetworkMode = "host"
		r.from("HostConfig.NetworkMode", "spec.hostNetwork")
	case b.Options.Network != "":
		r.Host.NetworkMode = container.NetworkMode(b.Options.Network)
		r.from("HostConfig.NetworkMode", "--network")
	}
}

// pauseNames sets hostname and domain as the kubelet does: hostnameOverride,
// then hostname, then the pod's name, cut to 63 bytes.
func pauseNames(r *Request, pod *v1.Pod) {
	if pod.Spec.HostNetwork {
		return
	}
	host, from := kernelName(pod)
	if domain := Domain(pod); domain != "" && !isTrue(pod.Spec.SetHostnameAsFQDN) {
		r.Config.Domainname = domain
		r.from("Config.Domainname", "spec.subdomain")
	}
	r.Config.Hostname = host[:min(len(host), longestName)] // Docker 29 makes no container with a longer one, which waits here
	r.from("Config.Hostname", from)
}

// kernelName is what the kernel is told as the pod's hostname: with its domain
// where the pod wants that.
func kernelName(pod *v1.Pod) (host, from string) {
	host, from = Hostname(pod)
	if domain := Domain(pod); domain != "" && isTrue(pod.Spec.SetHostnameAsFQDN) {
		return host + "." + domain, "spec.setHostnameAsFQDN"
	}
	return host, from
}

// longestName is how long a hostname the kernel takes.
const longestName = 64

// NoSandbox says why no pause can be started as the pod wants it, in the words
// of containerd and of the kubelet (pkg/kubelet/util, GetNodenameForKernel): the
// engine has no such runtime, or the hostname is longer than the kernel takes;
// nil where it can.
func (b *Blueprint) NoSandbox() *Missing {
	host, _ := kernelName(b.Pod)
	switch {
	case b.Options.NoRuntime:
		return &Missing{
			Message: fmt.Sprintf("failed to get sandbox runtime: no runtime for %q is configured", b.Options.Runtime),
			Field:   "spec.runtimeClassName",
			Lack:    LackRuntime,
		}
	case len(host) <= longestName || b.Pod.Spec.HostNetwork:
		return nil
	}
	return &Missing{
		Message: fmt.Sprintf("failed to construct FQDN from pod hostname and cluster domain, FQDN %s is too long (%d characters is the max, %d characters requested)", host, longestName, len(host)),
		Field:   "spec.setHostnameAsFQDN",
		Lack:    LackHostname,
	}
}

// pauseAliases adds to the hosts file. In the machine's network the pause does so:
// the engine would leave the machine's own lines out.
func pauseAliases(r *Request, b *Blueprint) {
	if b.Pod.Spec.HostNetwork && b.ownPause() {
		return
	}
	for _, alias := range b.Pod.Spec.HostAliases {
		for _, name := range alias.Hostnames {
			r.Host.ExtraHosts = append(r.Host.ExtraHosts, name+":"+alias.IP)
		}
	}
	if len(r.Host.ExtraHosts) > 0 {
		r.from("HostConfig.ExtraHosts", "spec.hostAliases")
	}
}

// Hostname is the pod's hostname and the field it comes from.
func Hostname(pod *v1.Pod) (host, from string) {
	switch {
	case pod.Spec.HostnameOverride != nil:
		host, from = *pod.Spec.HostnameOverride, "spec.hostnameOverride"
	case pod.Spec.Hostname != "":
		host, from = pod.Spec.Hostname, "spec.hostname"
	default:
		host, from = pod.Name, "metadata.name"
	}
	if len(host) > 63 {
		host = strings.TrimRight(host[:63], "-.")
	}
	return host, from
}

// Domain is the pod's domain; empty without a subdomain.
func Domain(pod *v1.Pod) string {
	if pod.Spec.Subdomain == "" || pod.Spec.HostnameOverride != nil {
		return ""
	}
	return pod.Spec.Subdomain + "." + pod.Namespace + ".svc." + clusterDomain
}

// runtime has the container run by the runtime of the pod's class, which is
// another one than the engine's default.
func (b *Blueprint) runtime(r *Request) {
	if name := RuntimeOf(b.Pod, b.Options); name != "" {
		r.Host.Runtime = name
		r.from("HostConfig.Runtime", "spec.runtimeClassName")
	}
}

// RuntimeOf is the engine's runtime that a pod asks for; empty is the default
// one.
func RuntimeOf(pod *v1.Pod, opts Options) string {
	switch {
	case pod.Spec.RuntimeClassName == nil, opts.NoRuntime:
		return ""
	case opts.Runtime != "":
		return opts.Runtime
	}
	return *pod.Spec.RuntimeClassName
}

func pauseSysctls(r *Request, pod *v1.Pod) {
	sc := pod.Spec.SecurityContext
	if sc == nil || len(sc.Sysctls) == 0 {
		return
	}
	r.Host.Sysctls = map[string]string{}
	for _, s := range sc.Sysctls {
		r.Host.Sysctls[sysctlName(s.Name)] = s.Value
	}
	r.from("HostConfig.Sysctls", "spec.securityContext.sysctls")
}

package translate

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/minipod/minipod/runtime/access"
)

// noter collects Notes.
type noter struct{ notes []Note }

// warn notes a field that is left out, and what happens instead.
func (n *noter) warn(set bool, field, message string) {
	if set {
		n.notes = append(n.notes, Note{Field: field, Message: message})
	}
}

// refuse notes a field without which it would be a wrong pod.
func (n *noter) refuse(set bool, field, message string) {
	if set {
		n.notes = append(n.notes, Note{Field: field, Message: message, Fatal: true})
	}
}

// reject notes a field for which a node has a word of its own.
func (n *noter) reject(set bool, field, reason, message string) {
	if set {
		n.notes = append(n.notes, Note{Field: field, Message: message, Fatal: true, Reason: reason})
	}
}

// Fatal are the notes that keep the pod from being run. An ephemeral container
// comes to a pod that runs: what is wrong with it, see Refusal, is its own.
func (b *Blueprint) Fatal() []Note {
	var fatal []Note
	for _, n := range b.Notes {
		if n.Fatal && !strings.HasPrefix(n.Field, ephemeralPath) {
			fatal = append(fatal, n)
		}
	}
	return fatal
}

// Refusal is a note that keeps one unit from being made; ok is false where
// there is none.
func (b *Blueprint) Refusal(u Unit) (note Note, ok bool) {
	i := slices.IndexFunc(b.Notes, func(n Note) bool { return n.Fatal && strings.HasPrefix(n.Field, u.Path+".") })
	if i < 0 {
		return Note{}, false
	}
	return b.Notes[i], true
}

// notes are the fields of the pod that are not honoured: none is passed over
// in silence. A note on a field may speak of its default: who shows notes
// asks first whether the field was written.
func notes(b *Blueprint) []Note {
	n := &noter{}
	podNotes(n, b)
	schedulingNotes(n, &b.Pod.Spec)
	podSecurityNotes(n, b)
	volumeNotes(n, b)
	for _, u := range b.Units {
		containerNotes(n, b, u)
		envNotes(n, b, u)
		mountNotes(n, b, u)
		securityNotes(n, b, u)
	}
	return n.notes
}

func podNotes(n *noter, b *Blueprint) {
	s := &b.Pod.Spec
	n.warn(len(s.ReadinessGates) > 0, "spec.readinessGates", "nothing sets the conditions: the gates are not waited for")
	if !b.Options.API {
		accountNotes(n, s)
	}
	for _, p := range b.Options.Publish {
		_, known := b.published(p)
		n.refuse(!known, "spec.containers", fmt.Sprintf("-p %s: no container has a port of that name", p))
	}
	n.warn(s.HostNetwork && len(b.Options.Publish) > 0, "spec.hostNetwork", "-p publishes nothing: all ports of the pod are the machine's")
	n.warn(s.DNSPolicy == v1.DNSClusterFirstWithHostNet, "spec.dnsPolicy", engineDNS)
	n.warn(b.AddsDNS() && len(distinct(s.DNSConfig.Nameservers)) >= maxNameservers, "spec.dnsConfig.nameservers",
		"the engine's own come before these, and a pod has three in all, as on a node: what is beyond is left out")
	if c := s.DNSConfig; c != nil && s.DNSPolicy != v1.DNSNone && !b.AddsDNS() {
		const instead = "they take the place of the engine's own, to which a node adds them"
		n.warn(len(c.Nameservers) > 0, "spec.dnsConfig.nameservers", instead)
		n.warn(len(c.Searches) > 0, "spec.dnsConfig.searches", instead)
	}
	n.refuse(s.HostUsers != nil && !*s.HostUsers, "spec.hostUsers", "Docker has no user namespace for one pod, only for all (userns-remap): leave the field out")
	n.refuse(len(s.ResourceClaims) > 0, "spec.resourceClaims", "there are no resource drivers here")
	n.reject(s.OS != nil && s.OS.Name != v1.Linux, "spec.os.name", "PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS")
}

// engineDNS is said of a policy that asks for a cluster's DNS.
const engineDNS = "there is no cluster DNS here: the engine's DNS is used, as with Default"

// schedulingNotes are of what asks for another machine or scheduler, or to wait.
// What else a scheduler reads is idle.
func schedulingNotes(n *noter, s *v1.PodSpec) {
	const one = "nothing is scheduled: the engine's machine is the only node"
	n.warn(selectsAnother(s.NodeSelector), "spec.nodeSelector", one)
	n.warn(s.SchedulerName != v1.DefaultSchedulerName, "spec.schedulerName", one)
	n.warn(len(s.SchedulingGates) > 0, "spec.schedulingGates", "the pod is not started while it has one")
}

// selectsAnother tells whether a node selector has a label that the engine's machine may lack: it runs Linux for sure.
func selectsAnother(labels map[string]string) bool {
	for key, value := range labels {
		if (key != v1.LabelOSStable && key != "beta.kubernetes.io/os") || value != string(v1.Linux) {
			return true
		}
	}
	return false
}

func podSecurityNotes(n *noter, b *Blueprint) {
	const path = "spec.securityContext"
	sc := b.Pod.Spec.SecurityContext
	if sc == nil {
		return
	}
	n.warn(b.lax(), path+".supplementalGroupsPolicy", "without runAsGroup Docker adds the groups that the image's /etc/group gives the user all the same")
	n.profile(b, sc.SeccompProfile, path)
	n.appArmor(b, sc.AppArmorProfile, path)
	n.selinux(b, sc.SELinuxOptions, path)
	n.warn(sc.WindowsOptions != nil, path+".windowsOptions", "only Linux containers are run")
	for i, s := range sc.Sysctls {
		name := sysctlName(s.Name)
		allowed := safeSysctl(name) || allowedSysctl(name, b.Options.UnsafeSysctls)
		n.reject(!allowed, fmt.Sprintf("%s.sysctls[%d]", path, i), "SysctlForbidden", fmt.Sprintf("forbidden sysctl: %q not allowlisted", name))
	}
}

// profile notes a seccomp profile of the node that is not there.
func (n *noter) profile(b *Blueprint, p *v1.SeccompProfile, path string) {
	name := localhostProfile(p)
	n.refuse(name != "" && b.Options.Seccomp[name] == "", path+"."+profileField, fmt.Sprintf("cannot load seccomp profile %q: it is not there", name))
}

// appArmor notes a profile that a machine without AppArmor cannot enforce. A
// pod that names one is turned away as a node does
// (pkg/security/apparmor/validate.go); the runtime's own goes without.
func (n *noter) appArmor(b *Blueprint, p *v1.AppArmorProfile, path string) {
	if p == nil || !b.Options.NoAppArmor {
		return
	}
	path += ".appArmorProfile"
	n.reject(p.Type == v1.AppArmorProfileTypeLocalhost, path, "AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host")
	n.warn(p.Type == v1.AppArmorProfileTypeRuntimeDefault, path, "AppArmor is not enabled on the engine's machine: not enforced")
}

// selinux notes labels that the engine does not set, without a word.
func (n *noter) selinux(b *Blueprint, o *v1.SELinuxOptions, path string) {
	n.warn(o != nil && b.Options.NoSELinux, path+".seLinuxOptions", "SELinux is not enabled in the engine: no label is set")
}

// AsksForSecurityModule reports whether a pod names a profile of AppArmor that is
// to be enforced, or labels of SELinux: not every machine has them.
func AsksForSecurityModule(pod *v1.Pod) bool {
	asks := func(p *v1.AppArmorProfile, o *v1.SELinuxOptions) bool {
		return o != nil || p != nil && p.Type != v1.AppArmorProfileTypeUnconfined
	}
	if sc := pod.Spec.SecurityContext; sc != nil && asks(sc.AppArmorProfile, sc.SELinuxOptions) {
		return true
	}
	for _, list := range [][]v1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		if slices.ContainsFunc(list, func(c v1.Container) bool {
			return c.SecurityContext != nil && asks(c.SecurityContext.AppArmorProfile, c.SecurityContext.SELinuxOptions)
		}) {
			return true
		}
	}
	return false
}

// allowedSysctl tells whether a name is among patterns, as the kubelet's
// --allowed-unsafe-sysctls reads them.
func allowedSysctl(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		prefix, open := strings.CutSuffix(p, "*")
		return name == p || open && strings.HasPrefix(name, prefix)
	})
}

// safeSysctl tells whether a node allows a sysctl (pkg/kubelet/sysctl).
func safeSysctl(name string) bool {
	switch name {
	case "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
		"net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
		"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
		"net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat":
		return true
	}
	return false
}

// sysctlName is the name with dots, as Docker takes it.
func sysctlName(name string) string { return strings.ReplaceAll(name, "/", ".") }

func volumeNotes(n *noter, b *Blueprint) {
	s := &b.Pod.Spec
	for i, v := range s.Volumes {
		path := fmt.Sprintf("spec.volumes[%d]", i)
		switch {
		case v.EmptyDir != nil:
			medium := v.EmptyDir.Medium
			n.refuse(medium != "" && medium != v1.StorageMediumMemory, path+".emptyDir.medium", fmt.Sprintf("Docker has no volumes on %s", medium))
			n.warn(v.EmptyDir.SizeLimit != nil && medium == "" && b.diskless(), path+".emptyDir.sizeLimit", "the limit of a volume on disk is not enforced: it takes minipod's own pause image")
			n.warn(v.EmptyDir.Mode != nil, path+".emptyDir.mode", "an alpha field, off in Kubernetes too: the volume is open to every user")
		case v.HostPath != nil:
			n.refuse(!strings.HasPrefix(v.HostPath.Path, "/"), path+".hostPath.path", fmt.Sprintf("%q is not absolute: a hostPath is a path of the engine's machine", v.HostPath.Path))
		case v.DownwardAPI != nil:
			n.diskOf(b, v.DownwardAPI.Items, path+".downwardAPI")
		case access.IsTokenSecret(v):
			n.warn(true, path+".secret.secretName", "it is the token that a cluster gives a pod: the volume stays empty where the engine keeps no such Secret")
		case v.Projected != nil:
			projectedNotes(n, b, v, path+".projected")
		case !held(v.VolumeSource):
			n.refuse(true, path+"."+typeName(v.VolumeSource), "volumes of this type are not mounted")
		}
	}
}

// typeName is the field that says of what type a volume is.
func typeName(v v1.VolumeSource) string {
	for f, source := range reflect.ValueOf(v).Fields() {
		if !source.IsZero() {
			return nameOf(f)
		}
	}
	return ""
}

// projectedNotes are about the sources that ask for what no node here has.
func projectedNotes(n *noter, b *Blueprint, v v1.Volume, path string) {
	added := access.IsTokenVolume(v)
	for i, source := range v.Projected.Sources {
		path := fmt.Sprintf("%s.sources[%d]", path, i)
		token := source.ServiceAccountToken != nil && !b.Options.API
		n.refuse(token && !added, path+".serviceAccountToken", noToken)
		n.warn(token && added, path+".serviceAccountToken", "a cluster has added this volume, which stays empty: "+noToken)
		n.refuse(source.PodCertificate != nil, path+".podCertificate", "nothing signs certificates here")
		if source.ClusterTrustBundle != nil {
			n.missing(isTrue(source.ClusterTrustBundle.Optional), path+".clusterTrustBundle", "there are no trust bundles here")
		}
		if source.DownwardAPI != nil {
			n.diskOf(b, source.DownwardAPI.Items, path+".downwardAPI")
		}
	}
}

// accountNotes are about what asks for a token, where there is none to be had.
func accountNotes(n *noter, s *v1.PodSpec) {
	declined := s.AutomountServiceAccountToken != nil && !*s.AutomountServiceAccountToken
	account := s.ServiceAccountName != "" && s.ServiceAccountName != "default" && !declined
	n.warn(account, "spec.serviceAccountName", noToken)
	n.warn(account && s.DeprecatedServiceAccount != "", "spec.serviceAccount", noToken)
}

// noToken is said of what asks for a token of a service account.
const noToken = "no token is mounted: only pods that minipod serve makes, and that can reach it, have one"

// diskOf notes a file that is to tell how much of the disk a container may use.
func (n *noter) diskOf(b *Blueprint, items []v1.DownwardAPIVolumeFile, path string) {
	for i, item := range items {
		n.warn(ofDisk(b.asker(nil), item.ResourceFieldRef), fmt.Sprintf("%s.items[%d].resourceFieldRef", path, i), noDiskLimit)
	}
}

// ofDisk reports whether a limit of the disk is asked for that is not set, of a
// pause that does not tell how large the disk is.
func ofDisk(by asker, ref *v1.ResourceFieldSelector) bool {
	if !by.diskless || ref == nil || ref.Resource != "limits.ephemeral-storage" {
		return false
	}
	a, err := by.allotment(ref)
	return err == nil && a.set.IsZero()
}

// noDiskLimit is said of such a limit.
const noDiskLimit = "no limit is set, and only minipod's own pause image tells how large the disk is: 0"

// leastMemory is what no container does with less of, in bytes.
const leastMemory = 1 << 20

func containerNotes(n *noter, b *Blueprint, u Unit) {
	c, path := u.Container, u.Path
	if memory := c.Resources.Limits.Memory(); memory.Sign() > 0 && memory.CmpInt64(leastMemory) < 0 {
		number := strings.TrimRight(memory.String(), "mk")
		n.warn(true, path+".resources.limits.memory", fmt.Sprintf("%s is less than any program needs: did you mean %sM or %sMi?", memory, number, number))
	}
	if u.Kind == App {
		portNotes(n, b, c.Ports, path+".ports")
	} else {
		n.unpublished(b, c.Ports, path+".ports")
	}
	n.refuse(len(c.VolumeDevices) > 0, path+".volumeDevices", "block devices of volumes are not passed on")
	n.refuse(len(c.Resources.Claims) > 0, path+".resources.claims", "there are no resource drivers here")
	resourceNotes(n, c.Resources, path+".resources")
	_, limited := c.Resources.Limits[v1.ResourceEphemeralStorage]
	field := path + ".resources.limits.ephemeral-storage"
	n.warn(limited && u.Kind == Init, field, "what an init container writes is not measured")
	n.warn(limited && b.diskless(), field, "not enforced: it takes minipod's own pause image")
}

// portNotes are about addresses that Docker takes for none: it would publish to
// everybody what is meant for one. Kubernetes does not judge them either.
func portNotes(n *noter, b *Blueprint, ports []v1.ContainerPort, path string) {
	for i, p := range ports {
		_, published := hostPort(p, b.Options)
		wrong := p.HostIP != "" && len(validation.IsValidIPForLegacyField(nil, p.HostIP, true, nil)) > 0
		n.refuse(published && !b.Pod.Spec.HostNetwork && wrong, fmt.Sprintf("%s[%d].hostIP", path, i),
			fmt.Sprintf("%q is no IP address, and Docker would publish the port on all of the machine's (127.0.0.1 is for the machine itself)", p.HostIP))
	}
}

// unpublished notes the ports of init containers, sidecars too: a node looks at
// those of the containers alone (pkg/kubelet/kuberuntime, generatePodSandboxConfig).
func (n *noter) unpublished(b *Blueprint, ports []v1.ContainerPort, path string) {
	for i, p := range ports {
		n.warn(p.HostPort != 0 && !b.Pod.Spec.HostNetwork, fmt.Sprintf("%s[%d].hostPort", path, i),
			fmt.Sprintf("not published, as on a node: it is no port of spec.containers (-p %d:%d publishes it)", p.HostPort, p.ContainerPort))
	}
}

// resourceNotes are about resources that nothing here has. A limit of one is its
// request too.
func resourceNotes(n *noter, r v1.ResourceRequirements, path string) {
	for _, name := range sortedKeys(r.Limits) {
		n.warn(!accounted(name), fmt.Sprintf("%s.limits[%s]", path, name), unaccounted(name))
	}
	for _, name := range sortedKeys(r.Requests) {
		_, limited := r.Limits[name]
		n.warn(!accounted(name) && !limited, fmt.Sprintf("%s.requests[%s]", path, name), unaccounted(name))
	}
}

// unaccounted says what becomes of a container that asks for such a resource: one
// with a domain is a device's (a node without it does not run the pod).
func unaccounted(name v1.ResourceName) string {
	if strings.Contains(string(name), "/") {
		return "there are no device plugins here: the container runs without it"
	}
	return "Docker cannot account for it: not enforced"
}

// accounted reports whether more is made of a resource than of others, which
// Docker knows nothing of.
func accounted(name v1.ResourceName) bool {
	return name == v1.ResourceCPU || name == v1.ResourceMemory || name == v1.ResourceEphemeralStorage
}

func envNotes(n *noter, b *Blueprint, u Unit) {
	for i, e := range u.Container.Env {
		if e.ValueFrom == nil {
			continue
		}
		path := fmt.Sprintf("%s.env[%d].valueFrom", u.Path, i)
		n.warn(ofDisk(u.asker, e.ValueFrom.ResourceFieldRef), path+".resourceFieldRef", noDiskLimit)
	}
}

// missing notes something that the manifest may call optional.
func (n *noter) missing(optional bool, field, message string) {
	n.warn(optional, field, message+": left out, as it is optional")
	n.refuse(!optional, field, message)
}

func mountNotes(n *noter, b *Blueprint, u Unit) {
	for i, vm := range u.Container.VolumeMounts {
		path := fmt.Sprintf("%s.volumeMounts[%d]", u.Path, i)
		n.refuse(recursive(vm) && isPart(vm) && source(b.Pod, vm.Name).HostPath != nil, path+".recursiveReadOnly", "not asked of the engine for a part of a hostPath")
		n.warn(len(vm.BindMountOptions) > 0, path+".bindMountOptions", "an alpha field, off in Kubernetes too: not passed on")
		n.warn(propagation(vm) != "" && source(b.Pod, vm.Name).HostPath == nil, path+".mountPropagation", "only mounts of a hostPath are passed on")
	}
}

func securityNotes(n *noter, b *Blueprint, u Unit) {
	path := u.Path + ".securityContext"
	sc := u.Container.SecurityContext
	if sc == nil {
		return
	}
	n.profile(b, sc.SeccompProfile, path)
	n.appArmor(b, sc.AppArmorProfile, path)
	n.selinux(b, sc.SELinuxOptions, path)
	n.warn(sc.WindowsOptions != nil, path+".windowsOptions", "only Linux containers are run")
}

func isTrue(b *bool) bool { return b != nil && *b }

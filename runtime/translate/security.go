package translate

import (
	"slices"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// security merges the pod's and the container's security context: what the
// container says wins.
func (b *Blueprint) security(r *Request, u Unit) {
	pod := b.Pod.Spec.SecurityContext
	if pod == nil {
		pod = &v1.PodSecurityContext{}
	}
	own := u.Container.SecurityContext
	if own == nil {
		own = &v1.SecurityContext{}
	}
	user(r, pod, own, u.Path)
	groups(r, pod)
	privileges(r, own, u.Path)
	b.seccomp(r, u)
	profiles(r, pod, own, u.Path)
}

// user sets user and group. A group alone goes with the user of the image,
// which Attempt knows.
func user(r *Request, pod *v1.PodSecurityContext, own *v1.SecurityContext, path string) {
	uid, field := own.RunAsUser, path+".securityContext.runAsUser"
	if uid == nil {
		uid, field = pod.RunAsUser, "spec.securityContext.runAsUser"
	}
	if uid == nil {
		return
	}
	r.Config.User = strconv.FormatInt(*uid, 10)
	if gid, _ := runAsGroup(pod, own, path); gid != nil {
		r.Config.User += ":" + strconv.FormatInt(*gid, 10)
	}
	r.from("Config.User", field)
}

// imageUser sets the user of a container of which the manifest says none: the
// one that its image names, without the group that the image names. A node has
// no use for that group (getImageUser in pkg/kubelet/kuberuntime), Docker has.
func (u Unit) imageUser(r *Request, in Inputs) {
	pod, own := u.pod.Spec.SecurityContext, u.Container.SecurityContext
	if pod == nil {
		pod = &v1.PodSecurityContext{}
	}
	if own == nil {
		own = &v1.SecurityContext{}
	}
	name, _, withGroup := strings.Cut(in.ImageUser, ":")
	gid, field := runAsGroup(pod, own, u.Path)
	if r.Config.User != "" || gid == nil && !withGroup {
		return
	}
	switch {
	case in.Symbolic:
		name = token(imageUserToken + u.Container.Image)
	case name == "":
		name = "0"
	}
	r.Config.User = name
	if gid == nil {
		r.from("Config.User", "the image's user, without its group")
		return
	}
	r.Config.User += ":" + strconv.FormatInt(*gid, 10)
	r.from("Config.User", field+", with the image's user")
}

const imageUserToken = "image.user/"

// ImageUserOf reads from the name of a token that it stands for the user that
// an image names, 0 where it names none; ok is false where it is another.
func ImageUserOf(token string) (image string, ok bool) {
	return strings.CutPrefix(token, imageUserToken)
}

// runAsGroup is the group and the field it comes from.
func runAsGroup(pod *v1.PodSecurityContext, own *v1.SecurityContext, path string) (gid *int64, field string) {
	if own.RunAsGroup != nil {
		return own.RunAsGroup, path + ".securityContext.runAsGroup"
	}
	return pod.RunAsGroup, "spec.securityContext.runAsGroup"
}

// lax reports whether a container may have more groups than the policy Strict
// wants: with a user alone Docker looks its groups up in the image, and with a
// group beside it does not.
func (b *Blueprint) lax() bool {
	sc := b.Pod.Spec.SecurityContext
	if sc.SupplementalGroupsPolicy == nil || *sc.SupplementalGroupsPolicy != v1.SupplementalGroupsPolicyStrict {
		return false
	}
	return slices.ContainsFunc(b.Units, func(u Unit) bool {
		own := u.Container.SecurityContext
		return sc.RunAsGroup == nil && (own == nil || own.RunAsGroup == nil)
	})
}

func groups(r *Request, pod *v1.PodSecurityContext) {
	if pod.FSGroup != nil {
		r.Host.GroupAdd = append(r.Host.GroupAdd, strconv.FormatInt(*pod.FSGroup, 10))
	}
	for _, g := range pod.SupplementalGroups {
		if group := strconv.FormatInt(g, 10); !slices.Contains(r.Host.GroupAdd, group) {
			r.Host.GroupAdd = append(r.Host.GroupAdd, group)
		}
	}
	if len(r.Host.GroupAdd) > 0 {
		r.from("HostConfig.GroupAdd", "spec.securityContext.fsGroup and .supplementalGroups")
	}
}

func privileges(r *Request, own *v1.SecurityContext, path string) {
	path += ".securityContext"
	if own.Privileged != nil && *own.Privileged {
		r.Host.Privileged = true
		r.from("HostConfig.Privileged", path+".privileged")
	}
	if own.ReadOnlyRootFilesystem != nil && *own.ReadOnlyRootFilesystem {
		r.Host.ReadonlyRootfs = true
		r.from("HostConfig.ReadonlyRootfs", path+".readOnlyRootFilesystem")
	}
	if own.AllowPrivilegeEscalation != nil && !*own.AllowPrivilegeEscalation {
		r.securityOpt("no-new-privileges", path+".allowPrivilegeEscalation")
	}
	if own.ProcMount != nil && *own.ProcMount == v1.UnmaskedProcMount {
		// Empty, not nil: nil is the engine's default.
		r.Host.MaskedPaths, r.Host.ReadonlyPaths = []string{}, []string{}
		r.from("HostConfig.MaskedPaths", path+".procMount")
	}
	if own.Capabilities == nil {
		return
	}
	if r.Host.CapAdd = capabilities(own.Capabilities.Add); len(r.Host.CapAdd) > 0 {
		r.from("HostConfig.CapAdd", path+".capabilities.add")
	}
	if r.Host.CapDrop = capabilities(own.Capabilities.Drop); len(r.Host.CapDrop) > 0 {
		r.from("HostConfig.CapDrop", path+".capabilities.drop")
	}
}

// capabilities words them as Docker does: CAP_NET_ADMIN, ALL; sorted.
func capabilities(list []v1.Capability) []string {
	var names []string
	for _, c := range list {
		name := strings.ToUpper(string(c))
		if name != "ALL" && !strings.HasPrefix(name, "CAP_") {
			name = "CAP_" + name
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// profiles maps AppArmor and SELinux.
func profiles(r *Request, pod *v1.PodSecurityContext, own *v1.SecurityContext, path string) {
	armor, field := own.AppArmorProfile, path+".securityContext.appArmorProfile"
	if armor == nil {
		armor, field = pod.AppArmorProfile, "spec.securityContext.appArmorProfile"
	}
	if armor != nil && armor.Type == v1.AppArmorProfileTypeUnconfined {
		r.securityOpt("apparmor=unconfined", field)
	}
	if armor != nil && armor.LocalhostProfile != nil {
		r.securityOpt("apparmor="+*armor.LocalhostProfile, field)
	}
	selinux, field := own.SELinuxOptions, path+".securityContext.seLinuxOptions"
	if selinux == nil {
		selinux, field = pod.SELinuxOptions, "spec.securityContext.seLinuxOptions"
	}
	if selinux != nil {
		r.selinux(selinux, field)
	}
}

func (r *Request) selinux(o *v1.SELinuxOptions, field string) {
	for _, part := range []struct{ name, value string }{
		{"user", o.User}, {"role", o.Role}, {"type", o.Type}, {"level", o.Level},
	} {
		if part.value != "" {
			r.securityOpt("label="+part.name+":"+part.value, field)
		}
	}
}

func (r *Request) securityOpt(opt, field string) {
	if len(r.Host.SecurityOpt) == 0 {
		r.from("HostConfig.SecurityOpt", field)
	}
	r.Host.SecurityOpt = append(r.Host.SecurityOpt, opt)
}

package translate

import (
	"fmt"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// seccomp maps the profile of a unit. An unset one is Docker's default, as
// RuntimeDefault is; Kubernetes would run unconfined. Of a privileged
// container the engine confines nothing, whatever it is told.
func (b *Blueprint) seccomp(r *Request, u Unit) {
	profile, field := seccompOf(b.Pod, u.Container, u.Path)
	if profile == nil {
		return
	}
	switch profile.Type {
	case v1.SeccompProfileTypeUnconfined:
		r.securityOpt("seccomp=unconfined", field)
	case v1.SeccompProfileTypeLocalhost:
		if text := b.Options.Seccomp[localhostProfile(profile)]; text != "" {
			r.securityOpt("seccomp="+text, field)
		}
	}
}

// seccompOf is the profile of a container: its own, or else the pod's.
func seccompOf(pod *v1.Pod, c *v1.Container, path string) (profile *v1.SeccompProfile, field string) {
	if sc := c.SecurityContext; sc != nil && sc.SeccompProfile != nil {
		return sc.SeccompProfile, path + ".securityContext.seccompProfile"
	}
	if sc := pod.Spec.SecurityContext; sc != nil {
		return sc.SeccompProfile, "spec.securityContext.seccompProfile"
	}
	return nil, ""
}

func localhostProfile(p *v1.SeccompProfile) string {
	if p == nil || p.LocalhostProfile == nil {
		return ""
	}
	return *p.LocalhostProfile
}

// SeccompProfiles are the names of the profiles of a node that a pod asks for,
// by the fields that have them.
func SeccompProfiles(pod *v1.Pod) map[string]string {
	names := map[string]string{}
	add := func(p *v1.SeccompProfile, path string) {
		if name := localhostProfile(p); name != "" {
			names[path+"."+profileField] = name
		}
	}
	if sc := pod.Spec.SecurityContext; sc != nil {
		add(sc.SeccompProfile, "spec.securityContext")
	}
	for path, list := range map[string][]v1.Container{"spec.initContainers": pod.Spec.InitContainers, "spec.containers": pod.Spec.Containers} {
		for i, c := range list {
			if sc := c.SecurityContext; sc != nil {
				add(sc.SeccompProfile, fmt.Sprintf("%s[%d].securityContext", path, i))
			}
		}
	}
	return names
}

const profileField = "seccompProfile.localhostProfile"

// ProfileFile is a token for the file that docker's client wants in the place
// of a profile.
const ProfileFile = tokenMark + ProfileFileToken + tokenMark

// ProfileFileToken is the name in ProfileFile.
const ProfileFileToken = "seccomp.file"

// CutProfile is the profile in a security option; ok is false where there is
// none.
func CutProfile(option string) (profile string, ok bool) {
	profile, ok = strings.CutPrefix(option, "seccomp=")
	return profile, ok && profile != "unconfined"
}

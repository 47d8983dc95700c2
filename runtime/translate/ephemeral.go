package translate

import (
	"github.com/docker/docker/api/types/container"
	v1 "k8s.io/api/core/v1"
)

// ephemeralPath is where the ephemeral containers are in a manifest.
const ephemeralPath = "spec.ephemeralContainers["

// ephemeral is a container that a later revision has brought: it runs once.
// The API does not keep whether its pull policy was written, so a registry
// that cannot be reached is forgiven.
func (b *Blueprint) ephemeral(c *v1.EphemeralContainer, path string) Unit {
	common := v1.Container(c.EphemeralContainerCommon)
	u := b.unit(&common, Ephemeral, path)
	u.Lenient = u.Lenient || u.Pull == v1.PullAlways
	u.Restart = v1.RestartPolicyNever
	if !b.Pod.Spec.HostPID && !b.SharesPID {
		u.Target = c.TargetContainerName
	}
	return u
}

// In is the unit in the PID namespace of a container that runs, by its ID.
func (u Unit) In(id string) Unit {
	host := *u.Request.Host
	host.PidMode = container.PidMode("container:" + id)
	u.Request.Host = &host
	u.Request.Origins = append(u.Request.Origins[:len(u.Request.Origins):len(u.Request.Origins)],
		Origin{Docker: "HostConfig.PidMode", From: u.Path + ".targetContainerName"})
	return u
}

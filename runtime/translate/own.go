package translate

import (
	"strconv"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	v1 "k8s.io/api/core/v1"
)

// LabelHelper tells the containers that minipod makes for itself, by what
// they do. They are of no pod, but for those of HelperOf.
const LabelHelper = "dev.minipod.helper"

// LabelHelperVolume is the Docker name of the volume that a helper is for.
const LabelHelperVolume = "dev.minipod.helper.volume"

// HelperOf are the labels of a helper that does something for a volume of a pod,
// and may take as long as that takes: it is the pod's for whoever finds it.
func HelperOf(pod *v1.Pod, mode string, v Volume) map[string]string {
	labels := identity(pod)
	labels[LabelHelper], labels[LabelHelperVolume] = mode, v.Docker
	return labels
}

// Helper is a container of the pause program in one of its modes, as root and
// without a network, whose output is read and which the engine removes at its
// end.
func Helper(mode string, args ...string) Request {
	return Request{
		Config: &container.Config{
			Image: DefaultPauseImage, User: "0", Cmd: append([]string{mode}, args...),
			AttachStdout: true, AttachStderr: true, Labels: map[string]string{LabelHelper: mode},
		},
		Host: &container.HostConfig{NetworkMode: "none", AutoRemove: true, LogConfig: container.LogConfig{Type: "none"}},
	}
}

// Own is a container of the pause program that gives volumes and all that they
// hold to their group, as the kubelet does for fsGroup: the group is the pod's,
// and so one for all of them.
func Own(volumes []Volume) Request {
	r := Helper("own", strconv.Itoa(volumes[0].GID))
	for _, v := range volumes {
		r.Config.Cmd = append(r.Config.Cmd, v.Target)
		r.Host.Mounts = append(r.Host.Mounts, mount.Mount{
			Type: mount.TypeVolume, Source: v.Docker, Target: v.Target, VolumeOptions: &mount.VolumeOptions{NoCopy: true},
		})
	}
	return r
}

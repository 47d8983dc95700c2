package translate

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/mount"
	v1 "k8s.io/api/core/v1"
)

// VolumeRoot is the folder of the pause in which every volume of the pod is
// mounted.
const VolumeRoot = "/volumes"

// volumes are those of the pod that are Docker volumes.
func volumes(pod *v1.Pod, opts Options) []Volume {
	var list []Volume
	for _, v := range pod.Spec.Volumes {
		if !held(v.VolumeSource) {
			continue
		}
		image := imageSource(v.VolumeSource, opts)
		volume := Volume{
			Name:   v.Name,
			Docker: VolumeName(pod, v.Name),
			Target: path.Join(VolumeRoot, v.Name),
			Memory: v.EmptyDir != nil && v.EmptyDir.Medium == v1.StorageMediumMemory,
			Mode:   0o777,
			Image:  image,
		}
		if image != nil {
			volume.Mode = 0o755
			list = append(list, volume)
			continue
		}
		if claim := v.PersistentVolumeClaim; claim != nil {
			volume.Claim, volume.Docker = claim.ClaimName, ClaimVolume(pod.Namespace, claim.ClaimName)
			volume.Change = groupChange(pod, claim)
		}
		if volume.Memory {
			volume.Mode = 0o1777 // as the kernel makes a tmpfs; the kubelet leaves the sticky bit
		}
		if gid, ok := fsGroup(pod); ok {
			volume.GID = gid
			volume.Mode |= setgid
		}
		list = append(list, volume)
	}
	return list
}

// setgid is the bit that has what is made in a folder belong to its group.
const setgid = 0o2000

// Grouped reports whether the volume is given to a group: it may be that of root.
func (v Volume) Grouped() bool { return v.Mode&setgid != 0 }

// fsGroup is the group that the pod's volumes belong to; ok is false where
// none is named.
func fsGroup(pod *v1.Pod) (gid int, ok bool) {
	if sc := pod.Spec.SecurityContext; sc != nil && sc.FSGroup != nil {
		return int(*sc.FSGroup), true
	}
	return 0, false
}

// groupChange says when the files of a claim are given to the pod's group, as
// the kubelet does: never those that the pod only reads.
func groupChange(pod *v1.Pod, claim *v1.PersistentVolumeClaimVolumeSource) v1.PodFSGroupChangePolicy {
	if _, ok := fsGroup(pod); !ok || claim.ReadOnly {
		return ""
	}
	if policy := pod.Spec.SecurityContext.FSGroupChangePolicy; policy != nil {
		return *policy
	}
	return v1.FSGroupChangeAlways
}

// mountVolumes mounts every volume in the pause, which makes them: they are
// there for as long as the pod is, and a tmpfs keeps what is in it while its
// containers come and go.
func mountVolumes(r *Request, b *Blueprint) {
	for _, v := range b.Volumes {
		labels := identity(b.Pod)
		labels[LabelVolume] = v.Name
		if src := source(b.Pod, v.Name); src.Ephemeral != nil {
			maps.Copy(labels, ownClaimLabels(b.Pod, v1.Volume{Name: v.Name, VolumeSource: src}))
		}
		if v.Claim != "" {
			labels = claimLabels(b.Pod.Namespace, v.Claim)
		}
		m := mount.Mount{
			Type: mount.TypeVolume, Source: v.Docker, Target: v.Target,
			// Docker would copy the image's files into an empty volume.
			VolumeOptions: &mount.VolumeOptions{NoCopy: true, Labels: labels},
		}
		if v.Memory {
			m.VolumeOptions.DriverConfig = &mount.Driver{Name: "local", Options: map[string]string{
				"type": "tmpfs", "device": "tmpfs", "o": tmpfsOptions(b.Pod, v),
			}}
		}
		r.Host.Mounts = append(r.Host.Mounts, m)
	}
	divided := b.mountDivided(r)
	if len(b.Volumes) > 0 || divided {
		r.from("HostConfig.Mounts", "spec.volumes")
	}
}

// mountDivided mounts the paths of the machine in the pause of which
// containers mount parts: it is there that the parts are looked for.
func (b *Blueprint) mountDivided(r *Request) (any bool) {
	for _, v := range b.Pod.Spec.Volumes {
		if v.HostPath == nil || !b.divided(v.Name) {
			continue
		}
		any = true
		whole := v1.VolumeMount{MountPath: path.Join(VolumeRoot, v.Name)}
		if made(v.HostPath, whole) {
			r.Host.Binds = append(r.Host.Binds, bind(v.HostPath, whole))
			r.from("HostConfig.Binds", "spec.volumes")
		} else {
			r.Host.Mounts = append(r.Host.Mounts, bindMount(v.HostPath, whole))
		}
	}
	return any
}

// divided reports whether a container mounts a part of a volume.
func (b *Blueprint) divided(volume string) bool {
	for _, list := range [][]v1.Container{b.Pod.Spec.InitContainers, b.Pod.Spec.Containers} {
		for _, c := range list {
			if slices.ContainsFunc(c.VolumeMounts, func(vm v1.VolumeMount) bool { return vm.Name == volume && isPart(vm) }) {
				return true
			}
		}
	}
	return false
}

func tmpfsOptions(pod *v1.Pod, v Volume) string {
	options := []string{fmt.Sprintf("mode=%o", v.Mode)}
	if v.Grouped() {
		options = append(options, fmt.Sprintf("gid=%d", v.GID))
	}
	if size := tmpfsSize(pod, source(pod, v.Name).EmptyDir); size > 0 {
		options = append(options, fmt.Sprintf("size=%d", size))
	}
	return strings.Join(options, ",")
}

// tmpfsSize is how many bytes a volume in memory holds: its limit, and no more
// than the pod may use (pkg/volume/emptydir, calculateEmptyDirMemorySize). 0 is
// what the kernel gives one.
func tmpfsSize(pod *v1.Pod, volume *v1.EmptyDirVolumeSource) int64 {
	size := podMemory(pod)
	if limit := volume.SizeLimit; limit != nil && limit.Value() > 0 && (size == 0 || limit.Value() < size) {
		size = limit.Value()
	}
	return size
}

func source(pod *v1.Pod, name string) v1.VolumeSource {
	for _, v := range pod.Spec.Volumes {
		if v.Name == name {
			return v.VolumeSource
		}
	}
	return v1.VolumeSource{}
}

// held reports whether a volume is a Docker volume.
func held(src v1.VolumeSource) bool {
	return src.EmptyDir != nil || filled(src) || src.PersistentVolumeClaim != nil || src.Ephemeral != nil || src.Image != nil
}

// docker is the Docker name of a volume.
func (b *Blueprint) docker(volume string) string {
	i := slices.IndexFunc(b.Volumes, func(v Volume) bool { return v.Name == volume })
	if i < 0 {
		return ""
	}
	return b.Volumes[i].Docker
}

// mounts gives a container its volumeMounts.
func (b *Blueprint) mounts(r *Request, u Unit) {
	var mounts, binds []string
	for i, vm := range u.Container.VolumeMounts {
		src := source(b.Pod, vm.Name)
		from := fmt.Sprintf("%s.volumeMounts[%d]", u.Path, i)
		switch {
		case isPart(vm): // Attempt adds it
		case held(src):
			r.Host.Mounts = append(r.Host.Mounts, mount.Mount{
				Type: mount.TypeVolume, Source: b.docker(vm.Name), Target: absolute(vm.MountPath),
				ReadOnly: vm.ReadOnly || reads(src), VolumeOptions: &mount.VolumeOptions{NoCopy: true},
			})
			mounts = append(mounts, from)
		case src.HostPath != nil && made(src.HostPath, vm):
			r.Host.Binds = append(r.Host.Binds, bind(src.HostPath, vm))
			binds = append(binds, from)
		case src.HostPath != nil:
			r.Host.Mounts = append(r.Host.Mounts, bindMount(src.HostPath, vm))
			mounts = append(mounts, from)
			if recursive(vm) {
				r.Deep = append(r.Deep, vm.Name)
			}
		} // else a Note says that it is missing
		if src.HostPath != nil && !isPart(vm) && shallow(vm) {
			r.Shallow = append(r.Shallow, absolute(vm.MountPath))
		}
	}
	if len(mounts) > 0 {
		r.from("HostConfig.Mounts", strings.Join(mounts, ", "))
	}
	if len(binds) > 0 {
		r.from("HostConfig.Binds", strings.Join(binds, ", "))
	}
}

// made tells whether a path of the engine's machine is made where it is
// missing: one that Kubernetes would make is a bind, which Docker makes as a
// directory; one that must be there is a mount, which Docker refuses.
func made(src *v1.HostPathVolumeSource, vm v1.VolumeMount) bool {
	if strings.Contains(src.Path+vm.MountPath, ":") || recursive(vm) {
		return false // a bind has colons between its parts, and no such option
	}
	return src.Type == nil || *src.Type == v1.HostPathUnset || *src.Type == v1.HostPathDirectoryOrCreate
}

func bind(src *v1.HostPathVolumeSource, vm v1.VolumeMount) string {
	parts := []string{path.Clean(src.Path), absolute(vm.MountPath)}
	var modes []string
	if vm.ReadOnly {
		modes = append(modes, "ro")
	}
	if p := propagation(vm); p != "" {
		modes = append(modes, string(p))
	}
	if len(modes) > 0 {
		parts = append(parts, strings.Join(modes, ","))
	}
	return strings.Join(parts, ":")
}

func bindMount(src *v1.HostPathVolumeSource, vm v1.VolumeMount) mount.Mount {
	m := mount.Mount{Type: mount.TypeBind, Source: path.Clean(src.Path), Target: absolute(vm.MountPath), ReadOnly: vm.ReadOnly}
	switch p := propagation(vm); {
	case recursive(vm): // the engine wants to be told that nothing is passed on
		m.BindOptions = &mount.BindOptions{ReadOnlyForceRecursive: true, Propagation: mount.PropagationRPrivate}
	case p != "":
		m.BindOptions = &mount.BindOptions{Propagation: p}
	}
	return m
}

// recursive reports whether what is mounted below a mount has to be read only
// too. IfPossible is what an engine does of itself where it can (API 1.44).
func recursive(vm v1.VolumeMount) bool {
	return vm.RecursiveReadOnly != nil && *vm.RecursiveReadOnly == v1.RecursiveReadOnlyEnabled
}

// shallow reports whether a mount is read only and what is mounted below it is
// not, as Kubernetes has it unless asked for more.
func shallow(vm v1.VolumeMount) bool {
	return vm.ReadOnly && (vm.RecursiveReadOnly == nil || *vm.RecursiveReadOnly == v1.RecursiveReadOnlyDisabled)
}

// propagation is left unset unless asked for: a private one is refused where
// the source holds the engine's data root.
func propagation(vm v1.VolumeMount) mount.Propagation {
	if vm.MountPropagation == nil {
		return ""
	}
	switch *vm.MountPropagation {
	case v1.MountPropagationHostToContainer:
		return mount.PropagationRSlave
	case v1.MountPropagationBidirectional:
		return mount.PropagationRShared
	}
	return ""
}

func absolute(p string) string { return path.Join("/", p) }

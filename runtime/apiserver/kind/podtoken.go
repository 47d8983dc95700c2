package kind

import (
	"slices"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/rand"

	"github.com/minipod/minipod/runtime/access"
)

// automount reports whether a pod wants a token where it does not mount one
// itself: the pod is asked first, then its account.
func automount(pod *v1.Pod, account *v1.ServiceAccount) bool {
	for _, wish := range []*bool{pod.Spec.AutomountServiceAccountToken, account.AutomountServiceAccountToken} {
		if wish != nil {
			return *wish
		}
	}
	return true
}

// mountToken mounts a token in each container that mounts nothing in its place
// (plugin/pkg/admission/serviceaccount/admission.go).
func mountToken(pod *v1.Pod) {
	name := tokenVolume(pod)
	mounted := false
	for _, list := range [][]v1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			if slices.ContainsFunc(list[i].VolumeMounts, func(vm v1.VolumeMount) bool { return vm.MountPath == access.Folder }) {
				continue
			}
			list[i].VolumeMounts = append(list[i].VolumeMounts, v1.VolumeMount{Name: name, ReadOnly: true, MountPath: access.Folder})
			mounted = true
		}
	}
	if mounted && !slices.ContainsFunc(pod.Spec.Volumes, func(v v1.Volume) bool { return v.Name == name }) {
		pod.Spec.Volumes = append(pod.Spec.Volumes, v1.Volume{Name: name, VolumeSource: v1.VolumeSource{Projected: tokenSources()}})
	}
}

// tokenVolume is the name of the volume: that of one which came with the pod,
// as with a copy of another, else a new one.
func tokenVolume(pod *v1.Pod) string {
	i := slices.IndexFunc(pod.Spec.Volumes, access.IsTokenVolume)
	if i >= 0 {
		return pod.Spec.Volumes[i].Name
	}
	return access.TokenVolume + rand.String(5)
}

// tokenLife is how long a token is good, in seconds, as a cluster has it.
const tokenLife = 3607

// tokenSources are what clients in a pod look for: token, certificate and namespace.
func tokenSources() *v1.ProjectedVolumeSource {
	life, mode := int64(tokenLife), v1.ProjectedVolumeSourceDefaultMode
	return &v1.ProjectedVolumeSource{DefaultMode: &mode, Sources: []v1.VolumeProjection{
		{ServiceAccountToken: &v1.ServiceAccountTokenProjection{ExpirationSeconds: &life, Path: "token"}},
		{ConfigMap: &v1.ConfigMapProjection{
			LocalObjectReference: v1.LocalObjectReference{Name: access.RootCA},
			Items:                []v1.KeyToPath{{Key: access.RootCAKey, Path: access.RootCAKey}},
		}},
		{DownwardAPI: &v1.DownwardAPIProjection{Items: []v1.DownwardAPIVolumeFile{
			{Path: "namespace", FieldRef: &v1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.namespace"}},
		}}},
	}}
}

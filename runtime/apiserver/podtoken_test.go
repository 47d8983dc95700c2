package apiserver_test

import (
	"fmt"
	"slices"
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/access"
)

// tokens names the containers that a token is mounted in.
func tokens(pod *v1.Pod) []string {
	var names []string
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		if slices.ContainsFunc(c.VolumeMounts, func(vm v1.VolumeMount) bool {
			volume := slices.ContainsFunc(pod.Spec.Volumes, func(v v1.Volume) bool { return v.Name == vm.Name && access.IsTokenVolume(v) })
			return volume && vm.ReadOnly && vm.MountPath == access.Folder
		}) {
			names = append(names, c.Name)
		}
	}
	return names
}

func TestTokensAreMounted(t *testing.T) {
	const containers = `"initContainers":[{"name":"i","image":"x"}],"containers":[{"name":"a","image":"x"},{"name":"b","image":"x"}]`
	const mounted = `"containers":[{"name":"a","image":"x","volumeMounts":[{"name":"%[1]s","mountPath":"` + access.Folder + `"}]},{"name":"b","image":"x"}],"volumes":[{"name":"%[1]s","projected":{}}]`
	c := startForPods(t)
	c.raw(t, 201, "POST", "/api/v1/namespaces/default/serviceaccounts", `{"metadata":{"name":"quiet"},"automountServiceAccountToken":false}`)
	for i, ask := range []struct {
		spec    string
		want    []string
		volumes int
	}{
		{containers, []string{"i", "a", "b"}, 1},
		{containers + `,"automountServiceAccountToken":false`, nil, 0},
		{containers + `,"serviceAccountName":"quiet"`, nil, 0},
		{containers + `,"serviceAccountName":"quiet","automountServiceAccountToken":true`, []string{"i", "a", "b"}, 1},
		{fmt.Sprintf(mounted, "own"), []string{"b"}, 2},
		{fmt.Sprintf(mounted, access.TokenVolume+"abcde"), []string{"b"}, 1}, // a copy of another pod
	} {
		body := fmt.Sprintf(`{"metadata":{"name":"p%d"},"spec":{%s}}`, i, ask.spec)
		pod := do[v1.Pod](t, c, 201, "POST", "/api/v1/namespaces/default/pods", body)
		if got := tokens(&pod); !slices.Equal(got, ask.want) || len(pod.Spec.Volumes) != ask.volumes {
			t.Errorf("%s: mounted in %q, with %d volumes; want %q, %d", ask.spec, got, len(pod.Spec.Volumes), ask.want, ask.volumes)
		}
	}
	pod := start(t).pod(t, "web")
	if len(pod.Spec.Volumes) > 0 {
		t.Errorf("a pod that cannot reach the server has %v", pod.Spec.Volumes)
	}
}

package docker

import (
	"reflect"
	"testing"

	"github.com/docker/docker/api/types/container"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// All is to see what Observe sees: of a pod that was changed and whose
// container has ended, and of one that has lost its pause.
func TestAllIsEveryObserve(t *testing.T) {
	e := live(t)
	changed := startPod(t, e, withScratch("exit 3"))
	changed.awaitEnd()
	name, labels := translate.Revision(changed.want.Pod, 2)
	if _, err := e.PutRecord(t.Context(), Record{Name: name, Labels: labels}); err != nil {
		t.Fatal(err)
	}
	maimed := startPod(t, e, withScratch("sleep 3600"))
	err := e.cli.ContainerRemove(t.Context(), maimed.want.Pause.Name, container.RemoveOptions{Force: true, RemoveVolumes: true})
	if err != nil && !e.podman() { // which keeps what others join
		t.Fatal(err)
	}
	all, err := e.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[types.UID]plan.World{}
	for _, w := range all {
		seen[w.UID] = w
	}
	for _, p := range []*testPod{changed, maimed} {
		if got, want := seen[p.want.Pod.UID], p.world(); !reflect.DeepEqual(got, want) {
			t.Errorf("All has\n%+v\nObserve has\n%+v", got, want)
		}
	}
	if w := seen[changed.want.Pod.UID]; w.Revision != 2 || len(w.Revisions) != 1 || len(w.Volumes) != 1 || len(w.Images) == 0 {
		t.Errorf("the pod has revision %d of %v, volumes %v and images %v, want the second, one and some", w.Revision, w.Revisions, w.Volumes, w.Images)
	}
	if w := seen[maimed.want.Pod.UID]; (w.Want != nil) != e.podman() || len(w.Volumes) != 1 || len(w.Containers) != 1 {
		t.Errorf("what is left is %+v, want a volume and a container", w)
	}
}

// withScratch runs a script in a pod that has a volume.
func withScratch(script string) v1.PodSpec {
	spec := onlyShell(script)
	spec.Volumes = []v1.Volume{{Name: "scratch", VolumeSource: v1.VolumeSource{EmptyDir: &v1.EmptyDirVolumeSource{}}}}
	spec.Containers[0].VolumeMounts = []v1.VolumeMount{{Name: "scratch", MountPath: "/scratch"}}
	return spec
}

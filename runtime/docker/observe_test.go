package docker

import (
	"context"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/volume"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/rand"

	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/translate"
)

// An engine lists a volume that is being made before it knows its labels. A
// revision without them is not taken for a volume of the pod, which would look
// as if the pod were being made.
func TestRevisionThatIsBeingWritten(t *testing.T) {
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "a.rev.b", UID: "u-1"}}
	name, labels := translate.Revision(pod, 2)
	data := &volume.Volume{Name: translate.VolumeName(pod, "data")}
	if own := volumesOf(pod.UID, []*volume.Volume{{Name: name}, data}); len(own) != 1 || own[0] != data {
		t.Errorf("volumes %v, want %s alone", own, data.Name)
	}
	if own := volumesOf(pod.UID, []*volume.Volume{{Name: name, Labels: labels}, data}); len(own) != 2 {
		t.Errorf("volumes %v, want the revision too", own)
	}
}

// A container of another kubelet on the engine has the same labels but for
// minipod's own. It is seen by nobody, so nobody removes it.
func TestForeignContainersAreLeftAlone(t *testing.T) {
	e := live(t)
	labels := map[string]string{
		translate.LabelPod: "lone", translate.LabelNamespace: "kube-system", translate.LabelUID: "foreign-" + rand.String(5),
		translate.LabelContainer: "main", translate.LabelType: "container",
	}
	if err := e.getPauseImage(t.Context(), pause.Reference, nil); err != nil {
		t.Fatal(err)
	}
	made, err := e.cli.ContainerCreate(t.Context(), &container.Config{Image: pause.Reference, Labels: labels}, nil, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.cli.ContainerRemove(context.Background(), made.ID, container.RemoveOptions{Force: true, RemoveVolumes: true}); err != nil {
			t.Error(err)
		}
	})
	uid := types.UID(labels[translate.LabelUID])
	w, err := e.Observe(t.Context(), uid)
	if err != nil || len(w.Containers) > 0 || w.Pause != nil {
		t.Errorf("it is taken for a pod's: %+v, %v", w.Containers, err)
	}
	worlds, err := e.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range worlds {
		if w.UID == uid {
			t.Errorf("it is listed: %+v", w)
		}
	}
}

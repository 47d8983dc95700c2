package docker

import (
	"testing"

	"github.com/docker/docker/api/types/volume"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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

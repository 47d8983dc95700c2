package node

import (
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// A pod on the host's network whose pause is gone, or yet to be made, has no
// address, and is shown all the same.
func TestHostNetworkWithoutPause(t *testing.T) {
	pod := &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default", UID: "u1"},
		Spec:       v1.PodSpec{HostNetwork: true, Containers: []v1.Container{{Name: "app", Image: "img"}}},
	}
	n := &Node{now: time.Now}
	w := plan.World{UID: "u1", Namespace: "default", Name: "web", Want: translate.New(pod, translate.Options{})}
	if shown, ok := n.pod(w); ok && shown.Pod.Status.PodIP != "" {
		t.Errorf("address %s", shown.Pod.Status.PodIP)
	}
}

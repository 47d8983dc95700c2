package node

import (
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"
)

// Who makes a pod hears what is left out of it, and of which field it will fail.
func TestLeftOut(t *testing.T) {
	no := false
	pod := &v1.Pod{Spec: v1.PodSpec{
		RestartPolicy: v1.RestartPolicyAlways, HostUsers: &no, NodeSelector: map[string]string{"disk": "ssd"},
		Containers: []v1.Container{{Name: "a", Image: "i"}},
	}}
	fails := map[string]bool{}
	for _, line := range (&Node{}).LeftOut(pod) {
		field, _, _ := strings.Cut(line, ": ")
		fails[field] = strings.HasSuffix(line, ": the pod will fail with reason NotSupported")
	}
	for field, fail := range map[string]bool{"spec.hostUsers": true, "spec.nodeSelector": false} {
		if got, said := fails[field]; !said || got != fail {
			t.Errorf("%s: said %t, the pod will fail %t; want %t", field, said, got, fail)
		}
	}
	if _, said := fails["spec.restartPolicy"]; said {
		t.Error("the restart policy, which is made true here, is said to be left out")
	}
}

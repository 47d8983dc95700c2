package manifest

import (
	"testing"

	v1 "k8s.io/api/core/v1"
)

// A pod is a workload's by its name and its labels.
func TestWorkloadMade(t *testing.T) {
	const text = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 0, selector: {matchLabels: {app: web}}, " +
		"template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, image: i}]}}}}"
	names, err := NamesIn([]Source{{Name: "d.yaml", Data: []byte(text)}}, "")
	if err != nil || len(names.Workloads) != 1 || len(names.Pods) != 0 {
		t.Fatalf("%+v, %v", names, err)
	}
	for _, c := range []struct {
		namespace, name, app string
		want                 bool
	}{
		{"default", "web-0", "web", true},
		{"default", "web-12", "web", true},
		{"other", "web-1", "web", false},
		{"default", "web-1", "else", false},
		{"default", "web-x", "web", false},
		{"default", "web", "web", false},
		{"default", "web-db-0", "web", false},
	} {
		pod := &v1.Pod{}
		pod.Namespace, pod.Name, pod.Labels = c.namespace, c.name, map[string]string{"app": c.app, "more": "x"}
		if got := names.Workloads[0].Made(pod); got != c.want {
			t.Errorf("%s/%s app=%s: %v", c.namespace, c.name, c.app, got)
		}
	}
}

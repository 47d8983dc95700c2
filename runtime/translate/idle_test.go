package translate_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/minipod/minipod/runtime/translate"
)

// What means nothing here is listed wherever it is set, and nothing else is.
func TestIdle(t *testing.T) {
	for _, c := range []struct{ spec, container, want string }{
		{want: ""},
		{spec: "tolerations: [{operator: Exists}]", want: "spec.tolerations"},
		{spec: "automountServiceAccountToken: true", want: "spec.automountServiceAccountToken"},
		{spec: "automountServiceAccountToken: false", want: ""},
		{spec: "preemptionPolicy: Never", want: "spec.preemptionPolicy"},
		{spec: "priorityClassName: system-node-critical\npriority: 2000001000", want: "spec.priorityClassName spec.priority"},
		{spec: "nodeName: node\naffinity: {podAffinity: {}}\ntopologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway}]",
			want: "spec.nodeName spec.affinity spec.topologySpreadConstraints"},
		{spec: "runtimeClassName: r\noverhead: {cpu: 1m}", want: "spec.overhead"},
		{spec: "securityContext: {seLinuxChangePolicy: Recursive}", want: "spec.securityContext.seLinuxChangePolicy"},
		{spec: "securityContext: {fsGroup: 1, fsGroupChangePolicy: Always}", want: ""},
		{spec: "initContainers: [{name: i, image: i, resources: {requests: {ephemeral-storage: 1Gi}}}]", container: "resources: {requests: {cpu: 1, ephemeral-storage: 1Gi}}",
			want: "spec.initContainers[0].resources.requests.ephemeral-storage spec.containers[0].resources.requests.ephemeral-storage"},
		{container: "env: [{name: A, valueFrom: {fieldRef: {apiVersion: v1, fieldPath: metadata.name}}}]", want: ""},
	} {
		pod := parseText(t, "p.yaml", notable(c.spec, c.container))
		got := fields(translate.New(pod, translate.Options{}).Idle())
		if diff := cmp.Diff(strings.Fields(c.want), got); diff != "" {
			t.Errorf("%s%s: idle (-want +got):\n%s", c.spec, c.container, diff)
		}
	}
}

// Every field that the table says means nothing is found by its path.
func TestIdleFindsWhatTheTableNames(t *testing.T) {
	pod := parseText(t, "p.yaml", notable("volumes: [{name: v, configMap: {name: m, items: [{key: k, path: p}]}}]", ""))
	user := int64(1)
	pod.Spec.Volumes[0].ConfigMap.Items[0].User = &user
	pod.ResourceVersion, pod.Status.Phase = "7", "Running"
	want := []string{"metadata.resourceVersion", "spec.volumes[0].configMap.items[0].user", "status"}
	got := fields(translate.New(pod, translate.Options{}).Idle())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("idle (-want +got):\n%s", diff)
	}
}

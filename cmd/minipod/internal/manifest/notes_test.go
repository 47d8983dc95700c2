package manifest

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// read reads a manifest of this text.
func read(t *testing.T, text string) *Reading {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("p.yaml", []byte(strings.TrimPrefix(text, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return Read(t.Context(), Input{}, []string{"p.yaml"}, Options{})
}

// A resource's name may have dots in it: its note is shown all the same, once.
func TestNotesOfResources(t *testing.T) {
	r := read(t, `
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: c
    image: i
    resources:
      requests: {example.com/dongle: 3}
      limits:
        example.com/dongle: 3
        hugepages-2Mi: 4Mi
        memory: 8Mi
`)
	want := []string{
		"p.yaml:11:29: spec.containers[0].resources.limits[example.com/dongle]: there are no device plugins here: the container runs without it",
		"p.yaml:12:24: spec.containers[0].resources.limits[hugepages-2Mi]: Docker cannot account for it: not enforced",
	}
	if diff := cmp.Diff(want, r.Warnings.Lines()); diff != "" || r.Err() != nil {
		t.Errorf("%v; warnings (-want +got):\n%s", r.Err(), diff)
	}
}

// What minipod cannot honour is told beside what Kubernetes refuses of the same pod, in the order of the lines, but for
// what follows from that.
func TestRefusalsBesideKubernetes(t *testing.T) {
	r := read(t, `
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  volumes:
  - {name: relative, hostPath: {path: data}}
  - {name: other, nfs: {servr: x, server: h, path: /z}}
  - {name: up, hostPath: {path: ../data}}
  containers:
  - {name: c, image: i, imagePullPolicy: Sometimes}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      hostUsers: false
      containers: [{name: C, image: i}]
`)
	var got []string
	for _, p := range r.Problems {
		got = append(got, fmt.Sprintf("%d %s", p.Line, p.Field))
	}
	want := []string{
		"6 spec.volumes[0].hostPath.path",
		"7 spec.volumes[1].nfs",
		"7 spec.volumes[1].nfs.servr",
		"8 spec.volumes[2].hostPath.path",
		"10 spec.containers[0].imagePullPolicy",
		"20 spec.template.spec.hostUsers",
		"21 spec.template.spec.containers[0].name",
	}
	if diff := cmp.Diff(want, got); diff != "" || len(r.Pods) > 0 {
		t.Errorf("%d pods; problems (-want +got):\n%s", len(r.Pods), diff)
	}
}

// What is said of a file is in the order of its lines, whoever says it.
func TestWarningsAreInOrder(t *testing.T) {
	r := read(t, `
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      nodeSelector:
        beta.kubernetes.io/arch: amd64
      containers:
      - name: c
        image: i
        command: ["sleep 5"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r}
`)
	var lines []int
	for _, w := range r.Warnings {
		lines = append(lines, w.Line)
	}
	if want := []int{2, 9, 10, 14, 17}; !slices.Equal(lines, want) || r.Err() != nil {
		t.Errorf("%v; warnings of lines %v, want %v", r.Err(), lines, want)
	}
}

// What a cluster writes of what a manifest left out is taken as the manifest was, also with --strict.
func TestWrittenDefaultsAreNoWarnings(t *testing.T) {
	read(t, `
apiVersion: v1
kind: Pod
metadata: {name: p, creationTimestamp: null}
spec:
  dnsPolicy: ClusterFirst
  enableServiceLinks: true
  preemptionPolicy: PreemptLowerPriority
  priority: 0
  restartPolicy: Always
  schedulerName: default-scheduler
  securityContext: {}
  serviceAccount: default
  serviceAccountName: default
  terminationGracePeriodSeconds: 30
  tolerations:
  - {effect: NoExecute, key: node.kubernetes.io/not-ready, operator: Exists, tolerationSeconds: 300}
  - {effect: NoExecute, key: node.kubernetes.io/unreachable, operator: Exists, tolerationSeconds: 300}
  containers:
  - {name: c, image: i, imagePullPolicy: Always, resources: {}, terminationMessagePath: /dev/termination-log, terminationMessagePolicy: File}
  nodeName: node-1
status: {}
`)
	r := Read(t.Context(), Input{}, []string{"p.yaml"}, Options{Strict: true})
	if r.Err() != nil || len(r.Pods) != 1 {
		t.Errorf("%d pods, %v", len(r.Pods), r.Err())
	}
	want := []string{
		"p.yaml:5:14: spec.dnsPolicy: there is no cluster DNS here: the engine's DNS is used, as with Default: left out",
		"p.yaml:7:21: spec.preemptionPolicy: nothing is scheduled: left out",
		"p.yaml:8:13: spec.priority: it comes of the priority class, and no pod makes room for another: left out",
		"p.yaml:15:3: spec.tolerations: the only node has no taints: left out",
		"p.yaml:20:13: spec.nodeName: nothing is scheduled: the engine's machine is the only node: left out",
	}
	if diff := cmp.Diff(want, r.Idle().Lines()); diff != "" {
		t.Errorf("idle (-want +got):\n%s", diff)
	}
}

// An account that a cluster has written with both names of its field is warned of once.
func TestAccountIsOneWarning(t *testing.T) {
	for _, c := range []struct{ spec, want string }{
		{"serviceAccount: robot, serviceAccountName: robot", "spec.serviceAccountName"},
		{"serviceAccount: robot", "spec.serviceAccount"},
		{"serviceAccountName: robot", "spec.serviceAccountName"},
		{"serviceAccountName: robot, automountServiceAccountToken: false", ""},
	} {
		read(t, "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {"+c.spec+", containers: [{name: c, image: i}]}}")
		var fields []string
		for _, w := range Read(t.Context(), Input{}, []string{"p.yaml"}, Options{}).Warnings {
			fields = append(fields, w.Field)
		}
		if got := strings.Join(fields, " "); got != c.want {
			t.Errorf("%s is warned of at %q, want %q", c.spec, got, c.want)
		}
	}
}

// What a Service and a claim say in vain is said, each at its field.
func TestIdleOfObjects(t *testing.T) {
	r := read(t, `
apiVersion: v1
kind: Service
metadata: {name: s}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: c}
spec:
  storageClassName: fast
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: m}
---
apiVersion: v1
kind: Service
metadata: {name: headless}
spec: {clusterIP: None}
`)
	want := []string{
		"p.yaml:2:7: kind: nothing answers at its address or name: pods find it in their environment, and no more",
		"p.yaml:10:21: spec.storageClassName: every claim is a volume of the engine: left out",
		"p.yaml:19:7: kind: nothing answers at its name",
	}
	if diff := cmp.Diff(want, r.Idle().Lines()); diff != "" || r.Err() != nil {
		t.Errorf("%v; idle (-want +got):\n%s", r.Err(), diff)
	}
}

// What is wrong with one object of a file does not hide what minipod cannot do for another.
func TestProblemsAreSaidTogether(t *testing.T) {
	r := read(t, `
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  volumes: [{name: v, hostPath: {path: $A/b}}]
  containers: [{name: c, image: i}]
---
apiVersion: v1
kind: Pod
metadata: {name: q}
spec: {containers: [{name: c}]}
`)
	want := `p.yaml:5:40: spec.volumes[0].hostPath.path: "$A/b" is not absolute: a hostPath is a path of the engine's machine
p.yaml:11:21: spec.containers[0].image: Required value`
	if err := r.Err(); err == nil || err.Error() != want {
		t.Errorf("%v\nwant:\n%s", err, want)
	}
}

// A space before a path is one that slipped in.
func TestPathAfterASpace(t *testing.T) {
	r := read(t, `
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  volumes: [{name: v, hostPath: {path: " /data"}}]
  containers: [{name: c, image: i}]
`)
	if err := r.Err(); err == nil || !strings.HasSuffix(err.Error(), "did you mean /data?") {
		t.Error(err)
	}
}

package podspec_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec"
)

// workloads are the objects of the manifest with one of each kind that makes pods, by name.
func workloads(t *testing.T) map[string]*podspec.Object {
	t.Helper()
	data, err := os.ReadFile("testdata/valid-workloads.yaml")
	if err != nil {
		t.Fatal(err)
	}
	objects, err := podspec.Parse("m.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]*podspec.Object{}
	for _, o := range objects {
		if o.Taken() {
			byName[o.Kind+" "+o.Meta().GetName()] = o
		}
	}
	return byName
}

// A pod of a template stands below it, and has its name from the object that makes it.
func TestPodOfTemplateIsPlaced(t *testing.T) {
	pod := workloads(t)["Pod web-1"]
	for _, c := range []struct {
		field     string
		line, col int
		written   bool
	}{
		{"spec.containers[0].image", 12, 16, true},
		{"spec.containers[0].imagePullPolicy", 11, 9, false},
		{"metadata.labels[app]", 8, 43, true},
		{"metadata.name", 3, 18, true},
		{"metadata.namespace", 3, 1, false},
	} {
		_, line, col := pod.Position(c.field)
		if line != c.line || col != c.col || pod.Written(c.field) != c.written {
			t.Errorf("%s is at %d:%d, written %t; want %d:%d, %t", c.field, line, col, pod.Written(c.field), c.line, c.col, c.written)
		}
	}
	if p := pod.Problem("spec.containers[0].image", "x"); p.String() != "m.yaml:12:16: spec.template.spec.containers[0].image: x" {
		t.Error(p.String())
	}
}

// The pods of a template have the labels that its controller adds.
func TestLabelsOfController(t *testing.T) {
	objects := workloads(t)
	if same := objects["Pod web-0"].Pod().Labels; !cmp.Equal(same, objects["Pod web-1"].Pod().Labels) {
		t.Errorf("labels %v of the other replica", same)
	}
	for name, want := range map[string]map[string]string{
		"Pod web-1": {"app": "web", "pod-template-hash": "HASH"},
		"Pod db-6": {
			"app": "db", "statefulset.kubernetes.io/pod-name": "db-6", "apps.kubernetes.io/pod-index": "6",
			"controller-revision-hash": "db-HASH",
		},
		"Pod agent-0":   {"app": "agent", "controller-revision-hash": "HASH", "pod-template-generation": "1"},
		"Pod task-0":    {"batch.kubernetes.io/job-name": "task", "job-name": "task"},
		"Pod nightly-0": {"batch.kubernetes.io/job-name": "nightly", "job-name": "nightly"},
	} {
		got := objects[name].Pod().Labels
		for key, value := range got {
			got[key] = regexp.MustCompile(`[b-z0-9]{8,10}$`).ReplaceAllString(value, "HASH")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: labels (-want +got):\n%s", name, diff)
		}
	}
}

// The pods of a StatefulSet have names, a domain, claims and labels of their own.
func TestPodOfStatefulSet(t *testing.T) {
	objects := workloads(t)
	pod := objects["Pod db-6"].Pod()
	if pod.Spec.Hostname != "db-6" || pod.Spec.Subdomain != "dbs" || pod.Namespace != "data" {
		t.Errorf("%s.%s in %s", pod.Spec.Hostname, pod.Spec.Subdomain, pod.Namespace)
	}
	i := slices.IndexFunc(pod.Spec.Volumes, func(v v1.Volume) bool { return v.Name == "disk" })
	if i < 0 || pod.Spec.Volumes[i].PersistentVolumeClaim.ClaimName != "disk-db-6" {
		t.Errorf("volumes %v", pod.Spec.Volumes)
	}
	claim := objects["PersistentVolumeClaim disk-db-6"]
	if claim == nil || claim.Meta().GetNamespace() != "data" || claim.Meta().GetLabels()["l"] != "v" {
		t.Fatalf("claim %+v", claim)
	}
	if _, line, _ := claim.Position("spec.accessModes"); line != 30 {
		t.Errorf("the claim is at line %d", line)
	}
}

// The pod of an Indexed Job knows its index, as its controller tells it.
func TestPodOfIndexedJob(t *testing.T) {
	for meta, names := range map[string]struct{ hostname, pod string }{
		"name: items":          {"items-0", "pod items-0"},
		"generateName: items-": {"", "pods with names made up of items-"}, // the hostname is the pod's name then
	} {
		objects, err := podspec.Parse("m.yaml", []byte(`
apiVersion: batch/v1
kind: Job
metadata: {`+meta+`}
spec:
  completionMode: Indexed
  completions: 5
  template:
    spec:
      restartPolicy: Never
      initContainers: [{name: i, image: i}]
      containers: [{name: c, image: i, env: [{name: JOB_COMPLETION_INDEX, value: own}]}]
`))
		if err != nil || len(objects) != 2 {
			t.Fatalf("%s: %d objects: %v", meta, len(objects), err)
		}
		const name = "batch.kubernetes.io/job-completion-index"
		pod := objects[1].Pod()
		env := pod.Spec.InitContainers[0].Env
		if pod.Labels[name] != "0" || pod.Annotations[name] != "0" || pod.Spec.Hostname != names.hostname ||
			len(env) != 1 || env[0].Name != "JOB_COMPLETION_INDEX" || env[0].ValueFrom.FieldRef.FieldPath != "metadata.labels['"+name+"']" {
			t.Errorf("%s: labels %v, annotations %v, hostname %q, variables %v", meta, pod.Labels, pod.Annotations, pod.Spec.Hostname, env)
		}
		if own := pod.Spec.Containers[0].Env; len(own) != 1 || own[0].Value != "own" {
			t.Errorf("%s: a variable of the manifest's own: %v", meta, own)
		}
		want := "m.yaml:3:7: kind: the pod template of this Job is run as " + names.pod + ": once, completions and parallelism are not counted, its index is 0, and no controller replaces it"
		if got := objects[0].Warnings.Lines(); !cmp.Equal(got, []string{want}) {
			t.Errorf("warnings %q", got)
		}
	}
}

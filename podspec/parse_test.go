package podspec_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	k8syaml "k8s.io/apimachinery/pkg/util/yaml"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/podspec/kube"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with a file beside the input.
func golden(t *testing.T, input, got string) {
	t.Helper()
	file := strings.TrimSuffix(input, filepath.Ext(input)) + ".golden"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: want -, got + (-update accepts it):\n%s", file, diff)
	}
}

// inputs runs a test for every manifest of testdata whose name begins so.
func inputs(t *testing.T, prefix string, test func(t *testing.T, file string, data []byte)) {
	files, err := filepath.Glob("testdata/" + prefix + "-*.[yj][as]*")
	if err != nil || len(files) < 15 {
		t.Fatalf("only %d files: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimPrefix(file, "testdata/"+prefix+"-"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			test(t, file, data)
		})
	}
}

func TestParseInvalid(t *testing.T) {
	inputs(t, "invalid", func(t *testing.T, file string, data []byte) {
		_, err := podspec.Parse(filepath.Base(file), data)
		var problems podspec.Problems
		if !errors.As(err, &problems) {
			t.Fatalf("want Problems, got %v", err)
		}
		golden(t, file, err.Error()+"\n")
		for _, p := range problems {
			checkProblem(t, data, p)
		}
	})
}

// checkProblem holds what is true of every problem.
func checkProblem(t *testing.T, data []byte, p podspec.Problem) {
	t.Helper()
	lines := bytes.Split(data, []byte("\n"))
	switch {
	case strings.ContainsFunc(p.String(), unicode.IsControl):
		t.Errorf("control characters: %q", p.String())
	case p.Message == "" || strings.Contains(p.Message, "%!") && !bytes.Contains(data, []byte("%!")):
		t.Errorf("no proper message: %+v", p)
	case p.Line < 0 || p.Line > len(lines) || (p.Line == 0) != (p.Column == 0):
		t.Errorf("no place in a file of %d lines: %+v", len(lines), p)
	case p.Line > 0 && p.Column > len(lines[p.Line-1])+1:
		t.Errorf("no place in a line of %d bytes: %+v", len(lines[p.Line-1]), p)
	}
}

func TestParseValid(t *testing.T) {
	inputs(t, "valid", func(t *testing.T, file string, data []byte) {
		objects, err := podspec.Parse(filepath.Base(file), data)
		if err != nil {
			t.Fatal(err)
		}
		var list strings.Builder
		for _, o := range objects {
			_, line, col := o.Position("")
			if o.Taken() {
				fmt.Fprintf(&list, "%d:%d %s %s/%s%s\n", line, col, o.Kind, o.Meta().GetNamespace(), o.Meta().GetName(), o.Meta().GetGenerateName())
				checkRoundTrip(t, o)
			}
			for _, w := range o.Warnings {
				fmt.Fprintf(&list, "  %s\n", w)
				checkProblem(t, data, w)
			}
		}
		golden(t, file, list.String())
	})
}

// checkRoundTrip writes an object as YAML and reads it again.
func checkRoundTrip(t *testing.T, o *podspec.Object) {
	t.Helper()
	if o.MakesPods() { // they come after it, and go round themselves
		return
	}
	copied := o.Object.DeepCopyObject()
	copied.GetObjectKind().SetGroupVersionKind(v1.SchemeGroupVersion.WithKind(o.Kind))
	data, err := sigsyaml.Marshal(copied)
	if err != nil {
		t.Fatal(err)
	}
	again, err := podspec.Parse("again", data)
	if err != nil || len(again) != 1 {
		t.Fatalf("%d objects of\n%s\n%v", len(again), data, err)
	}
	again[0].Object.GetObjectKind().SetGroupVersionKind(o.Object.GetObjectKind().GroupVersionKind())
	if !apiequality.Semantic.DeepEqual(o.Object, again[0].Object) {
		t.Errorf("read again it differs:\n%s", cmp.Diff(o.Object, again[0].Object))
	}
}

// TestDecodesLikeKubectl holds the decoder against the one that kubectl reads manifests with.
func TestDecodesLikeKubectl(t *testing.T) {
	compared := 0
	inputs(t, "valid", func(t *testing.T, file string, data []byte) {
		if strings.Contains(file, "list") || strings.Contains(file, "from-cluster") || strings.Contains(file, "directive") || strings.Contains(file, "left-out") || strings.Contains(file, "stop-signal") || strings.Contains(file, "warnings") || strings.Contains(file, "utf16") || strings.Contains(file, "workloads") {
			return // lists and templates are unpacked; what a server wrote, what is not taken or off is left out; kubectl takes no directives, and makes UTF-8 of a file first
		}
		objects, err := podspec.Parse(file, data)
		if err != nil {
			t.Fatal(err)
		}
		decoder := k8syaml.NewYAMLOrJSONDecoder(bytes.NewReader(bytes.ToValidUTF8(data, []byte("?"))), 4096)
		for _, o := range objects {
			if !o.Taken() {
				continue
			}
			want := reflect.New(reflect.TypeOf(o.Object).Elem()).Interface()
			for apiequality.Semantic.DeepEqual(want, reflect.New(reflect.TypeOf(o.Object).Elem()).Interface()) {
				if err := decoder.Decode(want); err != nil { // an empty document leaves it as it is
					t.Fatal(err)
				}
			}
			setDefaults(want)
			if !apiequality.Semantic.DeepEqual(want, o.Object) {
				t.Errorf("want -, got +:\n%s", cmp.Diff(want, o.Object))
			}
			compared++
		}
	})
	if compared < 20 {
		t.Errorf("only %d objects compared", compared)
	}
}

func setDefaults(object any) {
	switch o := object.(type) {
	case *v1.Pod:
		kube.DefaultPod(o)
	case *v1.ConfigMap:
		kube.DefaultConfigMap(o)
	case *v1.Secret:
		kube.DefaultSecret(o)
	case *v1.PersistentVolumeClaim:
		kube.DefaultPersistentVolumeClaim(o)
	case *v1.Service:
		kube.DefaultService(o)
	case *v1.Namespace:
		kube.DefaultNamespace(o)
	case *v1.ServiceAccount:
		kube.DefaultServiceAccount(o)
	}
}

// Who an object is can be read where all else is wrong.
func TestNamed(t *testing.T) {
	const wrong = "spec: {paused: many, containers: [{imag: x}, 5], template: {spec: {volumes: y}}}\n---\n"
	var text strings.Builder
	for _, kind := range []string{"v1\nkind: Pod", "apps/v1\nkind: Deployment", "apps/v1\nkind: StatefulSet", "batch/v1\nkind: CronJob", "v1\nkind: Service"} {
		fmt.Fprintf(&text, "apiVersion: %s\nmetadata: {name: a, namespace: b, labels: {c: 5}}\n%s", kind, wrong)
	}
	objects, err := podspec.Named("p.yaml", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range objects {
		got = append(got, o.Kind+" "+o.Meta().GetNamespace()+"/"+o.Meta().GetName())
	}
	want := []string{"Pod b/a", "Deployment b/a", "Pod b/a-0", "StatefulSet b/a", "Pod b/a-0", "CronJob b/a", "Pod b/a-0", "Service b/a"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, nameless := range []string{"kind: Pod\napiVersion: v1", "apiVersion: v1\nkind: pod\nmetadata: {name: a}", "apiVersion: v1\nkind: Pod\nmetadata: {name: 5}", "a: {"} {
		if objects, err := podspec.Named("p.yaml", []byte(nameless)); err == nil {
			t.Errorf("%q: %v", nameless, objects)
		}
	}
}

func TestServerFieldsAreLeftOut(t *testing.T) {
	data, err := os.ReadFile("testdata/valid-from-cluster.yaml")
	if err != nil {
		t.Fatal(err)
	}
	objects, err := podspec.Parse("p", data)
	if err != nil {
		t.Fatal(err)
	}
	pod := objects[0].Pod()
	if pod.UID != "" || pod.ResourceVersion != "" || pod.ManagedFields != nil || !pod.CreationTimestamp.IsZero() || pod.Status.Phase != "" {
		t.Errorf("what only a server may set is still there: %+v %+v", pod.ObjectMeta, pod.Status)
	}
}

func TestParseLimits(t *testing.T) {
	header := "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n"
	for name, tc := range map[string]struct{ text, want string }{
		"size":            {"---\na: b\n---\n" + header + strings.Repeat("  # filler\n", 500_000), "f:4:1: this document has 5500051 bytes: more than the 4194304"},
		"brackets":        {header + "  containers: " + strings.Repeat("[", 100_000), "not YAML"},
		"braces":          {strings.Repeat(`{"a":`, 100_000), "not JSON"},
		"json nesting":    {strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat(`}`, 20_000), "nested too deeply"},
		"many containers": {header + "  containers: [" + strings.Repeat("{},", 100_000) + "]", "more than the 10000"},
		"many aliases":    {header + "  containers: [&c {name: c}," + strings.Repeat("*c,", 9_000) + "]", "there may be more"},
		"many problems":   {header + strings.Repeat("  x: y\n", 5_000), "there may be more"},
		"many documents":  {strings.Repeat("---\n", 500_000), "no objects"},
		"many bad ones":   {strings.Repeat("---\na\n", 50_000), "there may be more"},
		"lists in lists":  {strings.Repeat("{apiVersion: v1, kind: List, items: [", 10) + strings.Repeat("]}", 10), "more than 3 deep"},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := podspec.Parse("f", []byte(tc.text))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("want %q in\n%.500v", tc.want, err)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// The bound is for each document.
func TestParseManyDocuments(t *testing.T) {
	one := "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: " + strings.Repeat("x", 500_000) + "}\n"
	objects, err := podspec.Parse("f", []byte(strings.Repeat(one, 20)))
	if err != nil || len(objects) != 20 {
		t.Errorf("%d objects, %v", len(objects), err)
	}
}

func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"valid-walkthrough", "valid-everything", "invalid-misspelt"} {
		data, err := os.ReadFile("testdata/" + name + ".yaml")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = podspec.Parse("f", data)
			}
		})
	}
}

// An anchor may stand at a value of any kind: an optional field, a list, a mapping that reads itself, a list's item.
func TestAnchorsOfAnyKind(t *testing.T) {
	const text = `apiVersion: v1
kind: Pod
metadata:
  name: a
  managedFields: &managed [{fieldsType: FieldsV1, fieldsV1: &fields {"f:spec": {}}}]
spec:
  terminationGracePeriodSeconds: &grace 7
  activeDeadlineSeconds: *grace
  securityContext: &pod {runAsUser: 1000}
  containers:
    - &first
      name: first
      image: nginx
      securityContext: &security {runAsUser: &user 1001, runAsGroup: *user}
      resources: &resources {limits: &limits {cpu: &cpu "1", memory: 1Gi}, requests: *limits}
      livenessProbe: &probe {httpGet: &get {path: /, port: &port 80}}
      readinessProbe: *probe
      startupProbe: {httpGet: *get, periodSeconds: 1}
    - {name: second, image: nginx, securityContext: *security, resources: *resources, livenessProbe: *probe}
`
	objects, err := podspec.Parse("pod.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	spec := objects[0].Pod().Spec
	second := spec.Containers[1]
	if *spec.ActiveDeadlineSeconds != 7 || *spec.SecurityContext.RunAsUser != 1000 || *second.SecurityContext.RunAsGroup != 1001 ||
		second.Resources.Requests.Cpu().String() != "1" || second.LivenessProbe.HTTPGet.Port.IntVal != 80 || spec.Containers[0].StartupProbe.HTTPGet.Path != "/" {
		t.Errorf("%+v", spec)
	}
}

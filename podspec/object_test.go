package podspec_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec"
)

func parseOne(t *testing.T, file string) *podspec.Object {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := podspec.Parse("pod.yaml", data)
	if err != nil || len(objects) != 1 {
		t.Fatalf("%d objects, %v", len(objects), err)
	}
	return objects[0]
}

func TestPosition(t *testing.T) {
	for _, tc := range []struct {
		file, field, want string
		written           bool
	}{
		{"valid-anchors.yaml", "", "pod.yaml:1:1", true},
		{"valid-anchors.yaml", "metadata.name", "pod.yaml:4:9", true},
		{"valid-anchors.yaml", "metadata.namespace", "pod.yaml:3:1", false},
		{"valid-anchors.yaml", "metadata.labels[tier]", "pod.yaml:7:11", true},
		{"valid-anchors.yaml", "spec.containers", "pod.yaml:17:3", true},
		{"valid-anchors.yaml", "spec.containers[0].image", "pod.yaml:20:12", true},
		{"valid-anchors.yaml", "spec.containers[0].imagePullPolicy", "pod.yaml:18:5", false},
		// The alias itself is where a scalar was written; what an alias holds is at its anchor.
		{"valid-anchors.yaml", "spec.containers[1].image", "pod.yaml:26:12", true},
		{"valid-anchors.yaml", "spec.containers[1].env[0].value", "pod.yaml:22:24", true},
		// A merge key brings fields in, and what is written beside it counts more.
		{"valid-anchors.yaml", "spec.containers[2].resources.limits[cpu]", "pod.yaml:24:21", true},
		{"valid-anchors.yaml", "spec.containers[2].name", "pod.yaml:30:11", true},
		{"valid-anchors.yaml", "spec.containers[9].image", "pod.yaml:17:3", false},
		{"valid-anchors.yaml", "status.phase", "pod.yaml:1:1", false},
		{"valid-blocks.yaml", "data[nginx.conf]", "pod.yaml:22:15", true},
		{"valid-blocks.yaml", "data[literal]", "pod.yaml:5:12", true},
		{"valid-json.json", "spec.containers[0].ports[0].containerPort", "pod.yaml:5:88", true},
		{"valid-numbers.yaml", "spec.containers[0].env[0].value", "pod.yaml:29:7", true},
	} {
		t.Run(tc.file+" "+tc.field, func(t *testing.T) {
			o := parseOne(t, "testdata/"+tc.file)
			file, line, col := o.Position(tc.field)
			if got := fmt.Sprintf("%s:%d:%d", file, line, col); got != tc.want {
				t.Errorf("want %s, got %s", tc.want, got)
			}
			if got := o.Written(tc.field); got != tc.written {
				t.Errorf("Written: want %v, got %v", tc.written, got)
			}
		})
	}
}

func TestObjectProblem(t *testing.T) {
	o := parseOne(t, "testdata/valid-walkthrough.yaml")
	got := o.Problem("spec.containers[1].ports[0].hostPort", "already taken").String()
	if want := "pod.yaml:15:17: spec.containers[1].ports[0].hostPort: already taken"; got != want {
		t.Errorf("want %s, got %s", want, got)
	}
}

func TestObjectWithoutManifest(t *testing.T) {
	o := &podspec.Object{Kind: "Pod", Object: &v1.Pod{}}
	if file, line, col := o.Position("spec"); file != "" || line != 0 || col != 0 || o.Written("spec") {
		t.Errorf("a position without a manifest: %s:%d:%d", file, line, col)
	}
	if got := o.Problem("spec", "wrong").String(); got != "spec: wrong" {
		t.Errorf("got %q", got)
	}
	if o.Pod() == nil || (&podspec.Object{Object: &v1.Secret{}}).Pod() != nil {
		t.Error("Pod is for pods alone")
	}
}

// Kubernetes names no field of a ConfigMap that is too long: what makes it so is named.
func TestConfigMapTooLong(t *testing.T) {
	for _, c := range []struct{ field, value string }{{"data", strings.Repeat("x", 1<<20+1)}, {"binaryData", strings.Repeat("AAAA", 1<<19)}} {
		_, err := podspec.Parse("m.yaml", []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n"+c.field+":\n  key: "+c.value+"\n"))
		if want := "m.yaml:4:1: " + c.field + ": Too long: may not be more than 1048576 bytes"; err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestProblemString(t *testing.T) {
	for want, p := range map[string]podspec.Problem{
		"f:1:2: spec: m":                        {File: "f", Line: 1, Column: 2, Field: "spec", Message: "m"},
		"f: m":                                  {File: "f", Message: "m"},
		"f:3: m":                                {File: "f", Line: 3, Message: "m"},
		"spec: m":                               {Field: "spec", Message: "m"},
		"m":                                     {Message: "m"},
		`a\nb:1: s[\x1b[2J]: \rone` + "\ntwo é": {File: "a\nb", Line: 1, Field: "s[\x1b[2J]", Message: "\rone\ntwo é"},
	} {
		if got := p.String(); got != want {
			t.Errorf("want %q, got %q", want, got)
		}
	}
}

func TestProblemsAreSortedAndToldOnce(t *testing.T) {
	ps := podspec.Problems{{"f", 10, 1, "b", "m", ""}, {"f", 9, 2, "a", "m", ""}, {"f", 10, 1, "b", "m", ""}, {"f", 9, 1, "c", "m", ""}}
	if got, want := ps.Error(), "f:9:1: c: m\nf:9:2: a: m\nf:10:1: b: m"; got != want {
		t.Errorf("want %q, got %q", want, got)
	}
}

// A command line that wants a shell is found, and not one that has what it wants.
func TestCommandSlip(t *testing.T) {
	for _, c := range []struct {
		command, args []string
		at, write     string
	}{
		{[]string{"sleep 1000"}, nil, "command[0]", `["sleep", "1000"]`},
		{[]string{"cat /x | grep y"}, nil, "command[0]", `["sh", "-c", "cat /x | grep y"]`},
		{[]string{"echo", "a"}, []string{"&&", "sleep", "9"}, "args[0]", `["sh", "-c", "echo a && sleep 9"]`},
		{[]string{"cat", "/x", ">", "/y"}, nil, "command[2]", `["sh", "-c", "cat /x > /y"]`},
		{[]string{"/bin/sh", "-c", "echo", "hello"}, nil, "command[2]", `["sh", "-c", "echo hello"]`},
		{[]string{"sh", "-c", "echo a && sleep 9"}, nil, "", ""},
		{[]string{"sh", "-c", `echo "$@"`, "sh", "a"}, nil, "", ""},
		{[]string{"sh", "-c", "exec server --a", "server"}, nil, "", ""},
		{[]string{"expr", "1", "|", "2"}, nil, "", ""},
		{[]string{"find", "/", "-exec", "ls", "{}", ";"}, nil, "", ""},
		{nil, []string{"a b", "|"}, "", ""},
	} {
		at, message := podspec.CommandSlip(&v1.Container{Command: c.command, Args: c.args})
		if at != c.at || !strings.HasSuffix(message, c.write) {
			t.Errorf("%q %q: %s: %s, want %s and %s", c.command, c.args, at, message, c.at, c.write)
		}
	}
}

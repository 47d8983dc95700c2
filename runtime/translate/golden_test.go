package translate_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/translate"
)

var update = flag.Bool("update", false, "write the golden files")

const testUID = "11111111-2222-3333-4444-555555555555"

// The request bodies of pods that use every field that is mapped, and of
// those that people run.
func TestRequests(t *testing.T) {
	no := false
	options := map[string]translate.Options{
		"ports":       {Publish: []string{"9000:90", "127.0.0.1::91/udp", "8080:80", "7000-7001:70-71"}, PublishAll: true},
		"best-effort": {Network: "mine", SharePID: &no, Pull: "missing", PauseImage: "other/pause"},
		"resources":   {AssumedAlways: []string{"tiny"}},
		"allowed":     {Seccomp: map[string]string{"strict.json": `{"defaultAction":"SCMP_ACT_ALLOW"}`}, Runtime: "runsc", UnsafeSysctls: []string{"kernel.msg*", "net.core.somaxconn"}},
	}
	var files []string
	for _, pattern := range []string{"testdata/*.yaml", "../explain/testdata/*.yaml", "../../testdata/pods/*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no manifests are %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		if name == "lost-indent" {
			continue // not a pod
		}
		t.Run(name, func(t *testing.T) {
			b := translate.New(parse(t, file), options[name])
			compare(t, filepath.Join("testdata", "golden", name+".json"), bodies(t, b))
		})
	}
}

// parse reads the only pod of a manifest.
func parse(t *testing.T, file string) *v1.Pod {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return parseText(t, file, string(data))
}

func parseText(t *testing.T, name, text string) *v1.Pod {
	t.Helper()
	objects, err := podspec.Parse(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	pod := objects[0].Pod()
	pod.UID = testUID
	return pod
}

// bodies is the blueprint as JSON: what is zero is left out, and so is the
// manifest in the pause's label, which TestDecode looks at.
func bodies(t *testing.T, b *translate.Blueprint) []byte {
	t.Helper()
	b.Pause.Config.Labels[translate.LabelManifest] = "(the manifest)"
	all := map[string]any{
		"Pause": body(t, b.Pause), "Volumes": plain(t, b.Volumes), "Notes": words(b.Notes),
		"SharesPID": b.SharesPID, "PIDWhy": b.PIDWhy,
	}
	for _, u := range b.Units {
		request := body(t, attempt(t, u))
		u.Container, u.Request = nil, translate.Request{}
		unit := plain(t, u).(map[string]any)
		unit["Request"] = request
		all["Unit "+u.Name] = unit
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(all); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

// attempt is the first attempt of a unit in a world that has what manifests
// refer to.
func attempt(t *testing.T, u translate.Unit) translate.Request {
	t.Helper()
	r, missing := u.Attempt(known(), 0, 0)
	if missing != nil {
		t.Fatalf("container %s: %v", u.Name, missing)
	}
	return *r
}

// known is a world with all that is known late.
func known() translate.Inputs {
	return translate.Inputs{
		PodIPs: []string{"172.17.0.5", "fd00::5"}, HostIPs: []string{"172.17.0.1", "fd00::1"}, Node: "machine",
		Allocatable: v1.ResourceList{v1.ResourceCPU: resource.MustParse("4"), v1.ResourceMemory: resource.MustParse("8Gi"), v1.ResourceEphemeralStorage: resource.MustParse("100Gi")},
		ConfigMaps: map[string]*v1.ConfigMap{"settings": {
			Data: map[string]string{"COLOUR": "green", "SIZE": "large", "odd.key": "$(COLOUR)"}, BinaryData: map[string][]byte{"BIN": {1}},
		}},
		ImageUser: "app", Files: map[translate.EnvFile][]byte{{Volume: "shared", Path: "settings.env"}: []byte("MODE='fast'\nA.B='x'")},
		Secrets: map[string]*v1.Secret{"login": {Data: map[string][]byte{"USER": []byte("me"), "PASSWORD": []byte("p w\n")}}},
	}
}

// body is a request, whose every field says where it came from.
func body(t *testing.T, r translate.Request) map[string]any {
	t.Helper()
	fields := map[string]any{"Name": r.Name, "Config": plain(t, r.Config), "HostConfig": plain(t, r.Host)}
	for part, parts := range map[string]any{"Config": fields["Config"], "HostConfig": fields["HostConfig"]} {
		for field, value := range parts.(map[string]any) {
			if !isEmpty(value) && origin(r, part+"."+field) == "" {
				t.Errorf("%s: nothing says where %s.%s = %v came from", r.Name, part, field, value)
			}
		}
	}
	from := map[string]string{}
	for _, o := range r.Origins {
		from[o.Docker] = o.From
	}
	fields["From"] = from
	return fields
}

// origin is where a Docker field came from; some say it for others.
func origin(r translate.Request, field string) string {
	with := map[string]string{
		"Config.AttachStdin": "Config.StdinOnce", "Config.ExposedPorts": "HostConfig.PortBindings",
		"HostConfig.CpuPeriod": "HostConfig.CpuQuota", "HostConfig.MemorySwap": "HostConfig.Memory",
		"HostConfig.ReadonlyPaths": "HostConfig.MaskedPaths",
	}
	if other, ok := with[field]; ok {
		field = other
	}
	isDefault := field == "HostConfig.NetworkMode" && r.Host.NetworkMode.IsDefault() ||
		field == "HostConfig.RestartPolicy" && r.Host.RestartPolicy.IsNone()
	if isDefault {
		return "Docker's default"
	}
	return r.Origin(field)
}

func words(notes []translate.Note) []string {
	var list []string
	for _, n := range notes {
		word := "warning"
		if n.Fatal {
			word = "error"
		}
		list = append(list, word+": "+n.Field+": "+n.Message)
	}
	return list
}

// plain is a value as decoded JSON without its zero fields.
func plain(t *testing.T, v any) any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var decoded any
	if err := json.Unmarshal(data, &decoded); err != nil {
		t.Fatal(err)
	}
	return withoutZero(decoded)
}

// withoutZero leaves out fields that are null, false, 0, "" or [0, 0]; an
// empty list or map stays, since Docker tells it from null.
func withoutZero(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if isZero(value) {
				delete(v, key)
			} else {
				v[key] = withoutZero(value)
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutZero(v[i])
		}
	}
	return v
}

func isZero(v any) bool {
	switch v := v.(type) {
	case []any:
		return len(v) > 0 && !slices.ContainsFunc(v, func(e any) bool { return e != 0.0 })
	case map[string]any:
		return false
	}
	return v == nil || v == false || v == 0.0 || v == ""
}

func isEmpty(v any) bool {
	m, isMap := v.(map[string]any)
	return isMap && len(m) == 0
}

func compare(t *testing.T, golden string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatalf("%v: go test -update writes it", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", golden, diff)
	}
}

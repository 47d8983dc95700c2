package explain

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/minipod/minipod/runtime/translate"
)

// What a field does is found out by doing it: a pod that has nothing but what
// every pod has is translated with the field and without, and the docker
// commands that come of both are compared.

// Does says what minipod does with a field, a sentence or a flag in a line.
// What has no flag and is nothing that is left out is said by plans, and by the
// table of fields.
func (f Field) Does() []string {
	notes, flags := f.tried()
	text, exact := planned(f.Path)
	switch {
	case exact && len(f.fields()) > 0: // a note is on one of its fields, which has it
		return append(flags, text)
	case exact:
		return append(append(notes, flags...), text)
	case len(notes)+len(flags) == 0:
		return f.told(text)
	}
	return append(notes, flags...)
}

// tried is what translate says and does when a pod has the field.
func (f Field) tried() (notes, flags []string) {
	for _, choice := range []bool{true, false} {
		pod := samplePod(f.Path)
		if !f.put(reflect.ValueOf(pod).Elem(), choice) {
			break
		}
		plain := samplePod(f.Path)
		plain.Spec.Volumes[0].EmptyDir = &v1.EmptyDirVolumeSource{}
		before, after := translate.New(plain, translate.Options{}), translate.New(pod, translate.Options{})
		notes = newNotes(before, after)
		if !strings.HasPrefix(f.Path, "spec.volumes.") { // which mount nothing without a source
			flags = changes(before, after)
		}
		if len(notes)+len(flags) > 0 {
			break
		}
	}
	return notes, flags
}

// told is what becomes of a field of which no docker command and no warning
// tells: what the table of fields has, and the text of a field above it.
func (f Field) told(above string) []string {
	var lines []string
	if fate, own := fateOf(f.Path); fate.Fate != translate.Parted && (own || above == "") {
		lines = append(lines, fates[fate.Fate]+fate.How)
	}
	if above != "" {
		lines = append(lines, above)
	}
	if len(lines) == 0 {
		return []string{"its fields say it: minipod explain --field " + f.Path + ".FIELD"}
	}
	return lines
}

// fates are the words for those that the text of a field does not name.
var fates = map[translate.Fate]string{
	translate.Warned: "a warning: ", translate.Refused: "refused: ", translate.Nothing: "it means nothing here; ",
}

// fateOf finds a field in the table of fields; one that is in a field of the
// table has its fate, which is not its own. Parted is one that has none.
func fateOf(path string) (fate translate.FieldFate, own bool) {
	for _, fate := range translate.Fields() {
		rest, within := strings.CutPrefix(path, strings.ReplaceAll(fate.Name, "[]", ""))
		if within && (rest == "" || rest[0] == '.') {
			return fate, rest == ""
		}
	}
	return translate.FieldFate{}, false
}

const sampleUID = "00000000-0000-4000-8000-00000000feed"

// samplePod is a pod with what every pod has, and what the fields at a path
// are a part of.
func samplePod(path string) *v1.Pod {
	pod := &v1.Pod{}
	pod.Name, pod.Namespace, pod.UID = "web", v1.NamespaceDefault, sampleUID
	pod.Spec.RestartPolicy, pod.Spec.SchedulerName = v1.RestartPolicyAlways, v1.DefaultSchedulerName
	pod.Spec.Containers = []v1.Container{{Name: "app", Image: "IMAGE", ImagePullPolicy: v1.PullIfNotPresent,
		VolumeMounts: []v1.VolumeMount{{Name: "data", MountPath: "/data"}},
		Ports:        []v1.ContainerPort{{ContainerPort: 80, Protocol: v1.ProtocolTCP}},
	}}
	pod.Spec.Volumes = []v1.Volume{{Name: "data"}}
	if !strings.HasPrefix(path, "spec.volumes.") || path == "spec.volumes.name" {
		pod.Spec.Volumes[0].EmptyDir = &v1.EmptyDirVolumeSource{}
	}
	if strings.HasPrefix(path, "spec.initContainers.") {
		pod.Spec.InitContainers = []v1.Container{{Name: "first", Image: "IMAGE", ImagePullPolicy: v1.PullIfNotPresent}}
	}
	if strings.HasPrefix(path, "spec.ephemeralContainers.") {
		pod.Spec.EphemeralContainers = []v1.EphemeralContainer{{EphemeralContainerCommon: v1.EphemeralContainerCommon{Name: "debug", Image: "IMAGE", ImagePullPolicy: v1.PullIfNotPresent}}}
	}
	return pod
}

// put sets the field in a pod; false where there is nothing to set. choice is
// the value of a boolean.
func (f Field) put(v reflect.Value, choice bool) bool {
	above := Field{of: v.Type()}
	for _, word := range pathWords(f.Path) {
		next, ok := above.field(word)
		if !ok {
			return false
		}
		v = whole(v, above.Path).FieldByIndex(next.index)
		above = next
	}
	if f.Path == "" || v.Kind() == reflect.Struct && !v.IsZero() || element(v.Type()) == reflect.TypeFor[v1.Container]() {
		return false
	}
	set(v, choice, f.Path)
	return true
}

// whole is inside, with the words that a struct cannot be without.
func whole(v reflect.Value, path string) reflect.Value {
	fresh := v.Kind() == reflect.Pointer && v.IsNil() || v.Kind() == reflect.Slice && v.Len() == 0
	v = inside(v)
	if fresh && v.Kind() == reflect.Struct {
		setStruct(v, path)
	}
	return v
}

// inside is what a pointer or a list holds, made where there is nothing.
func inside(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return inside(v.Elem())
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		return inside(v.Index(0))
	}
	return v
}

// set gives a field a value that tells it from others.
func set(v reflect.Value, choice bool, path string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice:
		set(inside(v), choice, path)
	case reflect.Bool:
		v.SetBool(choice)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(1000)
	case reflect.String:
		v.SetString(sampleWord(path))
	case reflect.Map:
		v.Set(sampleMap(v.Type()))
	case reflect.Struct:
		setStruct(v, path)
	}
}

// sampleWord is a value for a field of this name.
func sampleWord(path string) string {
	words := strings.Split(path, ".")
	name := words[len(words)-1]
	both := strings.Join(words[max(0, len(words)-2):], ".")
	return cmp.Or(sampleWords[both], sampleWords[name], strings.ToUpper(name))
}

// sampleWords are values where not any word will do, by the name of the field,
// or by that and the one above it.
var sampleWords = map[string]string{
	"volumeMounts.name": "data", "sysctls.name": "net.ipv4.ip_local_port_range", "sysctls.value": "1024 65000", "nameservers": "192.0.2.53", "hostnames": "name.test",
	"mountPath": "/mountPath", "hostIP": "127.0.0.1", "protocol": "UDP", "medium": "Memory", "ip": "192.0.2.1",
	"workingDir": "/workingDir", "path": "/path", "restartPolicy": "Never", "imagePullPolicy": "Always", "procMount": "Unmasked",
	"type": "Unconfined", "mountPropagation": "Bidirectional", "dnsPolicy": "ClusterFirst", "stopSignal": "SIGINT",
}

func sampleMap(t reflect.Type) reflect.Value {
	if t == reflect.TypeFor[v1.ResourceList]() {
		return reflect.ValueOf(v1.ResourceList{v1.ResourceCPU: resource.MustParse("500m"), v1.ResourceMemory: resource.MustParse("100M")})
	}
	m := reflect.MakeMap(t)
	m.SetMapIndex(reflect.ValueOf("KEY").Convert(t.Key()), sampleValue(t.Elem()))
	return m
}

func sampleValue(t reflect.Type) reflect.Value {
	switch t {
	case reflect.TypeFor[resource.Quantity]():
		return reflect.ValueOf(resource.MustParse("100M"))
	case reflect.TypeFor[intstr.IntOrString]():
		return reflect.ValueOf(intstr.FromInt32(80))
	}
	if t.Kind() == reflect.String {
		return reflect.ValueOf("VALUE").Convert(t)
	}
	return reflect.Zero(t)
}

// setStruct sets the words of a struct that has nothing yet: mostly it is its
// presence that counts.
func setStruct(v reflect.Value, path string) {
	if scalar(v.Type()) {
		v.Set(sampleValue(v.Type()))
		return
	}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if f := v.Field(i); f.IsZero() && (f.Kind() == reflect.String || f.Type() == reflect.TypeFor[[]string]()) {
			set(f, true, path+"."+name)
		}
	}
}

// newNotes are what translate says of one pod and not of another.
func newNotes(before, after *translate.Blueprint) []string {
	var said []string
	for _, n := range after.Notes {
		if slices.Contains(before.Notes, n) {
			continue
		}
		text := "a warning: " + n.Message
		if n.Fatal {
			text = "refused: " + n.Message
		}
		if !slices.Contains(said, text) {
			said = append(said, text)
		}
	}
	return said
}

// changes are the flags that one pod has and another has not.
func changes(before, after *translate.Blueprint) []string {
	found := newFlags("the pause", before.Pause, after.Pause)
	for i := range min(len(before.Units), len(after.Units)) {
		found = append(found, newFlags("container "+after.Units[i].Name, attempt(before.Units[i]), attempt(after.Units[i]))...)
	}
	return found
}

func attempt(u translate.Unit) translate.Request {
	if r, missing := u.Attempt(translate.Inputs{Symbolic: true}, 0, 0); missing == nil {
		return *r
	}
	return u.Request
}

func newFlags(who string, before, after translate.Request) []string {
	q := words{uid: sampleUID, late: func(token string) string { return "..." }}
	had := typed(q, &before)
	var found []string
	for _, text := range typed(q, &after) {
		if !slices.Contains(had, text) {
			found = append(found, fmt.Sprintf("docker run of %s: %s", who, strings.ReplaceAll(text, `"..."`, "...")))
		}
	}
	return found
}

// typed are the flags of a command without its labels, and what runs.
func typed(q words, r *translate.Request) []string {
	var list []string
	for _, f := range flagsOf(bare(r, sampleUID)) {
		if f.name != "--label" {
			list = append(list, q.flag(f))
		}
	}
	if r.Config.Image == translate.DefaultPauseImage { // what its program is told is minipod's own
		return list
	}
	for _, arg := range append([]string{r.Config.Image}, r.Config.Cmd...) {
		list = append(list, q.quote(arg))
	}
	return list
}

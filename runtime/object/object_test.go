package object_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/translate"
)

func stamp() object.Stamp {
	return object.Stamp{UID: "uid-1", Now: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)}
}

func manifest(t *testing.T, text string) object.Manifest {
	t.Helper()
	objects, err := podspec.Parse("m.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	m, ok := object.Of(objects[0].Object)
	if !ok {
		t.Fatalf("a %s is not kept", objects[0].Kind)
	}
	return m.Saying(objects[0].Said)
}

func apply(t *testing.T, current object.Record, text string) object.Record {
	t.Helper()
	next, err := manifest(t, text).Apply(current, stamp())
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func configMap(t *testing.T, r object.Record) v1.ConfigMap {
	t.Helper()
	var cm v1.ConfigMap
	if err := json.Unmarshal(r.JSON, &cm); err != nil {
		t.Fatal(err)
	}
	return cm
}

const first = "{apiVersion: v1, kind: ConfigMap, metadata: {name: m, uid: other, labels: {a: b}}, data: {k: v, gone: x}}"

// A new object has what the API server decides, and what kubectl apply notes
// down.
func TestApplyFirst(t *testing.T) {
	r := apply(t, object.Record{}, first)
	const want = `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"m","namespace":"default","uid":"uid-1","creationTimestamp":"2026-01-02T03:04:05Z",` +
		`"labels":{"a":"b"},"annotations":{"kubectl.kubernetes.io/last-applied-configuration":` +
		`"{\"apiVersion\":\"v1\",\"data\":{\"gone\":\"x\",\"k\":\"v\"},\"kind\":\"ConfigMap\",\"metadata\":{\"annotations\":{},\"labels\":{\"a\":\"b\"},\"name\":\"m\",\"namespace\":\"default\"}}\n"}},` +
		`"data":{"gone":"x","k":"v"}}`
	if diff := cmp.Diff(want, string(r.JSON)); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
	if r.Key() != (object.Key{Resource: "configmaps", Namespace: "default", Name: "m"}) || r.UID != "uid-1" || r.Revision != 1 {
		t.Errorf("record %+v", r)
	}
}

// A change keeps the object's identity and what others have written; what the
// manifest does not say any more goes.
func TestApplyAgain(t *testing.T) {
	r := apply(t, object.Record{}, first)
	if same := apply(t, r, first); same.Revision != 1 {
		t.Errorf("the same again is revision %d", same.Revision)
	}
	cm := configMap(t, r)
	cm.Data["theirs"], cm.Labels["their"] = "kept", "label"
	data, err := json.Marshal(cm)
	if err != nil {
		t.Fatal(err)
	}
	r.JSON, r.Revision = data, 7
	next := apply(t, r, "{apiVersion: v1, kind: ConfigMap, metadata: {name: m, labels: {c: d}}, data: {k: new}}")
	cm = configMap(t, next)
	if next.Revision != 8 || cm.UID != "uid-1" || cm.CreationTimestamp.IsZero() || cm.ResourceVersion != "" {
		t.Errorf("revision %d of %+v", next.Revision, cm.ObjectMeta)
	}
	if diff := cmp.Diff(map[string]string{"k": "new", "theirs": "kept"}, cm.Data); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"c": "d", "their": "label"}, cm.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}

// A Secret's stringData is its data; what is immutable stays.
func TestApplySecret(t *testing.T) {
	r := apply(t, object.Record{}, "{apiVersion: v1, kind: Secret, metadata: {name: s}, immutable: true, stringData: {k: v}}")
	var s v1.Secret
	if err := json.Unmarshal(r.JSON, &s); err != nil || string(s.Data["k"]) != "v" || s.StringData != nil || s.Type != v1.SecretTypeOpaque {
		t.Errorf("%+v, %v", s, err)
	}
	_, err := manifest(t, "{apiVersion: v1, kind: Secret, metadata: {name: s}, immutable: true, stringData: {k: w}}").Apply(r, stamp())
	var invalid *object.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Fields) != 1 || invalid.Fields[0].Field != "data" {
		t.Errorf("a change of an immutable Secret: %v", err)
	}
}

// What kubectl apply notes down of a Secret is what was written: stringData, and
// no default. The same again changes nothing, and what is not written any more
// goes.
func TestApplyNotesWhatWasWritten(t *testing.T) {
	const written = "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {k: v, gone: x}}"
	r := apply(t, object.Record{}, written)
	var s v1.Secret
	if err := json.Unmarshal(r.JSON, &s); err != nil {
		t.Fatal(err)
	}
	want := `{"apiVersion":"v1","kind":"Secret","metadata":{"annotations":{},"name":"s","namespace":"default"},"stringData":{"gone":"x","k":"v"}}` + "\n"
	if diff := cmp.Diff(want, s.Annotations[v1.LastAppliedConfigAnnotation]); diff != "" {
		t.Errorf("annotation (-want +got):\n%s", diff)
	}
	if same := apply(t, r, written); same.Revision != 1 {
		t.Errorf("the same again is revision %d: %s", same.Revision, same.JSON)
	}
	next := apply(t, r, strings.Replace(written, ", gone: x", "", 1))
	s = v1.Secret{}
	if err := json.Unmarshal(next.JSON, &s); err != nil || len(s.Data) != 1 || string(s.Data["k"]) != "v" {
		t.Errorf("data %v, %v", s.Data, err)
	}
}

// Objects of Kubernetes' full size can be changed: what kubectl apply notes down
// counts as an annotation, and has shorter bounds than the object. What a manifest
// does not say any more goes from them too.
func TestApplyLarge(t *testing.T) {
	large, small := strings.Repeat("x", 300<<10), "xxxx"
	for name, text := range map[string]string{
		"ConfigMap":  "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {k: %s, gone: xxxx}}",
		"Secret":     "{apiVersion: v1, kind: Secret, metadata: {name: m}, stringData: {k: %s, gone: xxxx}}",
		"binaryData": "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, binaryData: {k: %s, gone: xxxx}}",
	} {
		for _, before := range []string{large, small} {
			first := fmt.Sprintf(text, before)
			r := apply(t, object.Record{}, first)
			if same := apply(t, r, first); same.Revision != 1 {
				t.Errorf("%s of %d bytes: the same again is revision %d", name, len(before), same.Revision)
			}
			next := apply(t, r, fmt.Sprintf(strings.Replace(text, ", gone: xxxx", ", new: xxxx", 1), large[:280<<10]))
			if next.Revision != 2 || strings.Contains(string(next.JSON), "gone") || !strings.Contains(string(next.JSON), `"new":`) {
				t.Errorf("%s of %d bytes: changed it is revision %d, %.300s", name, len(before), next.Revision, next.JSON)
			}
			last := apply(t, next, fmt.Sprintf(text, small))
			if cm := configMap(t, last); strings.Contains(string(last.JSON), "new") || cm.Annotations[v1.LastAppliedConfigAnnotation] == "" {
				t.Errorf("%s: small again it is %.500s", name, last.JSON)
			}
		}
	}
}

// Where the annotations of others leave no room, nothing is noted down.
func TestApplyAnnotated(t *testing.T) {
	text := fmt.Sprintf("{apiVersion: v1, kind: ConfigMap, metadata: {name: m, annotations: {theirs: %s}}, data: {k: v}}", strings.Repeat("x", 262000))
	r := apply(t, object.Record{}, text)
	next := apply(t, r, strings.Replace(text, "k: v", "k: w", 1))
	if cm := configMap(t, next); next.Revision != 2 || cm.Data["k"] != "w" || len(cm.Annotations) != 1 {
		t.Errorf("revision %d with data %v and %d annotations", next.Revision, cm.Data, len(cm.Annotations))
	}
}

// What is kept is read back; of many revisions the newest counts.
func TestRecords(t *testing.T) {
	r := apply(t, object.Record{}, first)
	next := apply(t, r, strings.Replace(first, "k: v", "k: w", 1))
	var read []object.Record
	for _, r := range []object.Record{next, r} {
		kept := r.Encode()
		back, ok := object.Decode(kept)
		if !ok || !cmp.Equal(back, r) || kept.Name != r.Key().Volume(r.Revision) {
			t.Errorf("%s: %+v, want %+v", kept.Name, back, r)
		}
		read = append(read, back)
	}
	if _, ok := object.Decode(engine.Record{Labels: map[string]string{translate.LabelManifest: "{}"}}); ok {
		t.Error("a pod is read as an object")
	}
	var in translate.Inputs
	object.Fill(&in, "default", translate.Needs{ConfigMaps: []string{"m", "none"}, Secrets: []string{"m"}}, read)
	if len(in.ConfigMaps) != 1 || in.ConfigMaps["m"].Data["k"] != "w" || len(in.Secrets) != 0 {
		t.Errorf("inputs %+v", in)
	}
	object.Fill(&in, "elsewhere", translate.Needs{ConfigMaps: []string{"m"}}, read)
	if len(in.ConfigMaps) != 0 {
		t.Error("an object of another namespace is taken")
	}
}

// A claim that was made with a pod is as old as its volume.
func TestClaimMadeWithAPod(t *testing.T) {
	const text = `{apiVersion: v1, kind: Pod, metadata: {name: web, uid: u}, spec: {containers: [{name: a, image: i, volumeMounts: [{name: v, mountPath: /v}]}],
 volumes: [{name: v, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}}]}}`
	objects, err := podspec.Parse("p.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	mount := translate.New(objects[0].Pod(), translate.Options{}).Pause.Host.Mounts[0]
	r, ok := object.Decode(engine.Record{Name: mount.Source, Labels: mount.VolumeOptions.Labels, Made: stamp().Now})
	var claim v1.PersistentVolumeClaim
	if err := json.Unmarshal(r.JSON, &claim); err != nil || !ok || r.Pod() != "web" || !claim.CreationTimestamp.Time.Equal(stamp().Now.Truncate(time.Second)) {
		t.Errorf("%s, %v", r.JSON, err)
	}
}

// The names of revisions are those that an engine takes, and old ones go.
func TestVolumes(t *testing.T) {
	long := object.Key{Resource: "configmaps", Namespace: "default", Name: strings.Repeat("x", 253)}
	for _, key := range []object.Key{long, {Resource: "roles", Name: "system:x"}} {
		if name := key.Volume(1); len(name) > 255 || strings.Contains(name, ":") || name == key.Volume(2) {
			t.Errorf("volume %s", name)
		}
	}
	r := object.Record{Resource: "secrets", Name: "s", Revision: 20}
	if got := r.Drops(); !cmp.Equal(got, []string{"minipod_secrets__s_4"}) {
		t.Errorf("dropped are %v", got)
	}
	left := object.Record{Resource: "secrets", Name: "s", Revision: 2} // by one who was killed
	if all := r.All([]object.Record{r, left, {Resource: "secrets", Name: "t", Revision: 1}}); len(all) != object.Kept+2 || all[0] != "minipod_secrets__s_2" {
		t.Errorf("with an old one all are %v", all)
	}
	if all := r.All(nil); len(all) != object.Kept+1 || all[len(all)-1] != "minipod_secrets__s_20" {
		t.Errorf("all are %v", all)
	}
}

// A Service gets an address that no other has, and keeps it; what it says by
// default is no change.
func TestApplyService(t *testing.T) {
	const text = "{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {ports: [{port: 5432}]}}"
	taken := stamp()
	taken.Services = []*v1.Service{{Spec: v1.ServiceSpec{ClusterIP: "10.96.0.2"}}}
	r, err := manifest(t, text).Apply(object.Record{}, taken)
	if err != nil {
		t.Fatal(err)
	}
	all := object.ServicesOf("default", []object.Record{r})
	if len(all) != 1 || all[0].Spec.ClusterIP != "10.96.0.3" || all[0].Spec.Ports[0].TargetPort.IntVal != 5432 {
		t.Errorf("services %+v", all)
	}
	if same := apply(t, r, text); same.Revision != 1 {
		t.Errorf("the same again is revision %d: %s", same.Revision, same.JSON)
	}
	next := apply(t, r, strings.Replace(text, "5432", "5433", 1))
	if all := object.ServicesOf("", []object.Record{r, next}); next.Revision != 2 || all[0].Spec.ClusterIP != "10.96.0.3" {
		t.Errorf("changed: revision %d, %+v", next.Revision, all)
	}
}

// A Service that changes its type gets what the new one has, loses what it has
// not, and keeps the rest: also what an earlier manifest said and this one does not.
func TestApplyServiceChanged(t *testing.T) {
	const (
		plain  = "ports: [{port: 80}]"
		health = "type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]"
	)
	for _, c := range []struct{ from, to, want string }{
		{plain, "type: NodePort, ports: [{port: 80}]", "10.96.0.2 80:30000"},
		{"type: NodePort, ports: [{port: 80}]", plain, "10.96.0.2 80:0"},
		{"type: NodePort, ports: [{port: 80, name: a}, {port: 81, name: b}]", "type: NodePort, ports: [{port: 81, name: b}]", "10.96.0.2 81:30001"},
		{"type: NodePort, ports: [{port: 80, nodePort: 30000}]", "type: NodePort, ports: [{port: 80, name: a}, {port: 81, name: b, nodePort: 30000}]", "10.96.0.2 80:30001 81:30000"},
		{"type: ExternalName, externalName: a.b", plain, "10.96.0.2 80:0"},
		{plain, "type: ExternalName, externalName: a.b", ""},
		{"clusterIP: 10.96.0.7, clusterIPs: [10.96.0.7], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, ports: [{port: 80}]", plain, "10.96.0.7 80:0"},
		{plain, health, "10.96.0.2 80:30000 30001"},
		{health, plain, "10.96.0.2 80:0"},
		{health, "type: LoadBalancer, ports: [{port: 80}]", "10.96.0.2 80:30000"},
		{plain, "type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{port: 80}]", "10.96.0.2 80:0"},
		{plain, "type: LoadBalancer, loadBalancerClass: a.b/c, ports: [{port: 80}]", "10.96.0.2 80:30000"},
		{"type: LoadBalancer, loadBalancerClass: a.b/c, ports: [{port: 80}]", plain, "10.96.0.2 80:0"},
	} {
		text := func(spec string) string {
			return "{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {" + spec + "}}"
		}
		next := apply(t, apply(t, object.Record{}, text(c.from)), text(c.to))
		spec := object.ServicesOf("", []object.Record{next})[0].Spec
		got := spec.ClusterIP
		for _, port := range spec.Ports {
			got += fmt.Sprintf(" %d:%d", port.Port, port.NodePort)
		}
		if spec.HealthCheckNodePort != 0 {
			got += fmt.Sprint(" ", spec.HealthCheckNodePort)
		}
		if got != c.want {
			t.Errorf("%s after %s has %q, want %q", c.to, c.from, got, c.want)
		}
	}
}

// What may not change of a claim is said at its fields, in a line each.
func TestApplyClaimChanged(t *testing.T) {
	const claim = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c}, spec: {accessModes: [ReadWriteOnce], storageClassName: a, resources: {requests: {storage: 1Gi}}}}"
	r := apply(t, object.Record{}, claim)
	changed := strings.NewReplacer("Once", "Many", "1Gi", "2Gi", "storageClassName: a, ", "storageClassName: b, volumeMode: Block, ").Replace(claim)
	_, err := manifest(t, changed).Apply(r, stamp())
	var invalid *object.InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("a changed claim: %v", err)
	}
	var got []string
	for _, e := range invalid.Fields {
		got = append(got, e.Error())
	}
	const words = ": Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
	want := []string{"spec.accessModes" + words, "spec.storageClassName" + words, "spec.volumeMode" + words}
	if len(got) < len(want) || !cmp.Equal(got[:len(want)], want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("a changed claim: %q", got)
	}
}

// A claim stays bound, and the same again is no change.
func TestApplyClaimAgain(t *testing.T) {
	const claim = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}"
	r := apply(t, object.Record{}, claim)
	if same := apply(t, r, claim); same.Revision != 1 || !strings.Contains(string(same.JSON), `"phase":"Bound"`) {
		t.Errorf("the same again is revision %d: %s", same.Revision, same.JSON)
	}
}

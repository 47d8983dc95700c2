package translate_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// What keeps a container from being made, in the kubelet's words, and where
// the manifest asks for it.
func TestMissing(t *testing.T) {
	const config, field = "CreateContainerConfigError", "spec.containers[0]."
	in := translate.Inputs{
		ConfigMaps: map[string]*v1.ConfigMap{"m": {Data: map[string]string{"k": "v"}, BinaryData: map[string][]byte{"b": {1}}}},
		Secrets:    map[string]*v1.Secret{"s": {Data: map[string][]byte{"k": {0xff}, "nul": {'a', 0}}}},
	}
	for _, c := range []struct {
		container string
		want      translate.Missing
	}{
		{"envFrom: [{configMapRef: {name: x}}]", translate.Missing{Reason: config, Message: `configmap "x" not found`, Field: field + "envFrom[0]", Lack: translate.LackObject}},
		{"envFrom: [{configMapRef: {name: m}}, {secretRef: {name: x}}]", translate.Missing{Reason: config, Message: `secret "x" not found`, Field: field + "envFrom[1]", Lack: translate.LackObject}},
		{"env: [{name: A, valueFrom: {configMapKeyRef: {name: x, key: k}}}]", translate.Missing{Reason: config, Message: `configmap "x" not found`, Field: field + "env[0].valueFrom", Lack: translate.LackObject}},
		{"env: [{name: A, valueFrom: {secretKeyRef: {name: x, key: k}}}]", translate.Missing{Reason: config, Message: `secret "x" not found`, Field: field + "env[0].valueFrom", Lack: translate.LackObject}},
		{"env: [{name: A, valueFrom: {configMapKeyRef: {name: m, key: x}}}]", translate.Missing{Reason: config, Message: "couldn't find key x in ConfigMap default/m", Field: field + "env[0].valueFrom", Lack: translate.LackKey, Have: "k"}},
		{"env: [{name: A, valueFrom: {configMapKeyRef: {name: m, key: b}}}]", translate.Missing{Reason: config, Message: "couldn't find key b in ConfigMap default/m", Field: field + "env[0].valueFrom", Lack: translate.LackKey, Have: "k"}},
		{"env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: x}}}]", translate.Missing{Reason: config, Message: "couldn't find key x in Secret default/s", Field: field + "env[0].valueFrom", Lack: translate.LackKey, Have: "k, nul"}},
		{"env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]", translate.Missing{Reason: config, Message: "key k in Secret default/s is no text: a variable cannot hold it", Field: field + "env[0].valueFrom"}},
		{"envFrom: [{secretRef: {name: s}}]", translate.Missing{Reason: config, Message: "key k in Secret default/s is no text: a variable cannot hold it", Field: field + "envFrom[0]"}},
		{"env: [{name: A, valueFrom: {resourceFieldRef: {containerName: x, resource: limits.memory}}}]", translate.Missing{Reason: config, Message: "container x not found", Field: field + "env[0].valueFrom.resourceFieldRef.containerName", Lack: translate.LackContainer, Have: "c"}},
		{"env: [{name: A, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]", translate.Missing{Early: true, Message: "the pod has its address when its pause runs"}},
		{"env: [{name: A, valueFrom: {fieldRef: {fieldPath: status.podIPs}}}]", translate.Missing{Early: true, Message: "the pod has its address when its pause runs"}},
		{"env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.ephemeral-storage}}}]", translate.Missing{Early: true, Message: "the pod's pause tells how large the disk is when it runs"}},
	} {
		t.Run(c.container, func(t *testing.T) {
			u := translate.New(parseText(t, "p.yaml", notable("", c.container)), translate.Options{}).Units[0]
			r, missing := u.Attempt(in, 0, 0)
			if missing == nil {
				t.Fatalf("nothing is missing for %v", r.Config.Env)
			}
			if diff := cmp.Diff(c.want, *missing); diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
		})
	}
}

// A field that is known late has a value wherever the pod has it from; empty
// where there is none.
func TestLateFields(t *testing.T) {
	here := translate.Inputs{PodIPs: []string{"1.2.3.4", "::1"}, HostIPs: []string{"5.6.7.8", "::2"}, Node: "machine"}
	alone := translate.Inputs{PodIPs: []string{}}
	for _, c := range []struct {
		spec, field string
		in          translate.Inputs
		want        string
	}{
		{"", "status.podIP", here, "1.2.3.4"},
		{"", "status.podIPs", here, "1.2.3.4,::1"},
		{"", "status.podIP", alone, ""},
		{"", "status.podIPs", alone, ""},
		{"hostNetwork: true", "status.podIP", here, "5.6.7.8"},
		{"hostNetwork: true", "status.podIPs", here, "5.6.7.8,::2"},
		{"", "status.hostIP", here, "5.6.7.8"},
		{"", "status.hostIPs", here, "5.6.7.8,::2"},
		{"", "status.hostIP", alone, ""},
		{"", "spec.nodeName", here, "machine"},
		{"nodeName: mine", "spec.nodeName", here, "mine"},
	} {
		text := notable(c.spec, "env: [{name: A, valueFrom: {fieldRef: {fieldPath: "+c.field+"}}}]")
		r, missing := translate.New(parseText(t, "p.yaml", text), translate.Options{}).Units[0].Attempt(c.in, 0, 0)
		if missing != nil || r.Config.Env[0] != "A="+c.want {
			t.Errorf("%s with %q: %v, %v, want %q", c.field, c.spec, r, missing, c.want)
		}
	}
}

// What is asked for is looked up, and nothing else.
func TestNeeds(t *testing.T) {
	for container, want := range map[string]translate.Needs{
		"env: [{name: A, value: b}]":                                                                             {},
		"env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]":                                    {},
		"env: [{name: A, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]":                                     {PodIPs: true},
		"env: [{name: A, valueFrom: {fieldRef: {fieldPath: status.hostIPs}}}]":                                   {Machine: true},
		"env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]":                                    {Machine: true},
		"env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}]":                                {Machine: true},
		"env: [{name: A, valueFrom: {resourceFieldRef: {resource: requests.cpu}}}]":                              {},
		"env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.ephemeral-storage}}}]":                  {Disk: true},
		"env: [{name: A, valueFrom: {resourceFieldRef: {resource: requests.ephemeral-storage}}}]":                {},
		"env: [{name: A, valueFrom: {configMapKeyRef: {name: m, key: k, optional: true}}}]":                      {ConfigMaps: []string{"m"}},
		"envFrom: [{configMapRef: {name: m}}, {configMapRef: {name: m}}]":                                        {ConfigMaps: []string{"m"}},
		"envFrom: [{secretRef: {name: s}}]":                                                                      {Secrets: []string{"s"}},
		"env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]":                                         {Secrets: []string{"s"}},
		"resources: {limits: {cpu: 1}}\nenv: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}]": {Machine: true}, // its OOM score
		"resources: {limits: {cpu: 1, memory: 1Gi}}":                                                             {},
	} {
		b := translate.New(parseText(t, "p.yaml", notable("enableServiceLinks: false", container)), translate.Options{})
		if diff := cmp.Diff(want, translate.NeedsOf(b.Units)); diff != "" {
			t.Errorf("%s needs (-want +got):\n%s", container, diff)
		}
	}
}

// Containers are told of services unless the pod does not want it: last, but
// known to every value; what the manifest says wins.
func TestServices(t *testing.T) {
	in := translate.Inputs{Services: []*v1.Service{
		{ObjectMeta: metav1.ObjectMeta{Name: "my-db"}, Spec: v1.ServiceSpec{ClusterIP: "10.96.0.9", Ports: []v1.ServicePort{{Name: "sql", Port: 5432}}}},
		{ObjectMeta: metav1.ObjectMeta{Name: "headless"}, Spec: v1.ServiceSpec{ClusterIP: "None", Ports: []v1.ServicePort{{Port: 1}}}},
		{ObjectMeta: metav1.ObjectMeta{Name: "elsewhere"}, Spec: v1.ServiceSpec{Type: v1.ServiceTypeExternalName}},
	}}
	const container = "command: [x, $(MY_DB_SERVICE_HOST)]\nenv: [{name: MY_DB_PORT, value: mine}, {name: URL, value: \"$(MY_DB_SERVICE_HOST):$(MY_DB_SERVICE_PORT_SQL)\"}]"
	b := translate.New(parseText(t, "p.yaml", notable("", container)), translate.Options{})
	if !translate.NeedsOf(b.Units).Services {
		t.Error("services are not asked for")
	}
	r, missing := b.Units[0].Attempt(in, 0, 0)
	if missing != nil {
		t.Fatal(missing)
	}
	want := []string{
		"MY_DB_PORT=mine", "URL=10.96.0.9:5432", "MY_DB_SERVICE_HOST=10.96.0.9", "MY_DB_SERVICE_PORT=5432", "MY_DB_SERVICE_PORT_SQL=5432",
		"MY_DB_PORT_5432_TCP=tcp://10.96.0.9:5432", "MY_DB_PORT_5432_TCP_PROTO=tcp", "MY_DB_PORT_5432_TCP_PORT=5432", "MY_DB_PORT_5432_TCP_ADDR=10.96.0.9",
	}
	if diff := cmp.Diff(want, r.Config.Env); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	if r.Config.Cmd[0] != "10.96.0.9" {
		t.Errorf("arguments %v", r.Config.Cmd)
	}
	b = translate.New(parseText(t, "p.yaml", notable("enableServiceLinks: false", "")), translate.Options{})
	if r, _ := b.Units[0].Attempt(in, 0, 0); len(r.Config.Env) > 0 || translate.NeedsOf(b.Units).Services {
		t.Errorf("without links: %v", r.Config.Env)
	}
}

// A claim that is to be made with the pod is in its way where it is another's, and
// not where a pod of the same name left it: that one goes first.
func TestOwnClaim(t *testing.T) {
	text := notable("volumes: [{name: v, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}}]", "")
	b := translate.New(parseText(t, "p.yaml", text), translate.Options{})
	if len(b.Notes) > 0 || len(b.NamedClaims()) > 0 || !slices.Equal(b.Claims(), []string{"p-v"}) {
		t.Fatalf("notes %v, claims %v, of them named %v", b.Notes, b.Claims(), b.NamedClaims())
	}
	var own v1.PersistentVolumeClaim
	labels := b.Pause.Host.Mounts[0].VolumeOptions.Labels
	if err := json.Unmarshal([]byte(labels[translate.LabelManifest]), &own); err != nil || translate.RevisionOf(labels) != 0 {
		t.Fatalf("the volume's labels are %v: %v", labels, err)
	}
	before, others := own.DeepCopy(), own.DeepCopy()
	before.OwnerReferences[0].UID = "before"
	others.OwnerReferences = nil
	for name, c := range map[string]struct {
		claim *v1.PersistentVolumeClaim
		want  string
	}{
		"none":            {nil, ""},
		"its own":         {&own, ""},
		"of one before":   {before, ""},
		"somebody else's": {others, "spec.volumes[0].ephemeral: PVC default/p-v was not created for pod default/p (pod is not owner)"},
	} {
		got := ""
		if missing := b.Unbound(translate.Inputs{Claims: map[string]*v1.PersistentVolumeClaim{"p-v": c.claim}}); missing != nil {
			got = missing.Field + ": " + missing.Message
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

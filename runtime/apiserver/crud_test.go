package apiserver_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const configMaps = "/api/v1/namespaces/default/configmaps"

func configMapBody(name string, extra ...string) string {
	return fmt.Sprintf(`{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":%q%s},"data":{"a":"1"}}`, name, strings.Join(extra, ""))
}

func TestCreateSetsWhatIsTheServers(t *testing.T) {
	c := start(t)
	got := do[v1.ConfigMap](t, c, 201, "POST", configMaps, configMapBody("one", `,"uid":"mine","generation":7,"deletionTimestamp":"2020-01-01T00:00:00Z","managedFields":[{}]`))
	if got.UID == "mine" || got.UID == "" || got.Generation != 0 || got.DeletionTimestamp != nil || got.ManagedFields != nil || got.ResourceVersion == "" || got.CreationTimestamp.IsZero() {
		t.Errorf("created %+v", got.ObjectMeta)
	}
	if got.Kind != "ConfigMap" || got.APIVersion != "v1" {
		t.Errorf("type %+v", got.TypeMeta)
	}
	again := do[v1.ConfigMap](t, c, 200, "GET", configMaps+"/one", "")
	if again.UID != got.UID || again.Data["a"] != "1" {
		t.Errorf("read %+v", again)
	}
	c.refused(t, 409, metav1.StatusReasonAlreadyExists, "POST", configMaps, configMapBody("one"))
}

func TestCreateRefuses(t *testing.T) {
	c := start(t)
	c.refused(t, 404, metav1.StatusReasonNotFound, "POST", "/api/v1/namespaces/nowhere/configmaps", configMapBody("x"))
	c.refused(t, 400, metav1.StatusReasonBadRequest, "POST", configMaps, configMapBody("x", `,"namespace":"other"`))
	c.refused(t, 400, metav1.StatusReasonBadRequest, "POST", configMaps, configMapBody("x", `,"resourceVersion":"1"`))
	c.refused(t, 400, metav1.StatusReasonBadRequest, "POST", configMaps+"?dryRun=Some", configMapBody("x"))
	c.refused(t, 400, metav1.StatusReasonBadRequest, "POST", configMaps+"?fieldValidation=Strict", strings.Replace(configMapBody("x"), `"data"`, `"dtaa"`, 1))
	c.refused(t, 405, metav1.StatusReasonMethodNotAllowed, "POST", "/api/v1/configmaps", configMapBody("x"))
	message := c.refused(t, 422, metav1.StatusReasonInvalid, "POST", configMaps, configMapBody("No_Name"))
	if !strings.Contains(message, "metadata.name") {
		t.Errorf("message %q", message)
	}
	message = c.refused(t, 405, metav1.StatusReasonMethodNotAllowed, "POST", "/apis/apps/v1/namespaces/default/deployments", "{}")
	if !strings.Contains(message, "minipod keeps no deployments") {
		t.Errorf("message %q", message)
	}
}

func TestGenerateNameAndDryRun(t *testing.T) {
	c := start(t)
	body := `{"metadata":{"generateName":"made-"}}`
	first, second := do[v1.ConfigMap](t, c, 201, "POST", configMaps, body), do[v1.ConfigMap](t, c, 201, "POST", configMaps, body)
	if !strings.HasPrefix(first.Name, "made-") || first.Name == second.Name {
		t.Errorf("names %q and %q", first.Name, second.Name)
	}
	dry := do[v1.ConfigMap](t, c, 201, "POST", configMaps+"?dryRun=All", configMapBody("dry"))
	if dry.UID == "" {
		t.Error("a dry run does not show what would be")
	}
	c.refused(t, 404, metav1.StatusReasonNotFound, "GET", configMaps+"/dry", "")
	if do[v1.ConfigMap](t, c, 200, "PATCH", configMaps+"/"+first.Name+"?dryRun=All", `{"data":{"x":"y"}}`).Data["x"] != "y" {
		t.Error("a dry patch does not show what would be")
	}
	if do[v1.ConfigMap](t, c, 200, "GET", configMaps+"/"+first.Name, "").Data["x"] != "" {
		t.Error("a dry patch was kept")
	}
	c.raw(t, 200, "DELETE", configMaps+"/"+first.Name+"?dryRun=All", "")
	c.raw(t, 200, "GET", configMaps+"/"+first.Name, "")
}

func TestUpdateAndConflict(t *testing.T) {
	c := start(t)
	made := do[v1.ConfigMap](t, c, 201, "POST", configMaps, configMapBody("one"))
	fresh := configMapBody("one", fmt.Sprintf(`,"resourceVersion":%q,"labels":{"a":"b"}`, made.ResourceVersion))
	next := do[v1.ConfigMap](t, c, 200, "PUT", configMaps+"/one", fresh)
	if next.Labels["a"] != "b" || next.UID != made.UID || next.ResourceVersion <= made.ResourceVersion {
		t.Errorf("updated %+v", next.ObjectMeta)
	}
	message := c.refused(t, 409, metav1.StatusReasonConflict, "PUT", configMaps+"/one", fresh)
	if !strings.Contains(message, "please apply your changes to the latest version") {
		t.Errorf("message %q", message)
	}
	c.refused(t, 409, metav1.StatusReasonConflict, "PUT", configMaps+"/one", configMapBody("one", `,"uid":"another"`))
	c.refused(t, 404, metav1.StatusReasonNotFound, "PUT", configMaps+"/two", configMapBody("two"))
	c.refused(t, 400, metav1.StatusReasonBadRequest, "PUT", configMaps+"/one", configMapBody("two"))
	same := do[v1.ConfigMap](t, c, 200, "PUT", configMaps+"/one", configMapBody("one", `,"labels":{"a":"b"}`))
	if same.ResourceVersion != next.ResourceVersion {
		t.Error("a write that changes nothing made a new version")
	}
}

func TestImmutableConfigMap(t *testing.T) {
	c := start(t)
	c.raw(t, 201, "POST", configMaps, `{"metadata":{"name":"fixed"},"data":{"a":"1"},"immutable":true}`)
	c.refused(t, 422, metav1.StatusReasonInvalid, "PATCH", configMaps+"/fixed", `{"data":{"a":"2"}}`)
}

func TestPatches(t *testing.T) {
	c := start(t)
	c.raw(t, 201, "POST", configMaps, configMapBody("one"))
	if got := do[v1.ConfigMap](t, c, 200, "PATCH", configMaps+"/one", `{"data":{"b":"2"}}`); len(got.Data) != 2 {
		t.Errorf("strategic: %v", got.Data)
	}
	if got := do[v1.ConfigMap](t, c, 200, "PATCH", configMaps+"/one", `{"data":{"a":null}}`, header{"Content-Type": "application/merge-patch+json"}); len(got.Data) != 1 {
		t.Errorf("merge: %v", got.Data)
	}
	if got := do[v1.ConfigMap](t, c, 200, "PATCH", configMaps+"/one", `[{"op":"add","path":"/data/c","value":"3"}]`, header{"Content-Type": "application/json-patch+json"}); got.Data["c"] != "3" {
		t.Errorf("json: %v", got.Data)
	}
	message := c.refused(t, 415, metav1.StatusReasonUnsupportedMediaType, "PATCH", configMaps+"/one?fieldManager=x", "{}", header{"Content-Type": "application/apply-patch+yaml"})
	if !strings.Contains(message, "without --server-side") {
		t.Errorf("message %q", message)
	}
	c.refused(t, 409, metav1.StatusReasonConflict, "PATCH", configMaps+"/one", `{"metadata":{"resourceVersion":"1"},"data":{"z":"1"}}`)
	c.refused(t, 404, metav1.StatusReasonNotFound, "PATCH", configMaps+"/two", `{}`)
}

func TestForcedApplyOfWhatIsOnlyStored(t *testing.T) {
	c := start(t)
	const path = "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims"
	apply := header{"Content-Type": "application/apply-patch+yaml"}
	c.raw(t, 201, "POST", path, `{"metadata":{"name":"one","labels":{"a":"b"}}}`)
	got := do[metav1.PartialObjectMetadata](t, c, 200, "PATCH", path+"/one?fieldManager=x&force=true", "metadata: {labels: {c: d}}", apply)
	if len(got.Labels) != 2 {
		t.Errorf("labels %v", got.Labels)
	}
	c.refused(t, 415, metav1.StatusReasonUnsupportedMediaType, "PATCH", path+"/one?fieldManager=x", "{}", apply)
}

func TestSecretStringData(t *testing.T) {
	c := start(t)
	const path = "/api/v1/namespaces/default/secrets"
	got := do[v1.Secret](t, c, 201, "POST", path, `{"metadata":{"name":"s"},"stringData":{"a":"plain"}}`)
	if string(got.Data["a"]) != "plain" || got.StringData != nil || got.Type != v1.SecretTypeOpaque {
		t.Errorf("secret %+v", got)
	}
	if got := do[v1.Secret](t, c, 200, "PATCH", path+"/s", `{"stringData":{"b":"more"}}`); len(got.Data) != 2 {
		t.Errorf("patched %v", got.Data)
	}
}

func TestDelete(t *testing.T) {
	c := start(t)
	made := do[v1.ConfigMap](t, c, 201, "POST", configMaps, configMapBody("one"))
	c.refused(t, 409, metav1.StatusReasonConflict, "DELETE", configMaps+"/one", `{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"another"}}`)
	status := do[metav1.Status](t, c, 200, "DELETE", configMaps+"/one", "")
	if status.Status != metav1.StatusSuccess || status.Details.UID != made.UID {
		t.Errorf("answered %+v", status)
	}
	c.refused(t, 404, metav1.StatusReasonNotFound, "DELETE", configMaps+"/one", "")
	if len(c.engine.records) != 0 {
		t.Errorf("the engine still holds %v", c.engine.records)
	}
}

func TestFinalizersHold(t *testing.T) {
	c := start(t)
	c.raw(t, 201, "POST", configMaps, configMapBody("held", `,"finalizers":["example.com/hold"]`))
	got := do[v1.ConfigMap](t, c, 200, "DELETE", configMaps+"/held", "")
	if got.DeletionTimestamp == nil || *got.DeletionGracePeriodSeconds != 0 {
		t.Errorf("deleted %+v", got.ObjectMeta)
	}
	c.raw(t, 200, "PATCH", configMaps+"/held", `{"data":{"still":"there"}}`)
	c.raw(t, 200, "PATCH", configMaps+"/held", `{"metadata":{"finalizers":null}}`)
	c.refused(t, 404, metav1.StatusReasonNotFound, "GET", configMaps+"/held", "")
}

func TestDeleteCollection(t *testing.T) {
	c := start(t)
	for i := range 3 {
		c.raw(t, 201, "POST", configMaps, configMapBody(fmt.Sprint("go-", i), `,"labels":{"go":"yes"}`))
	}
	c.raw(t, 201, "POST", configMaps, configMapBody("stay"))
	if got := do[v1.ConfigMapList](t, c, 200, "DELETE", configMaps+"?labelSelector=go%3Dyes", ""); len(got.Items) != 3 {
		t.Errorf("deleted %d", len(got.Items))
	}
	left := do[v1.ConfigMapList](t, c, 200, "GET", configMaps, "")
	if len(left.Items) != 2 { // stay, and kube-root-ca.crt
		t.Errorf("left %d", len(left.Items))
	}
}

func TestListSelections(t *testing.T) {
	c := start(t)
	c.raw(t, 201, "POST", configMaps, configMapBody("a", `,"labels":{"x":"1"}`))
	c.raw(t, 201, "POST", "/api/v1/namespaces/kube-system/configmaps", configMapBody("b", `,"labels":{"x":"2"}`))
	for path, want := range map[string]string{
		"/api/v1/configmaps?labelSelector=x":                            "a b",
		"/api/v1/configmaps?labelSelector=x%3D2":                        "b",
		"/api/v1/configmaps?fieldSelector=metadata.name%3Da":            "a",
		configMaps + "?labelSelector=x,x%21%3D1":                        "",
		"/api/v1/configmaps?fieldSelector=metadata.namespace%3Ddefault": "a kube-root-ca.crt",
		"/api/v1/nodes?fieldSelector=spec.unschedulable%3Dfalse":        "testnode",
		"/api/v1/nodes?fieldSelector=spec.unschedulable%3Dtrue":         "",
		"/apis/batch/v1/jobs?fieldSelector=status.successful%3D1":       "",
	} {
		list := do[metav1.PartialObjectMetadataList](t, c, 200, "GET", path, "")
		var names []string
		for _, item := range list.Items {
			names = append(names, item.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
		if list.ResourceVersion == "" {
			t.Errorf("%s has no version", path)
		}
	}
	c.refused(t, 400, metav1.StatusReasonBadRequest, "GET", configMaps+"?fieldSelector=data.a%3D1", "")
	c.refused(t, 400, metav1.StatusReasonBadRequest, "GET", configMaps+"?labelSelector=%21%21", "")
}

func TestForms(t *testing.T) {
	c := start(t)
	c.raw(t, 201, "POST", configMaps, configMapBody("one"))
	asTable := header{"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}
	rows := do[metav1.Table](t, c, 200, "GET", configMaps, "", asTable)
	if rows.Kind != "Table" || len(rows.Rows) != 2 || rows.ColumnDefinitions[1].Name != "Data" || fmt.Sprint(rows.Rows[1].Cells[:2]) != "[one 1]" {
		t.Errorf("table %+v", rows)
	}
	if !strings.Contains(string(rows.Rows[0].Object.Raw), `"PartialObjectMetadata"`) {
		t.Errorf("row object %s", rows.Rows[0].Object.Raw)
	}
	if whole := do[metav1.Table](t, c, 200, "GET", configMaps+"/one?includeObject=Object", "", asTable); !strings.Contains(string(whole.Rows[0].Object.Raw), `"data"`) {
		t.Errorf("row object %s", whole.Rows[0].Object.Raw)
	}
	meta := do[metav1.PartialObjectMetadata](t, c, 200, "GET", configMaps+"/one", "", header{"Accept": "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"})
	if meta.Kind != "PartialObjectMetadata" || meta.Name != "one" {
		t.Errorf("metadata %+v", meta)
	}
	c.raw(t, 200, "GET", configMaps+"/one", "", header{"Accept": "application/vnd.kubernetes.protobuf"})
}

func TestUnknownPaths(t *testing.T) {
	c := start(t)
	for _, path := range []string{"/api/v1/unicorns", "/apis/example.com/v1/things", "/api/v1/namespaces/default/pods/x/unknown", "/nowhere", "/apis/example.com"} {
		if http.StatusNotFound != do[metav1.Status](t, c, 404, "GET", path, "").Code {
			t.Errorf("%s", path)
		}
	}
}

package apiserver_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestWatchFromAVersion(t *testing.T) {
	c := start(t)
	list := do[v1.ConfigMapList](t, c, 200, "GET", configMaps, "")
	w := c.watch(t, configMaps+"?watch=true&resourceVersion="+list.ResourceVersion)
	c.raw(t, 201, "POST", configMaps, configMapBody("one"))
	added := w.expect("ADDED", "one")
	c.raw(t, 200, "PATCH", configMaps+"/one", `{"data":{"b":"2"}}`)
	modified := w.expect("MODIFIED", "one")
	c.raw(t, 200, "DELETE", configMaps+"/one", "")
	deleted := w.expect("DELETED", "one")
	if !(added.Object.ResourceVersion < modified.Object.ResourceVersion && modified.Object.ResourceVersion < deleted.Object.ResourceVersion) {
		t.Errorf("versions %s %s %s", added.Object.ResourceVersion, modified.Object.ResourceVersion, deleted.Object.ResourceVersion)
	}
	again := c.watch(t, configMaps+"?watch=true&resourceVersion="+added.Object.ResourceVersion)
	again.expect("MODIFIED", "one")
	again.expect("DELETED", "one")
}

func TestWatchBeginsWithWhatThereIs(t *testing.T) {
	c := start(t)
	for _, query := range []string{"", "&resourceVersion=0"} {
		c.watch(t, configMaps+"?watch=true"+query).expect("ADDED", "kube-root-ca.crt")
	}
}

func TestWatchSelections(t *testing.T) {
	c := start(t)
	w := c.watch(t, configMaps+"?watch=true&labelSelector=in%3Dyes")
	other := c.watch(t, "/api/v1/namespaces/kube-public/configmaps?watch=true&fieldSelector=metadata.name%3Done")
	c.raw(t, 201, "POST", configMaps, configMapBody("one"))
	c.raw(t, 200, "PATCH", configMaps+"/one", `{"metadata":{"labels":{"in":"yes"}}}`)
	w.expect("ADDED", "one")
	c.raw(t, 200, "PATCH", configMaps+"/one", `{"data":{"x":"y"}}`)
	w.expect("MODIFIED", "one")
	left := do[v1.ConfigMap](t, c, 200, "PATCH", configMaps+"/one", `{"metadata":{"labels":{"in":"no"}}}`)
	gone := w.expect("DELETED", "one")
	if gone.Object.Labels["in"] != "yes" || gone.Object.ResourceVersion != left.ResourceVersion {
		t.Errorf("left as %+v, want the last that the selection saw, at %s", gone.Object.ObjectMeta, left.ResourceVersion)
	}
	c.raw(t, 200, "DELETE", configMaps+"/one", "")
	c.raw(t, 201, "POST", configMaps, configMapBody("two", `,"labels":{"in":"yes"}`))
	w.expect("ADDED", "two")
	c.raw(t, 201, "POST", "/api/v1/namespaces/kube-public/configmaps", configMapBody("one"))
	other.expect("ADDED", "one")
}

func TestSendInitialEvents(t *testing.T) {
	c := start(t)
	const query = "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&fieldSelector=metadata.name%3Ddefault"
	w := c.watch(t, "/api/v1/namespaces/default/serviceaccounts"+query)
	w.expect("ADDED", "default")
	mark := w.expect("BOOKMARK", "")
	if mark.Object.Annotations["k8s.io/initial-events-end"] != "true" || mark.Object.ResourceVersion == "" || mark.Object.Kind != "ServiceAccount" {
		t.Errorf("bookmark %+v", mark.Object)
	}
	c.refused(t, 422, metav1.StatusReasonInvalid, "GET", configMaps+"?watch=true&sendInitialEvents=true", "")
}

func TestWatchExpires(t *testing.T) {
	c := start(t)
	e := c.watch(t, configMaps+"?watch=true&resourceVersion=12").next()
	if e.Type != "ERROR" || e.Object.Kind != "Status" || e.Object.Code != 410 || !strings.Contains(e.Object.Message, "too old resource version: 12 (") {
		t.Errorf("event %+v", e)
	}
}

func TestWatchTimesOut(t *testing.T) {
	c := start(t)
	begun := time.Now()
	w := c.watch(t, configMaps+"?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dnobody")
	var e watchEvent
	if err := w.events.Decode(&e); err == nil {
		t.Errorf("event %+v", e)
	}
	if took := time.Since(begun); took < time.Second || took > 4*time.Second {
		t.Errorf("ended after %v", took)
	}
}

func TestWatchTables(t *testing.T) {
	c := start(t)
	w := c.watch(t, configMaps+"?watch=true", header{"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"})
	first := w.next()
	if first.Object.Kind != "Table" || len(first.Object.ColumnDefinitions) != 3 || len(first.Object.Rows) != 1 {
		t.Fatalf("first %+v", first.Object)
	}
	c.raw(t, 201, "POST", configMaps, configMapBody("one"))
	second := w.next()
	if len(second.Object.ColumnDefinitions) != 0 || fmt.Sprint(second.Object.Rows[0].Cells[0]) != "one" {
		t.Errorf("second %+v", second.Object)
	}
}

func TestWatchOfWhatIsNeverThere(t *testing.T) {
	c := start(t)
	w := c.watch(t, "/apis/apps/v1/deployments?watch=true&timeoutSeconds=1")
	var e watchEvent
	if err := w.events.Decode(&e); err == nil {
		t.Errorf("event %+v", e)
	}
}

package apiserver_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/apiserver"
	"github.com/minipod/minipod/runtime/apiserver/store"
)

func TestOnlyThoseWithTheTokenGetIn(t *testing.T) {
	c := start(t)
	for _, value := range []string{"", "Bearer wrong", "Basic " + token, token} {
		message := c.refused(t, 401, metav1.StatusReasonUnauthorized, "GET", "/version", "", header{"Authorization": value})
		if !strings.Contains(message, "kubeconfig") {
			t.Errorf("message %q", message)
		}
	}
}

func TestOnlyOwnNamesAreServed(t *testing.T) {
	c := start(t)
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:80": 200, "127.0.0.1:6443": 200, "127.8.9.1": 200, "[::1]:6443": 200,
		"example.com": 403, "localhost.example.com": 403, "10.0.0.1": 403, "127.0.0.1.example.com:80": 403, "": 200,
	} {
		request, err := http.NewRequestWithContext(t.Context(), "GET", c.url+"/version", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Origin", "https://example.com")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%q: %d, want %d", host, response.StatusCode, want)
		}
		if cors := response.Header.Get("Access-Control-Allow-Origin"); cors != "" {
			t.Errorf("CORS header %q", cors)
		}
	}
}

func TestServerNeedsAToken(t *testing.T) {
	e := newEngine()
	_, err := apiserver.New(t.Context(), apiserver.Options{Pods: podEngine{e}, Streams: e, Objects: objectEngine{e}, Node: e, Usage: e})
	if err == nil {
		t.Error("a server without a token was made")
	}
}

func TestNamespaceLife(t *testing.T) {
	c := start(t)
	w := c.watch(t, "/api/v1/namespaces/work/serviceaccounts?watch=true")
	c.raw(t, 201, "POST", "/api/v1/namespaces", `{"metadata":{"name":"work"}}`)
	w.expect("ADDED", "default")
	if ca := do[v1.ConfigMap](t, c, 200, "GET", "/api/v1/namespaces/work/configmaps/kube-root-ca.crt", ""); ca.Data["ca.crt"] != "the CA" {
		t.Errorf("root CA %v", ca.Data)
	}
	c.raw(t, 201, "POST", "/api/v1/namespaces/work/configmaps", configMapBody("held", `,"finalizers":["example.com/hold"]`))
	c.raw(t, 201, "POST", "/api/v1/namespaces/work/pods", podBody("web"))
	got := do[v1.Namespace](t, c, 200, "DELETE", "/api/v1/namespaces/work", "")
	if got.Status.Phase != v1.NamespaceTerminating || got.DeletionTimestamp == nil {
		t.Errorf("deleted %+v", got)
	}
	message := c.refused(t, 403, metav1.StatusReasonForbidden, "POST", "/api/v1/namespaces/work/configmaps", configMapBody("late"))
	if !strings.Contains(message, "because it is being terminated") {
		t.Errorf("message %q", message)
	}
	c.gone(t, "/api/v1/namespaces/work/pods/web")
	c.raw(t, 200, "GET", "/api/v1/namespaces/work", "")
	c.raw(t, 200, "PATCH", "/api/v1/namespaces/work/configmaps/held", `{"metadata":{"finalizers":null}}`)
	c.gone(t, "/api/v1/namespaces/work")
	if len(c.engine.records) != 0 {
		t.Errorf("the engine still holds %v", c.engine.records)
	}
	c.refused(t, 403, metav1.StatusReasonForbidden, "DELETE", "/api/v1/namespaces/default", "")
}

func TestNamespaceGetsItsAccountBack(t *testing.T) {
	c := start(t)
	const path = "/api/v1/namespaces/default/serviceaccounts/default"
	before := do[v1.ServiceAccount](t, c, 200, "GET", path, "")
	c.raw(t, 200, "DELETE", path, "")
	eventually(t, "a new account", func() bool {
		item := c.server.Store().List
		accounts, _ := item("serviceaccounts", "default")
		return len(accounts) == 1 && accounts[0].Object.GetUID() != before.UID
	})
}

// A service may give up its address in the same change that leaves it no use for one.
func TestServiceGivesUpItsAddress(t *testing.T) {
	c := start(t)
	const services = "/api/v1/namespaces/default/services"
	c.raw(t, 201, "POST", services, `{"metadata":{"name":"s"},"spec":{"type":"NodePort","ports":[{"port":80}]}}`)
	got := do[v1.Service](t, c, 200, "PATCH", services+"/s", `{"spec":{"type":"ExternalName","externalName":"a.b","clusterIP":"","clusterIPs":null}}`)
	if got.Spec.ClusterIP != "" || got.Spec.IPFamilies != nil || got.Spec.Ports[0].NodePort != 0 {
		t.Errorf("left is %+v", got.Spec)
	}
}

func TestTheServiceOfTheAPIIsThereAgain(t *testing.T) {
	c := start(t)
	const path = "/api/v1/namespaces/default/services/kubernetes"
	before := do[v1.Service](t, c, 200, "GET", path, "").UID
	c.raw(t, 200, "DELETE", path, "")
	eventually(t, "a new service", func() bool {
		item := c.server.Store().Get(store.Key{Resource: "services", Namespace: "default", Name: "kubernetes"})
		return item != nil && item.Object.GetUID() != before
	})
}

func TestRootCAIsRestored(t *testing.T) {
	c := start(t)
	const path = configMaps + "/kube-root-ca.crt"
	c.raw(t, 200, "PATCH", path, `{"data":{"ca.crt":"another","more":"of it"}}`)
	eventually(t, "the certificate is back", func() bool {
		data := do[v1.ConfigMap](t, c, 200, "GET", path, "").Data
		return len(data) == 1 && data["ca.crt"] == "the CA"
	})
}

func TestNodeIsThereAndReady(t *testing.T) {
	c := start(t)
	nodes := do[v1.NodeList](t, c, 200, "GET", "/api/v1/nodes?fieldSelector=spec.unschedulable%3Dfalse&resourceVersion=0", "")
	if len(nodes.Items) != 1 || len(nodes.Items[0].Spec.Taints) != 0 || nodes.Items[0].Status.Allocatable.Cpu().String() != "2" {
		t.Fatalf("nodes %+v", nodes.Items)
	}
	ready := nodes.Items[0].Status.Conditions[3]
	if ready.Type != v1.NodeReady || ready.Status != v1.ConditionTrue {
		t.Errorf("condition %+v", ready)
	}
	lease := do[coordinationv1.Lease](t, c, 200, "GET", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/testnode", "")
	if lease.OwnerReferences[0].UID != nodes.Items[0].UID || *lease.Spec.HolderIdentity != "testnode" || lease.Spec.RenewTime == nil {
		t.Errorf("lease %+v", lease)
	}
	c.raw(t, 201, "POST", "/api/v1/nodes", `{"metadata":{"name":"fake"},"status":{"capacity":{"cpu":"1"}}}`)
	c.raw(t, 200, "PATCH", "/api/v1/nodes/fake/status", `{"status":{"phase":"Running"}}`)
	c.raw(t, 200, "DELETE", "/api/v1/nodes/fake", "")
}

func TestServices(t *testing.T) {
	c := start(t)
	own := do[v1.Service](t, c, 200, "GET", "/api/v1/namespaces/default/services/kubernetes", "")
	if own.Spec.ClusterIP == "" {
		t.Error("the API's own service has no address")
	}
	const path = "/api/v1/namespaces/default/services"
	body := func(name, spec string) string {
		return `{"metadata":{"name":"` + name + `"},"spec":{"ports":[{"port":80}]` + spec + `}}`
	}
	a, b := do[v1.Service](t, c, 201, "POST", path, body("a", "")), do[v1.Service](t, c, 201, "POST", path, body("b", `,"type":"NodePort"`))
	if a.Spec.ClusterIP == b.Spec.ClusterIP || a.Spec.ClusterIPs[0] != a.Spec.ClusterIP || a.Spec.Ports[0].TargetPort.IntValue() != 80 {
		t.Errorf("services %+v %+v", a.Spec, b.Spec)
	}
	if port := b.Spec.Ports[0].NodePort; port < 30000 || port > 32767 {
		t.Errorf("node port %d", port)
	}
	if headless := do[v1.Service](t, c, 201, "POST", path, body("c", `,"clusterIP":"None"`)); headless.Spec.ClusterIP != "None" {
		t.Errorf("headless %+v", headless.Spec)
	}
	if kept := do[v1.Service](t, c, 200, "PUT", path+"/a", body("a", `,"selector":{"x":"y"}`)); kept.Spec.ClusterIP != a.Spec.ClusterIP {
		t.Errorf("the address changed to %s", kept.Spec.ClusterIP)
	}
	if local := do[v1.Service](t, c, 201, "POST", path, body("d", `,"type":"LoadBalancer","externalTrafficPolicy":"Local"`)); local.Spec.HealthCheckNodePort == 0 {
		t.Errorf("no health check port: %+v", local.Spec)
	}
	// As kubectl apply sends it, of a manifest that does not say the type any more.
	closed := do[v1.Service](t, c, 200, "PATCH", path+"/d", `{"spec":{"type":null,"externalTrafficPolicy":null}}`)
	if closed.Spec.HealthCheckNodePort != 0 || closed.Spec.Ports[0].NodePort != 0 || closed.Spec.Type != v1.ServiceTypeClusterIP {
		t.Errorf("a service that no load balancer has any more: %+v", closed.Spec)
	}
	low := body("e", `,"type":"NodePort"`)
	c.raw(t, 422, "POST", path, strings.Replace(low, "80", `80,"nodePort":80`, 1))
}

func TestClaimIsBound(t *testing.T) {
	c := start(t)
	claim := do[v1.PersistentVolumeClaim](t, c, 201, "POST", "/api/v1/namespaces/default/persistentvolumeclaims",
		`{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}`)
	if claim.Status.Phase != v1.ClaimBound || claim.Spec.VolumeName == "" {
		t.Errorf("claim %+v", claim)
	}
}

func TestEvents(t *testing.T) {
	c := start(t)
	event := &v1.Event{Reason: "Pulled", Message: "it was there", Type: "Normal", InvolvedObject: v1.ObjectReference{Kind: "Pod", Namespace: "default", Name: "web", UID: "u"}}
	for range 2 {
		if err := c.server.Record(event); err != nil {
			t.Fatal(err)
		}
	}
	const path = "/api/v1/namespaces/default/events"
	got := do[v1.EventList](t, c, 200, "GET", path+"?fieldSelector=involvedObject.name%3Dweb,involvedObject.uid%3Du,reason%3DPulled", "")
	if len(got.Items) != 1 || got.Items[0].Count != 2 {
		t.Errorf("events %+v", got.Items)
	}
	c.raw(t, 201, "POST", path, `{"metadata":{"name":"mine"},"involvedObject":{"namespace":"default"},"reason":"Tried"}`)
	if got := do[v1.EventList](t, c, 200, "GET", path+"?fieldSelector=reason%21%3DPulled", ""); len(got.Items) != 1 {
		t.Errorf("events %+v", got.Items)
	}
}

// told are the events of the namespace in the order of the list.
func told(t *testing.T, c *cluster) (list []string) {
	t.Helper()
	got := do[v1.EventList](t, c, 200, "GET", "/api/v1/namespaces/default/events", "")
	for _, e := range got.Items {
		list = append(list, fmt.Sprintf("%s %s x%d %s-%s", e.InvolvedObject.Name, e.Reason, e.Count,
			e.FirstTimestamp.UTC().Format(time.TimeOnly), e.LastTimestamp.UTC().Format(time.TimeOnly)))
	}
	return list
}

// An event that has happened once was first seen when it was last seen, to the fraction of a second.
func TestAnEventOfOneMoment(t *testing.T) {
	c := start(t)
	at := metav1.NewTime(time.Now().Truncate(time.Second).Add(900 * time.Millisecond))
	event := &v1.Event{InvolvedObject: v1.ObjectReference{Kind: "Pod", Namespace: "default", Name: "web"}, Reason: "Pulled", FirstTimestamp: at, LastTimestamp: at}
	if err := c.server.Record(event); err != nil {
		t.Fatal(err)
	}
	items, _ := c.server.Store().List("events", "default")
	if got := items[0].Object.(*v1.Event); !got.FirstTimestamp.Equal(&got.LastTimestamp) {
		t.Errorf("first %s, last %s", got.FirstTimestamp.Time, got.LastTimestamp.Time)
	}
}

// Events of an object are listed in the order in which they happened, also
// those of one second and those that are told late, and are counted.
func TestEventsInOrder(t *testing.T) {
	c := start(t)
	t0 := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	record := func(reason string, after time.Duration) {
		t.Helper()
		event := &v1.Event{Reason: reason, Type: "Normal", InvolvedObject: v1.ObjectReference{Kind: "Pod", Namespace: "default", Name: "web", UID: "u"}}
		event.LastTimestamp = metav1.NewTime(t0.Add(after))
		if err := c.server.Record(event); err != nil {
			t.Fatal(err)
		}
	}
	const ms = time.Millisecond
	for i, reason := range []string{"Pulling", "Failed", "BackOff", "Pulled", "Created", "Started"} {
		record(reason, time.Duration(i)*ms)
	}
	record("Same", 8*ms)
	record("Moment", 8*ms)
	record("Scheduled", -ms)
	record("Failed", 10*time.Second)
	record("Failed", 5*time.Second)
	record("Failed", -5*time.Second)
	want := []string{
		"web Scheduled x1 03:04:04-03:04:04", "web Pulling x1 03:04:05-03:04:05", "web Failed x4 03:04:00-03:04:15",
		"web BackOff x1 03:04:05-03:04:05", "web Pulled x1 03:04:05-03:04:05", "web Created x1 03:04:05-03:04:05",
		"web Started x1 03:04:05-03:04:05", "web Same x1 03:04:05-03:04:05", "web Moment x1 03:04:05-03:04:05",
	}
	if got := told(t, c); !slices.Equal(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
	name := "web." + strconv.FormatInt(t0.UnixNano(), 16)
	c.raw(t, 200, "DELETE", "/api/v1/namespaces/default/events/"+name, "")
	record("Pulling", time.Second)
	if got := told(t, c); len(got) != 9 || got[8] != "web Pulling x1 03:04:06-03:04:06" {
		t.Errorf("an event that a client has deleted: %q", got)
	}
}

// What fails again and again in other words does not fill the memory.
func TestEventsAreBounded(t *testing.T) {
	c := start(t)
	t0 := time.Now()
	for i := range 300 {
		event := &v1.Event{Reason: "Failed", Message: strconv.Itoa(i), InvolvedObject: v1.ObjectReference{Kind: "Pod", Namespace: "default", Name: strings.Repeat("w", 253), UID: "u"}}
		event.LastTimestamp = metav1.NewTime(t0.Add(time.Duration(i) * time.Millisecond))
		if err := c.server.Record(event); err != nil {
			t.Fatal(err)
		}
	}
	got := do[v1.EventList](t, c, 200, "GET", "/api/v1/namespaces/default/events", "").Items
	if len(got) != 100 || got[0].Message != "200" || got[99].Message != "299" || len(got[0].Name) > 253 {
		t.Errorf("%d events, from %q to %q", len(got), got[0].Message, got[len(got)-1].Message)
	}
}

func TestStartAgain(t *testing.T) {
	e := newEngine()
	first := startOn(t, e)
	first.raw(t, 201, "POST", configMaps, configMapBody("one"))
	first.raw(t, 200, "PATCH", configMaps+"/one", `{"data":{"b":"2"}}`)
	first.raw(t, 200, "PATCH", "/api/v1/nodes/testnode", `{"metadata":{"labels":{"mine":"yes"}}}`)
	first.raw(t, 201, "POST", "/api/v1/namespaces", `{"metadata":{"name":"work"}}`)
	pod := first.running(t, "web")
	before := do[v1.ConfigMap](t, first, 200, "GET", configMaps+"/one", "")

	second := startOn(t, e)
	after := do[v1.ConfigMap](t, second, 200, "GET", configMaps+"/one", "")
	if after.UID != before.UID || len(after.Data) != 2 || after.ResourceVersion <= before.ResourceVersion {
		t.Errorf("after the restart %+v", after)
	}
	if got := do[v1.Pod](t, second, 200, "GET", pods+"/web", ""); got.UID != pod.UID || got.Status.Phase != v1.PodRunning {
		t.Errorf("pod %+v", got)
	}
	if got := do[v1.Node](t, second, 200, "GET", "/api/v1/nodes/testnode", ""); got.Labels["mine"] != "yes" {
		t.Errorf("labels of the node %v", got.Labels)
	}
	second.raw(t, 200, "GET", "/api/v1/namespaces/work/serviceaccounts/default", "")
	if e := second.watch(t, configMaps+"?watch=true&resourceVersion="+before.ResourceVersion).next(); e.Object.Code != 410 {
		t.Errorf("a version of the server before: %+v", e)
	}
}

func TestWritesOfOtherProcesses(t *testing.T) {
	c := start(t)
	made := do[v1.ConfigMap](t, c, 201, "POST", configMaps, configMapBody("one"))
	item, _ := c.server.Store().List("configmaps", "default")
	obj := item[1].Object.DeepCopyObject().(*v1.ConfigMap)
	obj.Data["other"], obj.ResourceVersion = "process", ""
	data, err := json.Marshal(obj)
	if err != nil {
		t.Fatal(err)
	}
	record := apiserver.Record{Resource: "configmaps", Namespace: "default", Name: "one", UID: obj.UID, Revision: 2, JSON: data}
	if err := c.engine.Save(context.Background(), record); err != nil {
		t.Fatal(err)
	}
	c.refused(t, 409, metav1.StatusReasonConflict, "PUT", configMaps+"/one",
		configMapBody("one", fmt.Sprintf(`,"labels":{"a":"b"},"resourceVersion":%q`, made.ResourceVersion)))
	got := do[v1.ConfigMap](t, c, 200, "PATCH", configMaps+"/one", `{"data":{"b":"2"}}`)
	if got.Data["other"] != "process" || got.Data["b"] != "2" {
		t.Errorf("the patch of the loser gives %v", got.Data)
	}
	c.engine.looks[0] <- struct{}{}
	if err := c.engine.Save(context.Background(), record); !apierrors.IsConflict(err) {
		t.Errorf("an old revision was taken: %v", err)
	}
}

func TestReviews(t *testing.T) {
	c := start(t)
	got := c.raw(t, 201, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", `{"spec":{"resourceAttributes":{"verb":"create","resource":"pods"}}}`)
	if !strings.Contains(string(got), `"allowed":true`) {
		t.Errorf("review %s", got)
	}
}

func TestUsage(t *testing.T) {
	c := start(t)
	c.running(t, "web")
	got := string(c.raw(t, 200, "GET", "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=app%3Dweb", ""))
	if !strings.Contains(got, `"usage":{"cpu":"250m","memory":"64Mi"}`) {
		t.Errorf("metrics %s", got)
	}
	c.raw(t, 200, "GET", "/apis/metrics.k8s.io/v1beta1/nodes/testnode", "")
	c.refused(t, 404, metav1.StatusReasonNotFound, "GET", "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/none", "")
}

// Pods that do not tolerate a NoExecute taint of the node are deleted, those that
// do for a time when it is over, and none when the taint is taken off before.
func TestTaintsEvict(t *testing.T) {
	c := start(t)
	tolerations := func(name, more string) string {
		return `{"metadata":{"name":"` + name + `"},"spec":{"terminationGracePeriodSeconds":0,"tolerations":[` + more + `],"containers":[{"name":"c","image":"i"}]}}`
	}
	const key = `{"key":"k","operator":"Equal","value":"v","effect":"NoExecute"`
	c.raw(t, 201, "POST", pods, tolerations("at-once", ""))
	c.raw(t, 201, "POST", pods, tolerations("later", key+`,"tolerationSeconds":3600}`))
	c.raw(t, 201, "POST", pods, tolerations("soon", key+`,"tolerationSeconds":1}`))
	c.raw(t, 201, "POST", pods, tolerations("stays", key+`}`))
	nodes := do[v1.NodeList](t, c, 200, "GET", "/api/v1/nodes", "")
	c.raw(t, 200, "PATCH", "/api/v1/nodes/"+nodes.Items[0].Name, `{"spec":{"taints":[{"key":"k","value":"v","effect":"NoExecute"}]}}`)
	c.gone(t, pods+"/at-once")
	c.gone(t, pods+"/soon")
	c.raw(t, 200, "PATCH", "/api/v1/nodes/"+nodes.Items[0].Name, `{"spec":{"taints":null}}`)
	for _, name := range []string{"later", "stays"} {
		if pod := do[v1.Pod](t, c, 200, "GET", pods+"/"+name, ""); pod.DeletionTimestamp != nil {
			t.Errorf("%s is being deleted", name)
		}
	}
}

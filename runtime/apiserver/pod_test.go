package apiserver_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const pods = "/api/v1/namespaces/default/pods"

func podBody(name string, spec ...string) string {
	return fmt.Sprintf(`{"kind":"Pod","apiVersion":"v1","metadata":{"name":%q,"labels":{"app":%q}},"spec":{"containers":[{"name":"c","image":"busybox:1"}]%s}}`, name, name, strings.Join(spec, ""))
}

// running makes a pod and waits until it runs.
func (c *cluster) running(t *testing.T, name string, spec ...string) v1.Pod {
	t.Helper()
	c.raw(t, 201, "POST", pods, podBody(name, spec...))
	var pod v1.Pod
	eventually(t, name+" runs", func() bool {
		pod = do[v1.Pod](t, c, 200, "GET", pods+"/"+name, "")
		return pod.Status.Phase == v1.PodRunning
	})
	return pod
}

func (c *cluster) gone(t *testing.T, path string) {
	t.Helper()
	eventually(t, path+" is gone", func() bool {
		response, err := c.send(t.Context(), "GET", path, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode == 404
	})
}

func TestPodIsAdmitted(t *testing.T) {
	c := start(t)
	pod := do[v1.Pod](t, c, 201, "POST", pods, podBody("web"))
	if pod.Generation != 1 || pod.Status.Phase != v1.PodPending || pod.Status.QOSClass != v1.PodQOSBestEffort {
		t.Errorf("pod %+v %+v", pod.ObjectMeta, pod.Status)
	}
	spec := pod.Spec
	if spec.NodeName != "testnode" || spec.ServiceAccountName != "default" || *spec.Priority != 0 || *spec.EnableServiceLinks != true || len(spec.Tolerations) != 2 {
		t.Errorf("spec %+v", spec)
	}
	if len(spec.Volumes) != 0 {
		t.Error("a token is mounted although pods cannot reach the server")
	}
}

func TestPodAdmissionRefuses(t *testing.T) {
	c := start(t)
	for spec, want := range map[string]string{
		`,"runtimeClassName":"none"`:   `pod rejected: RuntimeClass "none" not found`,
		`,"priorityClassName":"none"`:  "no PriorityClass with name none was found",
		`,"serviceAccountName":"none"`: `serviceaccount "none" not found`,
		`,"priority":5`:                "must not be provided in pod spec",
		`,"overhead":{"cpu":"1"}`:      "without corresponding RuntimeClass",
	} {
		if message := c.refused(t, 403, metav1.StatusReasonForbidden, "POST", pods, podBody("web", spec)); !strings.Contains(message, want) {
			t.Errorf("%s: %q", spec, message)
		}
	}
	if message := c.refused(t, 422, metav1.StatusReasonInvalid, "POST", pods, podBody("web", `,"restartPolicy":"Sometimes"`)); !strings.Contains(message, "spec.restartPolicy") {
		t.Errorf("message %q", message)
	}
}

func TestPodFollowsItsClasses(t *testing.T) {
	c := start(t)
	c.raw(t, 201, "POST", "/apis/node.k8s.io/v1/runtimeclasses", `{"metadata":{"name":"heavy"},"handler":"runc","overhead":{"podFixed":{"cpu":"10m"}},"scheduling":{"nodeSelector":{"a":"b"}}}`)
	c.raw(t, 201, "POST", "/apis/scheduling.k8s.io/v1/priorityclasses", `{"metadata":{"name":"high"},"value":1000,"preemptionPolicy":"Never"}`)
	pod := do[v1.Pod](t, c, 201, "POST", pods, podBody("web", `,"runtimeClassName":"heavy","priorityClassName":"high"`))
	if pod.Spec.Overhead.Cpu().String() != "10m" || pod.Spec.NodeSelector["a"] != "b" || *pod.Spec.Priority != 1000 || *pod.Spec.PreemptionPolicy != v1.PreemptNever {
		t.Errorf("spec %+v", pod.Spec)
	}
}

func TestPodUpdateCountsGenerations(t *testing.T) {
	c := start(t)
	pod := c.running(t, "web")
	if got := do[v1.Pod](t, c, 200, "PATCH", pods+"/web", `{"metadata":{"labels":{"x":"y"}}}`); got.Generation != 1 {
		t.Errorf("a label counts: generation %d", got.Generation)
	}
	got := do[v1.Pod](t, c, 200, "PATCH", pods+"/web", `{"spec":{"containers":[{"name":"c","image":"busybox:2"}]},"status":{"phase":"Failed"}}`)
	if got.Generation != 2 || got.Spec.Containers[0].Image != "busybox:2" || got.Status.Phase != v1.PodRunning {
		t.Errorf("generation %d, %s, %s", got.Generation, got.Spec.Containers[0].Image, got.Status.Phase)
	}
	c.engine.mu.Lock()
	kept := c.engine.pods[pod.UID]
	if kept.Labels["x"] != "y" || kept.Spec.Containers[0].Image != "busybox:2" || kept.Generation != 2 {
		t.Errorf("the engine has %+v", kept)
	}
	c.engine.mu.Unlock()
	c.refused(t, 422, metav1.StatusReasonInvalid, "PATCH", pods+"/web", `{"spec":{"restartPolicy":"Never"}}`)
}

func TestPodSubresources(t *testing.T) {
	c := start(t)
	body := strings.Replace(podBody("web"), `"busybox:1"`, `"busybox:1","resources":{"requests":{"cpu":"500m"}}`, 1)
	c.raw(t, 201, "POST", pods, body)
	eventually(t, "it runs", func() bool { return do[v1.Pod](t, c, 200, "GET", pods+"/web", "").Status.Phase == v1.PodRunning })
	got := do[v1.Pod](t, c, 200, "PATCH", pods+"/web/status", `{"status":{"conditions":[{"type":"example.com/open","status":"True"}]},"spec":{"activeDeadlineSeconds":5},"metadata":{"annotations":{"a":"b"}}}`)
	if got.Spec.ActiveDeadlineSeconds != nil || got.Annotations["a"] != "b" || got.Generation != 1 {
		t.Errorf("status write changed %+v", got)
	}
	eventually(t, "the condition comes back from the engine", func() bool {
		for _, condition := range do[v1.Pod](t, c, 200, "GET", pods+"/web/status", "").Status.Conditions {
			if condition.Type == "example.com/open" {
				return true
			}
		}
		return false
	})
	got = do[v1.Pod](t, c, 200, "PATCH", pods+"/web/ephemeralcontainers", `{"spec":{"ephemeralContainers":[{"name":"debug","image":"busybox","targetContainerName":"c"}]}}`)
	if len(got.Spec.EphemeralContainers) != 1 || got.Generation != 2 {
		t.Errorf("ephemeral containers %+v, generation %d", got.Spec.EphemeralContainers, got.Generation)
	}
	got = do[v1.Pod](t, c, 200, "PATCH", pods+"/web/resize", `{"spec":{"containers":[{"name":"c","image":"other","resources":{"requests":{"cpu":"1"}}}]}}`)
	if got.Spec.Containers[0].Resources.Requests.Cpu().String() != "1" || got.Spec.Containers[0].Image != "busybox:1" {
		t.Errorf("resized %+v", got.Spec.Containers[0])
	}
	c.refused(t, 405, metav1.StatusReasonMethodNotAllowed, "POST", pods+"/web/binding", "{}")
	c.raw(t, 201, "POST", pods+"/web/eviction", `{"kind":"Eviction","apiVersion":"policy/v1","metadata":{"name":"web"}}`)
	c.gone(t, pods+"/web")
}

func TestPodDeletionIsGraceful(t *testing.T) {
	e := newEngine()
	e.manual = true
	c := startOn(t, e)
	pod := do[v1.Pod](t, c, 201, "POST", pods, podBody("web"))
	e.change(pod.UID, run)
	eventually(t, "it runs", func() bool { return do[v1.Pod](t, c, 200, "GET", pods+"/web", "").Status.Phase == v1.PodRunning })

	first := do[v1.Pod](t, c, 200, "DELETE", pods+"/web", "")
	if first.DeletionTimestamp == nil || *first.DeletionGracePeriodSeconds != 30 || first.Generation != 2 {
		t.Fatalf("deleted %+v", first.ObjectMeta)
	}
	later := do[v1.Pod](t, c, 200, "DELETE", pods+"/web?gracePeriodSeconds=60", "")
	if *later.DeletionGracePeriodSeconds != 30 || later.ResourceVersion != first.ResourceVersion {
		t.Errorf("a longer grace took: %+v", later.ObjectMeta)
	}
	shorter := do[v1.Pod](t, c, 200, "DELETE", pods+"/web", `{"gracePeriodSeconds":5}`)
	if *shorter.DeletionGracePeriodSeconds != 5 || shorter.Generation != 2 || first.DeletionTimestamp.Sub(shorter.DeletionTimestamp.Time) != 25*time.Second {
		t.Errorf("shortened %+v", shorter.ObjectMeta)
	}
	c.raw(t, 200, "DELETE", pods+"/web?gracePeriodSeconds=0", "")
	c.refused(t, 404, metav1.StatusReasonNotFound, "GET", pods+"/web", "")
	c.raw(t, 201, "POST", pods, podBody("web"))
}

func TestPodFinalizers(t *testing.T) {
	c := start(t)
	for _, how := range []string{"", "?gracePeriodSeconds=0"} {
		c.running(t, "web")
		c.raw(t, 200, "PATCH", pods+"/web", `{"metadata":{"finalizers":["example.com/hold"]}}`)
		c.raw(t, 200, "DELETE", pods+"/web"+how, "")
		eventually(t, "it ends", func() bool { return do[v1.Pod](t, c, 200, "GET", pods+"/web", "").Status.Phase == v1.PodSucceeded })
		c.raw(t, 200, "PATCH", pods+"/web", `{"metadata":{"finalizers":null}}`)
		c.gone(t, pods+"/web")
	}
}

func TestGatedPodWaitsForTheNode(t *testing.T) {
	c := start(t)
	pod := do[v1.Pod](t, c, 201, "POST", pods, podBody("web", `,"schedulingGates":[{"name":"example.com/gate"}]`))
	if pod.Spec.NodeName != "" || pod.Status.Conditions[0].Reason != v1.PodReasonSchedulingGated {
		t.Errorf("pod %+v %+v", pod.Spec.NodeName, pod.Status)
	}
	got := do[v1.Pod](t, c, 200, "PATCH", pods+"/web", `{"spec":{"schedulingGates":[]}}`, header{"Content-Type": "application/merge-patch+json"})
	if got.Spec.NodeName != "testnode" {
		t.Errorf("node %q", got.Spec.NodeName)
	}
	eventually(t, "it runs", func() bool { return do[v1.Pod](t, c, 200, "GET", pods+"/web", "").Status.Phase == v1.PodRunning })
}

func TestPodsOfOthersAppear(t *testing.T) {
	c := start(t)
	w := c.watch(t, "/api/v1/pods?watch=true")
	other := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "made-by-run", Namespace: "elsewhere", UID: types.UID("u1")}}
	other.Spec.NodeName = "testnode"
	if err := c.engine.Create(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	w.expect("ADDED", "made-by-run")
	w.expect("MODIFIED", "made-by-run")
	c.raw(t, 200, "GET", "/api/v1/namespaces/elsewhere/serviceaccounts/default", "")
	c.refused(t, 409, metav1.StatusReasonAlreadyExists, "POST", "/api/v1/namespaces/elsewhere/pods", podBody("made-by-run"))
	if err := c.engine.Kill(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	w.expect("DELETED", "made-by-run")
}

func TestReadsDoNotAskTheEngine(t *testing.T) {
	c := start(t)
	c.running(t, "web")
	before := c.engine.calls.Load()
	var wait sync.WaitGroup
	for range 24 {
		wait.Go(func() {
			for range 20 {
				c.raw(t, 200, "GET", pods+"/web", "")
			}
		})
	}
	wait.Wait()
	// The server's own looks after the start and after the last hint may fall into this time.
	if asked := c.engine.calls.Load() - before; asked > 4 {
		t.Errorf("480 reads asked the engine %d times", asked)
	}
}

func TestPodTable(t *testing.T) {
	c := start(t)
	c.running(t, "web")
	rows := do[metav1.Table](t, c, 200, "GET", pods, "", header{"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"})
	if got := fmt.Sprint(rows.Rows[0].Cells[:4]); got != "[web 1/1 Running 0]" {
		t.Errorf("row %s", got)
	}
}

func TestRacingCreatesLeaveOnePod(t *testing.T) {
	c := start(t)
	var wait sync.WaitGroup
	codes := make(chan int, 8)
	for range 8 {
		wait.Go(func() {
			response, err := c.send(t.Context(), "POST", pods, podBody("web"), nil)
			if err != nil {
				t.Error(err)
				return
			}
			response.Body.Close()
			codes <- response.StatusCode
		})
	}
	wait.Wait()
	close(codes)
	made := 0
	for code := range codes {
		switch code {
		case 201:
			made++
		case 409:
		default:
			t.Errorf("code %d", code)
		}
	}
	if made != 1 {
		t.Errorf("%d pods were made", made)
	}
}

// mine is a pod with a label more, as a client puts it that has read it.
func mine(t *testing.T, pod v1.Pod, label string) string {
	t.Helper()
	pod.Labels = map[string]string{"app": "web", "mine": label}
	whole, err := json.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	return string(whole)
}

// What clients see was changed: who has read the pod before has a conflict, and
// who has not, none.
func TestPodChangedByAnotherProcess(t *testing.T) {
	e := newEngine()
	e.manual = true
	c := startOn(t, e)
	pod := do[v1.Pod](t, c, 201, "POST", pods, podBody("web"))
	theirs := func(key string) {
		e.other(pod.UID, func(pod *v1.Pod) { pod.Labels[key] = "theirs" })
	}
	theirs("first")
	c.refused(t, 409, metav1.StatusReasonConflict, "PUT", pods+"/web", mine(t, pod, "first"))
	theirs("second")
	got := do[v1.Pod](t, c, 200, "PATCH", pods+"/web", `{"metadata":{"labels":{"mine":"too"}}}`)
	if got.Labels["first"] != "theirs" || got.Labels["second"] != "theirs" || got.Labels["mine"] != "too" {
		t.Errorf("labels %v", got.Labels)
	}
	theirs("third")
	pod.ResourceVersion = ""
	if got := do[v1.Pod](t, c, 200, "PUT", pods+"/web", mine(t, pod, "third")); got.Labels["mine"] != "third" {
		t.Errorf("labels %v", got.Labels)
	}
	theirs("fourth")
	if got := do[v1.Pod](t, c, 200, "DELETE", pods+"/web", ""); got.Labels["fourth"] != "theirs" || got.DeletionTimestamp == nil {
		t.Errorf("deleted %+v", got.ObjectMeta)
	}
}

// A revision that no client sees is nobody's conflict: the loop writes such.
func TestPodRevisedUnseen(t *testing.T) {
	e := newEngine()
	e.manual = true
	c := startOn(t, e)
	pod := do[v1.Pod](t, c, 201, "POST", pods, podBody("web"))
	unseen := func() { e.other(pod.UID, func(*v1.Pod) {}) }
	for _, label := range []string{"first", "second"} {
		unseen()
		pod = do[v1.Pod](t, c, 200, "PUT", pods+"/web", mine(t, pod, label))
		if pod.Labels["mine"] != label {
			t.Errorf("labels %v", pod.Labels)
		}
	}
	unseen()
	body := fmt.Sprintf(`{"metadata":{"labels":{"mine":"third"},"resourceVersion":%q}}`, pod.ResourceVersion)
	if pod = do[v1.Pod](t, c, 200, "PATCH", pods+"/web", body); pod.Labels["mine"] != "third" {
		t.Errorf("labels %v", pod.Labels)
	}
	unseen()
	body = fmt.Sprintf(`{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"resourceVersion":%q}}`, pod.ResourceVersion)
	if pod = do[v1.Pod](t, c, 200, "DELETE", pods+"/web", body); pod.DeletionTimestamp == nil {
		t.Errorf("deleted %+v", pod.ObjectMeta)
	}
}

// Many who write at once beside a process that revises the pod all succeed.
func TestManyWritersBesideAnotherProcess(t *testing.T) {
	e := newEngine()
	e.manual = true
	c := startOn(t, e)
	pod := do[v1.Pod](t, c, 201, "POST", pods, podBody("web"))
	var g errgroup.Group
	for i := range 8 {
		e.other(pod.UID, func(*v1.Pod) {})
		g.Go(func() error {
			response, err := c.send(t.Context(), "PATCH", pods+"/web", fmt.Sprintf(`{"metadata":{"labels":{"l%d":"x"}}}`, i), nil)
			if err == nil && response.StatusCode != 200 {
				err = fmt.Errorf("patch %d: %s", i, response.Status)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	if got := do[v1.Pod](t, c, 200, "GET", pods+"/web", ""); len(got.Labels) != 9 {
		t.Errorf("labels %v", got.Labels)
	}
}

// What the node leaves out of a pod is said to who makes it.
func TestPodLeftOutIsSaid(t *testing.T) {
	c := start(t)
	body := `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","readinessProbe":{"tcpSocket":{"port":1}}}]}}`
	response, err := c.send(t.Context(), "POST", pods, body, nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if got := response.Header.Get("Warning"); response.StatusCode != 201 || !strings.Contains(got, "not probed") {
		t.Errorf("status %d, Warning %q", response.StatusCode, got)
	}
}

package apiserver_test

import (
	"slices"
	"strings"
	"testing"
)

// What Kubernetes warns of, and what it drops, is said to who makes a pod. Who changes one hears nothing.
func TestPodWarnings(t *testing.T) {
	c := start(t)
	body := `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i",` +
		`"env":[{"name":"A"},{"name":"A"}],"lifecycle":{"stopSignal":"SIGUSR1"},"resources":{"limits":{"memory":"64m"}}}]}}`
	want := []string{
		`299 - "spec.containers[0].lifecycle.stopSignal: left out, as in Kubernetes, where the feature that it belongs to is off by default"`,
		`299 - "spec.containers[0].resources.limits[memory]: fractional byte value \"64m\" is invalid, must be an integer"`,
		`299 - "spec.containers[0].resources.requests[memory]: fractional byte value \"64m\" is invalid, must be an integer"`,
		`299 - "spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply"`,
	}
	if got := c.warnings(t, "POST", pods, body); !slices.Equal(got, want) {
		t.Errorf("want %q, got %q", want, got)
	}
	if got := c.warnings(t, "PATCH", pods+"/p", `{"metadata":{"labels":{"a":"b"}}}`); len(got) > 0 {
		t.Errorf("a change: %q", got)
	}
}

// A node that a scheduler would pass over takes pods all the same, which is said.
func TestWarningsOfANodeThatIsShut(t *testing.T) {
	c := start(t)
	const node = "testnode"
	pod := func(name, tolerations string) string {
		return `{"metadata":{"name":"` + name + `"},"spec":{"tolerations":[` + tolerations + `],"containers":[{"name":"c","image":"i"}]}}`
	}
	c.raw(t, 200, "PATCH", "/api/v1/nodes/"+node, `{"spec":{"taints":[{"key":"a","value":"b","effect":"NoSchedule"}]}}`)
	if got := c.warnings(t, "POST", pods, pod("tainted", "")); len(got) != 1 || !strings.Contains(got[0], "node "+node+" has the taint a=b:NoSchedule, and the pod runs") {
		t.Errorf("%q", got)
	}
	if got := c.warnings(t, "POST", pods, pod("tolerates", `{"key":"a","operator":"Exists"}`)); len(got) > 0 {
		t.Errorf("one that tolerates the taint: %q", got)
	}
	c.raw(t, 200, "PATCH", "/api/v1/nodes/"+node, `{"spec":{"unschedulable":true,"taints":null}}`)
	if got := c.warnings(t, "POST", pods, pod("cordoned", "")); len(got) != 1 || !strings.Contains(got[0], "node "+node+" is cordoned, and the pod runs") {
		t.Errorf("%q", got)
	}
}

// A service is warned of when it is made and when it is changed: nothing answers there.
func TestServiceWarnings(t *testing.T) {
	c := start(t)
	const services = "/api/v1/namespaces/default/services"
	body := `{"kind":"Service","apiVersion":"v1","metadata":{"name":"s"},"spec":{"ports":[{"port":80}],"externalName":"a.b"}}`
	for _, r := range [][2]string{{"POST", services}, {"PATCH", services + "/s"}} {
		got := c.warnings(t, r[0], r[1], body)
		if len(got) != 2 || !strings.Contains(got[0], "spec.externalName is ignored") || !strings.Contains(got[1], "nothing answers") {
			t.Errorf("%s: %q", r[0], got)
		}
	}
}

// No client gets more warnings than its headers hold.
func TestWarningsAreBounded(t *testing.T) {
	c := start(t)
	env := strings.Repeat(`,{"name":"A"}`, 5000)
	got := c.warnings(t, "POST", pods, `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","env":[{"name":"A"}`+env+`]}]}}`)
	if len(got) < 10 || len(got) > 100 || !strings.HasSuffix(got[len(got)-1], ` more warnings"`) {
		t.Errorf("%d warnings, the last %q", len(got), got[max(len(got)-1, 0):])
	}
}

// warnings sends a request that is done, and returns the warnings that came with the answer.
func (c *cluster) warnings(t *testing.T, method, path, body string) []string {
	t.Helper()
	response, err := c.send(t.Context(), method, path, body, nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %s", method, path, response.Status)
	}
	return response.Header.Values("Warning")
}

package apiserver_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/access"
)

// startForPods starts a server that pods reach.
func startForPods(t *testing.T) *cluster {
	t.Helper()
	return startWith(t, newEngine(), &access.API{Host: "172.17.0.1", Port: 6443, CA: []byte("the CA of pods"), Secret: []byte("secret")})
}

// podClient is a client with the token of a pod.
type podClient struct {
	*cluster
	header header
}

// as is a client of a pod's door, with a token that is good for a while.
func (c *cluster) as(t *testing.T, pod *v1.Pod, audience string, life time.Duration) podClient {
	t.Helper()
	bound := access.Bound{Namespace: pod.Namespace, Pod: access.Object{Name: pod.Name, UID: string(pod.UID)}, Account: access.Object{Name: "default"}}
	text, err := c.server.API.Sign(access.NewToken(bound, audience, time.Now(), life))
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(c.server.PodHandler())
	t.Cleanup(front.Close)
	return podClient{&cluster{engine: c.engine, server: c.server, url: front.URL}, header{"Authorization": "Bearer " + text}}
}

func (c *cluster) pod(t *testing.T, name string) *v1.Pod {
	t.Helper()
	pod := do[v1.Pod](t, c, 201, "POST", "/api/v1/namespaces/default/pods", podBody(name))
	return &pod
}

func TestWhatAPodMay(t *testing.T) {
	c := startForPods(t)
	p := c.as(t, c.pod(t, "web"), "", time.Hour)
	const own, other = "/api/v1/namespaces/default", "/api/v1/namespaces/kube-system"
	for _, ask := range []struct {
		code               int
		method, path, body string
	}{
		{200, "GET", "/version", ""},
		{200, "GET", "/api/v1", ""},
		{200, "GET", own + "/pods/web", ""},
		{200, "GET", own + "/pods", ""},
		{201, "POST", own + "/configmaps", configMapBody("mine", "")},
		{200, "DELETE", own + "/configmaps/mine", ""},
		{200, "GET", "/api/v1/nodes", ""},
		{200, "GET", own, ""},
		{403, "DELETE", own, ""},
		{403, "POST", "/api/v1/namespaces", `{"metadata":{"name":"more"}}`},
		{403, "GET", "/api/v1/pods", ""},
		{403, "GET", "/api/v1/secrets", ""},
		{403, "GET", other + "/configmaps/kube-root-ca.crt", ""},
		{403, "GET", other + "/pods?watch=true", ""},
		{403, "POST", other + "/configmaps", configMapBody("theirs", "")},
		{403, "POST", own + "/pods", podBody("another")},
		{403, "PATCH", own + "/pods/web", `{}`},
		{403, "DELETE", own + "/pods/web", ""},
		{403, "DELETE", own + "/pods", ""},
		{403, "GET", own + "/pods/web/exec?command=id", ""},
		{403, "POST", own + "/pods/web/attach", ""},
		{403, "POST", own + "/pods/web/portforward", ""},
		{403, "GET", own + "/pods/web/proxy/", ""},
		{403, "POST", own + "/pods/web/eviction", `{}`},
		{403, "PATCH", own + "/pods/web/ephemeralcontainers", `{}`},
		{403, "PATCH", own + "/pods/web/status", `{}`},
		{403, "GET", "/apis/metrics.k8s.io/v1beta1/pods", ""},
		{200, "GET", "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods", ""},
		{403, "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", `{}`},
	} {
		p.raw(t, ask.code, ask.method, ask.path, ask.body, p.header)
	}
	message := p.refused(t, 403, metav1.StatusReasonForbidden, "GET", "/api/v1/pods", "", p.header)
	if want := `User "system:serviceaccount:default:default" cannot list resource "pods" in API group "" at the cluster scope`; !strings.Contains(message, want) {
		t.Errorf("it is told %q, without %q", message, want)
	}
}

func TestWhoGetsInAsAPod(t *testing.T) {
	c := startForPods(t)
	pod := c.pod(t, "web")
	good := c.as(t, pod, "", time.Hour)
	namesake := pod.DeepCopy()
	namesake.UID = "another"
	for name, p := range map[string]podClient{
		"one before of the name": c.as(t, namesake, "", time.Hour),
		"another audience":       c.as(t, pod, "vault", time.Hour),
		"a token that is over":   c.as(t, pod, "", -time.Second),
		"no token":               {good.cluster, header{"Authorization": ""}},
		"the user's token":       {good.cluster, header{"Authorization": "Bearer " + token}},
	} {
		if message := p.refused(t, 401, metav1.StatusReasonUnauthorized, "GET", "/version", "", p.header); !strings.Contains(message, access.Folder) {
			t.Errorf("%s: told %q", name, message)
		}
	}
	c.refused(t, 401, metav1.StatusReasonUnauthorized, "GET", "/version", "", good.header) // the loopback is for the user alone
	good.raw(t, 200, "GET", "/version", "", good.header)
	c.raw(t, 200, "DELETE", "/api/v1/namespaces/default/pods/web?gracePeriodSeconds=0", "")
	good.raw(t, 401, "GET", "/version", "", good.header)
}

func TestWhatAPodIsToldOfItself(t *testing.T) {
	c := startForPods(t)
	p := c.as(t, c.pod(t, "web"), "", time.Hour)
	self := do[authenticationv1.SelfSubjectReview](t, p.cluster, 201, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", `{}`, p.header)
	if want := "system:serviceaccount:default:default"; self.Status.UserInfo.Username != want {
		t.Errorf("it is %q, want %q", self.Status.UserInfo.Username, want)
	}
	for spec, want := range map[string]bool{
		`"resourceAttributes":{"namespace":"default","verb":"list","resource":"pods"}`:                                   true,
		`"resourceAttributes":{"namespace":"default","verb":"create","resource":"pods"}`:                                 false,
		`"resourceAttributes":{"namespace":"default","verb":"get","resource":"pods","subresource":"exec"}`:               false,
		`"resourceAttributes":{"namespace":"default","verb":"update","resource":"leases","group":"coordination.k8s.io"}`: true,
		`"resourceAttributes":{"verb":"list","resource":"secrets"}`:                                                      false,
		`"resourceAttributes":{"namespace":"default","verb":"get","resource":"nothing"}`:                                 false,
		`"nonResourceAttributes":{"verb":"get","path":"/version"}`:                                                       true,
	} {
		got := do[authorizationv1.SelfSubjectAccessReview](t, p.cluster, 201, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", `{"spec":{`+spec+`}}`, p.header)
		if got.Status.Allowed != want {
			t.Errorf("%s: %t", spec, got.Status.Allowed)
		}
	}
}

// Namespaces and the service kubernetes tell of the API that pods reach.
func TestWhatPodsFind(t *testing.T) {
	c := startForPods(t)
	if ca := do[v1.ConfigMap](t, c, 200, "GET", "/api/v1/namespaces/default/configmaps/kube-root-ca.crt", ""); ca.Data["ca.crt"] != "the CA of pods" {
		t.Errorf("root CA %v", ca.Data)
	}
	service := do[v1.Service](t, c, 200, "GET", "/api/v1/namespaces/default/services/kubernetes", "")
	if service.Spec.ClusterIP != "172.17.0.1" || service.Spec.Ports[0].Port != 6443 || service.Labels["provider"] != "kubernetes" {
		t.Errorf("service %+v", service)
	}
}

// kubectl --as: a service account may what its pods may, and others are not known.
func TestImpersonation(t *testing.T) {
	c := start(t)
	const own = "/api/v1/namespaces/default"
	account := header{"Impersonate-User": "system:serviceaccount:default:default"}
	c.raw(t, 200, "GET", own+"/pods", "", account)
	message := c.refused(t, 403, metav1.StatusReasonForbidden, "POST", own+"/pods", podBody("web"), account)
	if want := `User "system:serviceaccount:default:default" cannot create resource "pods"`; !strings.Contains(message, want) {
		t.Errorf("told %q, without %q", message, want)
	}
	ask := `{"spec":{"resourceAttributes":{"verb":"create","resource":"pods","namespace":"default"}}}`
	const reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
	if do[authorizationv1.SelfSubjectAccessReview](t, c, 201, "POST", reviews, ask, account).Status.Allowed {
		t.Error("a service account may create pods")
	}
	const self = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
	if who := do[authenticationv1.SelfSubjectReview](t, c, 201, "POST", self, `{}`, account).Status.UserInfo; who.Username != account["Impersonate-User"] {
		t.Errorf("it is %+v", who)
	}
	message = c.refused(t, 403, metav1.StatusReasonForbidden, "GET", own+"/pods", "", header{"Impersonate-User": "bob"})
	if want := `users "bob" is forbidden: there are service accounts, `; !strings.Contains(message, want) {
		t.Errorf("told %q, without %q", message, want)
	}
	for _, all := range []header{{"Impersonate-User": "minipod"}, {"Impersonate-User": "bob", "Impersonate-Group": "system:masters"}} {
		c.raw(t, 200, "GET", "/api/v1/secrets", "", all)
	}
}

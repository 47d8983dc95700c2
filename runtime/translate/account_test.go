package translate_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/access"
	"github.com/minipod/minipod/runtime/translate"
)

// born is when the pods of these tests were created.
var born = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// reached is a world in which pods reach the API.
func reached(now time.Time) translate.Inputs {
	return translate.Inputs{Now: now, API: &access.API{Host: "172.17.0.1", Port: 6443, CA: []byte("the CA"), Secret: []byte("a secret")}}
}

// tokenPod is a pod of serve, with the account robot, whose only volume has the sources.
func tokenPod(t *testing.T, spec, sources string) *translate.Blueprint {
	t.Helper()
	pod := filledPod(t, "serviceAccountName: robot\n"+spec, "projected: {sources: ["+sources+"]}").Pod
	pod.CreationTimestamp = metav1.NewTime(born)
	return translate.New(pod, translate.Options{API: true})
}

func payloadOf(t *testing.T, b *translate.Blueprint, in translate.Inputs) *translate.Payload {
	t.Helper()
	p, missing := b.Payload(b.Volumes[0], in)
	if missing != nil {
		t.Fatal(missing)
	}
	return p
}

// tokenOf verifies the token in a payload.
func tokenOf(t *testing.T, p *translate.Payload, now time.Time) access.Token {
	t.Helper()
	i := slices.IndexFunc(p.Files, func(f translate.File) bool { return f.Path == "token" })
	token, err := reached(now).API.Verify(string(p.Files[i].Data), now)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

const tokenSource = "{serviceAccountToken: {path: token, expirationSeconds: 1000}}"

func TestTokenVolume(t *testing.T) {
	const sources = tokenSource + ", {configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}}, {downwardAPI: {items: [{path: namespace, fieldRef: {fieldPath: metadata.namespace}}]}}"
	b := tokenPod(t, "", sources)
	if notes := b.Fatal(); notes != nil {
		t.Errorf("it is refused: %v", notes)
	}
	p := payloadOf(t, b, reached(born))
	got := map[string]string{}
	for _, f := range p.Files {
		got[f.Path] = string(f.Data)
	}
	delete(got, "token")
	if diff := cmp.Diff(map[string]string{"ca.crt": "the CA", "namespace": "default"}, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	want := access.Bound{Namespace: "default", Pod: access.Object{Name: "p", UID: testUID}, Account: access.Object{Name: "robot"}}
	if diff := cmp.Diff(want, tokenOf(t, p, born).Bound); diff != "" {
		t.Errorf("bound to (-want +got):\n%s", diff)
	}
	if needs := b.Needs(nil); !needs.API || len(needs.ConfigMaps) > 0 {
		t.Errorf("it needs %+v, not the API alone", needs)
	}
}

// The volume of the token in a manifest that was read from a cluster stays empty.
func TestTokenVolumeOfACluster(t *testing.T) {
	for _, volume := range []string{
		"{name: kube-api-access-x7z2q, projected: {sources: [" + tokenSource + ", {configMap: {name: kube-root-ca.crt}}]}}",
		"{name: default-token-x7z2q, secret: {secretName: default-token-x7z2q}}",
	} {
		b := translate.New(parseText(t, "p.yaml", notable("volumes: ["+volume+"]", "")), translate.Options{})
		if p := payloadOf(t, b, translate.Inputs{}); len(p.Files) > 0 || len(b.Fatal()) > 0 {
			t.Errorf("%s: %v, %v", volume, p.Files, b.Fatal())
		}
	}
}

// A token stays the same for four fifths of its life, whoever makes it.
func TestTokenTurns(t *testing.T) {
	b := tokenPod(t, "", tokenSource)
	first, later := payloadOf(t, b, reached(born)), born.Add(800*time.Second)
	if same := payloadOf(t, b, reached(later.Add(-time.Second))); same.Hash != first.Hash || !same.Until.Equal(later) || !first.Until.Equal(later) {
		t.Errorf("before its time is over it is %s until %s, not %s until %s", same.Hash, same.Until, first.Hash, later)
	}
	next := payloadOf(t, b, reached(later))
	if next.Hash == first.Hash || !next.Until.Equal(later.Add(800*time.Second)) {
		t.Errorf("then it is %s until %s", next.Hash, next.Until)
	}
	if token := tokenOf(t, next, later); token.From != later.Unix() || token.Until != later.Unix()+1000 {
		t.Errorf("it is good from %d until %d", token.From, token.Until)
	}
	if token := tokenOf(t, first, later); token.Until != born.Unix()+1000 {
		t.Errorf("the one before is good until %d", token.Until)
	}
}

func TestTokenAudience(t *testing.T) {
	b := tokenPod(t, "", "{serviceAccountToken: {path: token, audience: vault, expirationSeconds: 600}}")
	token := string(payloadOf(t, b, reached(born)).Files[0].Data)
	if got, err := reached(born).API.Verify(token, born); err == nil {
		t.Errorf("a token for vault is good for the API: %+v", got)
	}
}

func TestTokenOfAGroup(t *testing.T) {
	p := payloadOf(t, tokenPod(t, "securityContext: {fsGroup: 5}", tokenSource), reached(born))
	if mode := p.Files[0].Mode; mode != 0o640 {
		t.Errorf("mode %o, want 640", mode)
	}
}

func TestTokenIsNeverExplained(t *testing.T) {
	in := reached(born)
	in.Symbolic = true
	p := payloadOf(t, tokenPod(t, "", tokenSource), in)
	if text := string(p.Files[0].Data); !strings.Contains(text, "only minipod serve") {
		t.Errorf("the file holds %q", text)
	}
}

func TestWithoutTheAPI(t *testing.T) {
	b := tokenPod(t, "", tokenSource)
	if _, missing := b.Payload(b.Volumes[0], translate.Inputs{}); missing == nil || missing.Field != "spec.volumes[0].projected.sources[0].serviceAccountToken" {
		t.Errorf("the volume misses %+v", missing)
	}
	if _, missing := b.Units[0].Attempt(translate.Inputs{}, 0, 0); missing == nil || missing.Reason != translate.ReasonConfigError {
		t.Errorf("the container misses %+v", missing)
	}
}

// A pod is told of the API whatever it says of services, as on a node.
func TestAPIVariables(t *testing.T) {
	in := reached(born)
	in.PodIPs = []string{"172.17.0.2"}
	in.Services = []*v1.Service{{ObjectMeta: metav1.ObjectMeta{Name: "db"}, Spec: v1.ServiceSpec{ClusterIP: "10.96.0.2", Ports: []v1.ServicePort{{Port: 1}}}}}
	for _, c := range []struct {
		spec     string
		services bool
	}{{"enableServiceLinks: false", false}, {"", true}} {
		r, missing := tokenPod(t, c.spec, tokenSource).Units[0].Attempt(in, 0, 0)
		if missing != nil {
			t.Fatal(missing)
		}
		for _, want := range []string{"KUBERNETES_SERVICE_HOST=172.17.0.1", "KUBERNETES_SERVICE_PORT=6443", "KUBERNETES_SERVICE_PORT_HTTPS=6443", "KUBERNETES_PORT=tcp://172.17.0.1:6443"} {
			if !slices.Contains(r.Config.Env, want) {
				t.Errorf("%s: the environment has no %s: %q", c.spec, want, r.Config.Env)
			}
		}
		if got := slices.Contains(r.Config.Env, "DB_SERVICE_HOST=10.96.0.2"); got != c.services {
			t.Errorf("%s: told of db: %t", c.spec, got)
		}
	}
}

// What asks for a token is honoured in pods of serve, and noted in others.
func TestAccountNotes(t *testing.T) {
	pod := tokenPod(t, "automountServiceAccountToken: true", tokenSource).Pod
	of := func(opts translate.Options) int {
		var n int
		for _, note := range translate.New(pod, opts).Notes {
			if strings.Contains(note.Message, "no token is mounted") {
				n++
			}
		}
		return n
	}
	if with, without := of(translate.Options{API: true}), of(translate.Options{}); with != 0 || without != 3 {
		t.Errorf("%d notes with the API, %d without; want 0 and 3", with, without)
	}
}

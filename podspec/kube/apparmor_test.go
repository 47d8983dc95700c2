package kube_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec/kube"
)

// Profiles of AppArmor that annotations name, as before Kubernetes 1.30, become fields,
// and are warned of. A field that is there counts.
func TestAppArmorAnnotations(t *testing.T) {
	const key = "container.apparmor.security.beta.kubernetes.io/"
	name := "mine"
	local := &v1.AppArmorProfile{Type: v1.AppArmorProfileTypeLocalhost, LocalhostProfile: &name}
	unconfined := &v1.AppArmorProfile{Type: v1.AppArmorProfileTypeUnconfined}
	runtimes := &v1.AppArmorProfile{Type: v1.AppArmorProfileTypeRuntimeDefault}
	for _, c := range []struct {
		annotation string
		pod, field *v1.AppArmorProfile
		want       *v1.AppArmorProfile
		warned     bool
	}{
		{annotation: "localhost/mine", want: local, warned: true},
		{annotation: "runtime/default", want: runtimes, warned: true},
		{annotation: "unconfined", want: unconfined, warned: true},
		{annotation: "localhost/", warned: true},
		{annotation: "unconfined", pod: unconfined},
		{annotation: "unconfined", pod: local, want: unconfined, warned: true},
		{annotation: "unconfined", field: local, want: local},
	} {
		pod := somePod()
		container := pod.Spec.Containers[0].Name
		pod.Annotations = map[string]string{key + container: c.annotation, key + "nobody": "unconfined"}
		if c.pod != nil {
			pod.Spec.SecurityContext = &v1.PodSecurityContext{AppArmorProfile: c.pod}
		}
		if c.field != nil {
			pod.Spec.Containers[0].SecurityContext = &v1.SecurityContext{AppArmorProfile: c.field}
		}
		prepared := pod.DeepCopy()
		warnings := kube.TakePod(pod)
		if err := kube.PreparePod(prepared); err != nil {
			t.Fatal(err)
		}
		for _, p := range []*v1.Pod{pod, prepared} {
			var got *v1.AppArmorProfile
			if sc := p.Spec.Containers[0].SecurityContext; sc != nil {
				got = sc.AppArmorProfile
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.annotation, diff)
			}
		}
		want := 0
		if c.warned {
			want = 1
		}
		if len(warnings) != want || want > 0 && warnings[0].String() != "metadata.annotations["+key+container+`]: deprecated since v1.30; use the "appArmorProfile" field instead` {
			t.Errorf("%s: warnings %v", c.annotation, warnings)
		}
	}
}

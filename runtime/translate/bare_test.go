package translate

import (
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/access"
)

// What an API server, kubectl apply and debug add to a pod makes it no other one; what
// a manifest says does.
func TestSameThroughTheAPI(t *testing.T) {
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web"}}
	pod.Spec.Containers = []v1.Container{{Name: "main", Image: "image"}}
	stored := pod.DeepCopy()
	stored.UID, stored.Generation, stored.CreationTimestamp = "uid", 1, metav1.Now()
	stored.Spec.EphemeralContainers = []v1.EphemeralContainer{{EphemeralContainerCommon: v1.EphemeralContainerCommon{Name: "dbg", Image: "other"}}}
	stored.Annotations = map[string]string{v1.LastAppliedConfigAnnotation: "{}"}
	zero, policy, seconds := int32(0), v1.PreemptLowerPriority, int64(300)
	stored.Spec.NodeName, stored.Spec.ServiceAccountName, stored.Spec.DeprecatedServiceAccount = "machine", "default", "default"
	stored.Spec.Priority, stored.Spec.PreemptionPolicy = &zero, &policy
	for _, key := range []string{v1.TaintNodeNotReady, v1.TaintNodeUnreachable} {
		stored.Spec.Tolerations = append(stored.Spec.Tolerations, v1.Toleration{Key: key, Operator: v1.TolerationOpExists, Effect: v1.TaintEffectNoExecute, TolerationSeconds: &seconds})
	}
	stored.Spec.Volumes = []v1.Volume{{Name: access.TokenVolume + "x", VolumeSource: v1.VolumeSource{Projected: &v1.ProjectedVolumeSource{}}}}
	stored.Spec.Containers[0].VolumeMounts = []v1.VolumeMount{{Name: access.TokenVolume + "x", MountPath: access.Folder, ReadOnly: true}}
	alone := false
	want := New(pod, Options{AssumedAlways: []string{"main"}})
	have := New(stored, Options{SharePID: &alone, API: true})
	if !Same(want, have) {
		t.Errorf("%s\n%s", canonical(want.Pod, want.Options), canonical(have.Pod, have.Options))
	}
	for name, change := range map[string]func(*v1.Pod, *Options){
		"an image":      func(p *v1.Pod, _ *Options) { p.Spec.Containers[0].Image = "other" },
		"an annotation": func(p *v1.Pod, _ *Options) { p.Annotations = map[string]string{"a": "b"} },
		"a toleration":  func(p *v1.Pod, _ *Options) { p.Spec.Tolerations = []v1.Toleration{{Key: "a"}} },
		"an account":    func(p *v1.Pod, _ *Options) { p.Spec.ServiceAccountName = "robot" },
		"shared":        func(_ *v1.Pod, o *Options) { shared := true; o.SharePID = &shared },
		"a volume": func(p *v1.Pod, _ *Options) {
			p.Spec.Volumes = []v1.Volume{{Name: "v", VolumeSource: v1.VolumeSource{Projected: &v1.ProjectedVolumeSource{}}}}
		},
		"a network": func(_ *v1.Pod, o *Options) { o.Network = "n" },
	} {
		other, opts := pod.DeepCopy(), Options{}
		change(other, &opts)
		if Same(New(other, opts), have) {
			t.Errorf("%s makes no other pod", name)
		}
	}
}

package enginetest

import (
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// filledVolume fills a volume before its pause runs and while it does, and
// with the same twice.
func filledVolume(b *bench) {
	pod := b.want.Pod.DeepCopy()
	source := v1.ConfigMapVolumeSource{LocalObjectReference: v1.LocalObjectReference{Name: "m"}}
	pod.Spec.Volumes = []v1.Volume{{Name: "config", VolumeSource: v1.VolumeSource{ConfigMap: &source}}}
	pod.Spec.Containers[0].VolumeMounts = []v1.VolumeMount{{Name: "config", MountPath: "/config"}}
	b.want = translate.New(pod, translate.Options{})
	volume := b.want.Volumes[0]

	b.do(b.birth())
	w := b.world()
	if hash := w.Contents[volume.Docker]; hash != "" || len(w.Volumes) != 1 {
		b.Errorf("before it is filled it holds %q, of %v", hash, w.Volumes)
	}
	one, two := b.payload(map[string]string{"a": "1"}), b.payload(map[string]string{"a": "2", "b": ""})
	for _, p := range []*translate.Payload{one, one, two} {
		b.do(plan.Op{Kind: plan.FillVolume, Target: volume.Docker, Pause: w.Pause.ID, Payload: p})
		if hash := b.world().Contents[volume.Docker]; hash != p.Hash {
			b.Errorf("it holds %q, want %q", hash, p.Hash)
		}
	}
	b.do(plan.Op{Kind: plan.StartPause, Target: w.Pause.ID, Volumes: b.want.Volumes})
	for _, p := range []*translate.Payload{nil, one, two} {
		if p != nil {
			b.do(plan.Op{Kind: plan.FillVolume, Target: volume.Docker, Pause: w.Pause.ID, Payload: p})
		} else {
			p = two
		}
		if hash := b.world().Contents[volume.Docker]; hash != p.Hash {
			b.Errorf("in a pod that runs it holds %q, want %q", hash, p.Hash)
		}
	}
}

// payload is what the volume of filledVolume holds for this data.
func (b *bench) payload(data map[string]string) *translate.Payload {
	p, missing := b.want.Payload(b.want.Volumes[0], translate.Inputs{ConfigMaps: map[string]*v1.ConfigMap{"m": {Data: data}}})
	if missing != nil {
		b.Fatal(missing)
	}
	return p
}

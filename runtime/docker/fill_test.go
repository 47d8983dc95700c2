package docker

import (
	"path"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Two who fill a volume one after the other leave no link that is on its way,
// whether the pause runs or not.
func TestFillTwice(t *testing.T) {
	e := live(t)
	field := &v1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.labels"}
	spec := onlyShell("sleep 1000")
	spec.Volumes = []v1.Volume{{Name: "info", VolumeSource: v1.VolumeSource{DownwardAPI: &v1.DownwardAPIVolumeSource{
		Items: []v1.DownwardAPIVolumeFile{{Path: "labels", FieldRef: field}},
	}}}}
	spec.Containers[0].VolumeMounts = []v1.VolumeMount{{Name: "info", MountPath: "/info"}}
	p := newPod(t, e, spec)
	p.do(plan.Op{Kind: plan.CreatePause, Request: &p.want.Pause})
	volume := p.want.Filled()[0]
	fill := func(label string) {
		pod := p.want.Pod.DeepCopy()
		pod.Labels = map[string]string{"colour": label}
		payload, missing := translate.New(pod, translate.Options{}).Payload(volume, translate.Inputs{})
		if missing != nil {
			t.Fatal(missing)
		}
		p.do(plan.Op{Kind: plan.FillVolume, Target: volume.Docker, Pause: p.want.Pause.Name, Payload: payload})
		stat, err := e.cli.ContainerStatPath(t.Context(), p.want.Pause.Name, path.Join(volume.Target, translate.DataLink))
		if err != nil || translate.HashOfFolder(stat.LinkTarget) != payload.Hash {
			t.Errorf("%s: the volume holds %q, %v", label, stat.LinkTarget, err)
		}
		if _, err := e.cli.ContainerStatPath(t.Context(), p.want.Pause.Name, path.Join(volume.Target, nextLink)); !cerrdefs.IsNotFound(err) {
			t.Errorf("%s: a link is left over: %v", label, err)
		}
	}
	for _, label := range []string{"green", "green", "blue"} {
		fill(label)
	}
	p.do(plan.Op{Kind: plan.StartPause, Target: p.want.Pause.Name, Volumes: p.want.Volumes})
	for _, label := range []string{"blue", "red"} {
		fill(label)
	}
}

package enginetest

import (
	"context"
	"errors"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// resized changes the limits of a unit that runs, and takes one away.
func resized(b *bench) {
	b.pause()
	b.do(b.attempt(0, 0))
	b.do(plan.Op{Kind: plan.StartUnit, Target: b.latest().ID})
	shares := b.latest().Resources.CPUShares
	for _, want := range []plan.Resources{
		{CPUShares: 512, CPUQuota: 50_000, Memory: 64 << 20},
		{CPUShares: 256, CPUQuota: 20_000, Memory: 32 << 20},
		{CPUShares: 256, CPUQuota: 20_000, Memory: 128 << 20},
		{CPUShares: shares, Memory: 128 << 20},
	} {
		op := plan.Op{Kind: plan.Resize, Unit: contractUnit, Target: b.latest().ID, Resources: &want}
		if errors.Is(b.engine.Do(b.ctx, op, nil), plan.ErrUnsupported) {
			return // as Podman 4
		}
		b.do(op)
		if got := b.latest().Resources; got != want {
			b.Errorf("it has %s, want %s", got, want)
		}
	}
	b.refused(plan.Op{Kind: plan.Resize, Unit: contractUnit, Target: "no-such-container", Resources: &plan.Resources{CPUShares: 2}}, plan.ErrStale)
}

// podResized starts, resizes, starts again and removes a pod that has a cgroup,
// where the engine can have one.
func podResized(b *bench) {
	facts, ok := b.engine.(interface {
		Info(context.Context) (engine.Info, error)
	})
	if !ok {
		b.Fatal("the engine tells no facts")
	}
	info, err := facts.Info(b.ctx)
	if err != nil {
		b.Fatal(err)
	}
	b.want = limited(b.want.Pod, info.PodCgroups)
	cgroup, has := b.want.Pause.Host.CgroupParent, plan.ResourcesOf(b.want.Pause.Host.Resources)
	start := func() {
		b.do(plan.Op{Kind: plan.StartPause, Target: b.world().Pause.ID, Cgroup: cgroup, Resources: &has, Volumes: b.want.Volumes})
	}
	b.do(b.birth())
	start()
	b.do(b.attempt(0, 0))
	b.do(plan.Op{Kind: plan.StartUnit, Target: b.latest().ID})
	for _, want := range []plan.Resources{has, {CPUShares: 512, CPUQuota: 200_000, Memory: 64 << 20}, {CPUShares: 256, CPUQuota: 50_000, Memory: 32 << 20}} {
		if has = want; cgroup != "" {
			b.do(plan.Op{Kind: plan.Resize, Target: b.world().Pause.ID, Cgroup: cgroup, Resources: &want})
		}
		if w := b.world(); w.Pause.Cgroup != cgroup || cgroup != "" && w.Pause.Resources != want {
			b.Errorf("the pod has %s in %q, want %s in %q", w.Pause.Resources, w.Pause.Cgroup, want, cgroup)
		}
	}
	b.do(plan.Op{Kind: plan.StopUnit, Target: b.latest().ID})
	b.do(plan.Op{Kind: plan.StopPause, Target: b.world().Pause.ID})
	start()
	b.do(plan.Op{Kind: plan.RemoveUnit, Target: b.latest().ID})
	b.do(plan.Op{Kind: plan.RemovePause, Target: b.world().Pause.ID, Cgroup: cgroup})
	if b.world().Pause != nil {
		b.Error("the pause is there still")
	}
}

// limited is a pod with limits of its own, in a cgroup or not. Its container has
// the least that the pod is given.
func limited(pod *v1.Pod, cgroup bool) *translate.Blueprint {
	pod = pod.DeepCopy()
	list := func(cpu string) v1.ResourceList {
		return v1.ResourceList{v1.ResourceCPU: resource.MustParse(cpu), v1.ResourceMemory: resource.MustParse("32Mi")}
	}
	pod.Spec.Resources = &v1.ResourceRequirements{Requests: list("1"), Limits: list("1")}
	pod.Spec.Containers[0].Resources = v1.ResourceRequirements{Limits: list("500m")}
	return translate.New(pod, translate.Options{PodCgroup: cgroup})
}

package enginetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// contractUnit is the only container of the contract's pods.
const contractUnit = "main"

// contractPod is a pod with a volume of each kind and a container that runs
// until it is stopped, of a name of its own.
func contractPod(test string) *translate.Blueprint {
	id := fmt.Sprintf("%x", sha256.Sum256([]byte(contractNamespace()+test)))
	grace := int64(0)
	pod := &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: contractNamespace(), Name: "pod-" + id[:8],
			UID: types.UID(fmt.Sprintf("%s-%s-%s-%s-%s", id[:8], id[8:12], id[12:16], id[16:20], id[20:32])),
		},
		Spec: v1.PodSpec{
			RestartPolicy:                 v1.RestartPolicyAlways,
			TerminationGracePeriodSeconds: &grace,
			Containers: []v1.Container{{
				Name: contractUnit, Image: "busybox", Command: []string{"sleep", "3600"}, ImagePullPolicy: v1.PullIfNotPresent,
			}},
			Volumes: []v1.Volume{
				{Name: "disk", VolumeSource: v1.VolumeSource{EmptyDir: &v1.EmptyDirVolumeSource{}}},
				{Name: "memory", VolumeSource: v1.VolumeSource{EmptyDir: &v1.EmptyDirVolumeSource{Medium: v1.StorageMediumMemory}}},
			},
		},
	}
	return translate.New(pod, translate.Options{})
}

func neverMade(b *bench) {
	if w := b.world(); !w.Gone() || w.Want != nil {
		b.Errorf("observed %+v, want a pod that is gone", w)
	}
	if b.listed() {
		b.Error("Pods lists it")
	}
}

func born(b *bench) {
	b.do(b.birth())
	w := b.world()
	if w.Pause == nil || w.Pause.State != plan.Created || w.Intent() != plan.Wanted || w.Pause.Policy != plan.PolicyAlways || w.Revision != 1 || w.Pause.Name != b.want.Pause.Name {
		b.Fatalf("pause is %+v, want one that is created and wanted", w.Pause)
	}
	if w.Want == nil || translate.RefOf(w.Want.Pod) != translate.RefOf(b.want.Pod) || len(w.Want.Units) != 1 {
		b.Errorf("want is %+v, want the pod of the request", w.Want)
	}
	if len(w.Volumes) != 2 {
		b.Errorf("volumes are %v, want those of the pause's mounts", w.Volumes)
	}
	if image, ok := w.Images["busybox"]; !ok || image.ID == "" {
		b.Errorf("images are %+v, want busybox, which the unit needs next", w.Images)
	}
	if !b.listed() {
		b.Error("Pods does not list it")
	}
	b.do(plan.Op{Kind: plan.StartPause, Target: w.Pause.ID, Volumes: b.want.Volumes})
	if w = b.world(); w.Pause.State != plan.Running || w.Pause.StartedAt.IsZero() || len(w.Pause.IPs) == 0 {
		b.Errorf("pause is %+v, want one that runs and has an address", w.Pause)
	}
}

func livesOnce(b *bench) {
	b.pause()
	b.do(b.attempt(0, 0))
	c := b.latest()
	if c.State != plan.Created || c.Unit != contractUnit || c.Attempt != 0 || c.Hash != b.want.Units[0].Hash || c.Ended() {
		b.Errorf("the attempt is %+v, want one that is created", c)
	}
	b.do(plan.Op{Kind: plan.StartUnit, Target: c.ID})
	b.do(plan.Op{Kind: plan.StartUnit, Target: c.ID}) // it runs, so it was started
	if c = b.latest(); c.State != plan.Running || c.StartedAt.IsZero() {
		b.Errorf("the attempt is %+v, want one that runs", c)
	}
	b.do(plan.Op{Kind: plan.StopUnit, Target: c.ID})
	b.do(plan.Op{Kind: plan.StopUnit, Target: c.ID})
	if c = b.latest(); c.State != plan.Exited || c.ExitCode == 0 || c.FinishedAt.IsZero() {
		b.Errorf("the attempt is %+v, want one that was ended", c)
	}
	b.refused(plan.Op{Kind: plan.StartUnit, Target: c.ID}, plan.ErrStale)
	b.do(plan.Op{Kind: plan.RemoveUnit, Target: c.ID})
	b.do(plan.Op{Kind: plan.RemoveUnit, Target: c.ID})
	if w := b.world(); len(w.Containers) != 0 {
		b.Errorf("containers are %+v, want none", w.Containers)
	}
}

func laterAttempt(b *bench) {
	b.pause()
	b.do(b.attempt(0, 0))
	b.do(b.attempt(1, 3))
	if c := b.latest(); c.Attempt != 1 || c.Backoff != 3 {
		b.Errorf("the latest is attempt %d at step %d, want 1 at 3", c.Attempt, c.Backoff)
	}
	if w := b.world(); len(w.Containers) != 2 {
		b.Errorf("there are %d attempts, want 2", len(w.Containers))
	}
}

func startsInRunningPause(b *bench) {
	b.do(b.birth())
	b.do(b.attempt(0, 0))
	if err := b.engine.Do(b.ctx, plan.Op{Kind: plan.StartUnit, Target: b.latest().ID}, nil); err == nil {
		b.Error("a unit starts though its pause does not run")
	}
}

func pauseAgain(b *bench) {
	b.pause()
	first := b.world().Pause
	b.do(plan.Op{Kind: plan.StartPause, Target: first.ID, Volumes: b.want.Volumes})
	if p := b.world().Pause; !p.StartedAt.Equal(first.StartedAt) {
		b.Errorf("a pause that runs was started again, at %s", p.StartedAt)
	}
	b.do(plan.Op{Kind: plan.StopPause, Target: first.ID})
	b.do(plan.Op{Kind: plan.StopPause, Target: first.ID})
	if p := b.world().Pause; p == nil || p.State != plan.Exited || len(p.IPs) != 0 {
		b.Fatalf("pause is %+v, want one that is stopped and has no address", p)
	}
	b.do(plan.Op{Kind: plan.StartPause, Target: first.ID, Volumes: b.want.Volumes})
	if p := b.world().Pause; p.State != plan.Running || !p.StartedAt.After(first.StartedAt) {
		b.Errorf("pause is %+v, want one that was started after %s", p, first.StartedAt)
	}
}

func policies(b *bench) {
	b.pause()
	pause := b.world().Pause.ID
	unsupported := b.engine.Do(b.ctx, plan.Op{Kind: plan.SetPolicy, Target: pause, Policy: plan.PolicyNo}, nil)
	if errors.Is(unsupported, plan.ErrUnsupported) {
		return // as Podman 4
	}
	for _, policy := range []plan.Policy{plan.PolicyNo, plan.PolicyAlways, plan.PolicyNo} {
		b.do(plan.Op{Kind: plan.SetPolicy, Target: pause, Policy: policy})
		if got := b.world().Pause; got.Policy != policy || got.State != plan.Running {
			b.Errorf("after setting %s the pause is %s and %s", policy, got.Policy, got.State)
		}
	}
}

// intents are what is asked for, one after the other; each is the newest
// manifest from then on.
func intents(b *bench) {
	b.pause()
	grace := int64(7)
	for _, c := range []struct {
		ask    func(w plan.World) (plan.Op, bool)
		intent plan.Intent
		grace  int64
	}{
		{func(w plan.World) (plan.Op, bool) { return plan.Stop(w, &grace) }, plan.Halted, 7},
		{plan.Start, plan.Wanted, 1},
		{func(w plan.World) (plan.Op, bool) { return plan.Remove(w, &grace, time.Now()) }, plan.Going, 7},
		{func(w plan.World) (plan.Op, bool) { return plan.Remove(w, new(int64), time.Now()) }, plan.Going, 0},
	} {
		before := b.world()
		op, ok := c.ask(before)
		if !ok {
			b.Fatalf("nothing to write down for %q", c.intent)
		}
		b.do(op)
		w := b.world()
		if w.Intent() != c.intent || w.GraceSeconds() != c.grace || w.Revision != before.Revision+1 || len(w.Revisions) != w.Revision-1 {
			b.Errorf("asked for %q: it is %q with grace %d, revision %d of %v", c.intent, w.Intent(), w.GraceSeconds(), w.Revision, w.Revisions)
		}
		b.refused(op, plan.ErrStale)
	}
}

// A removal is known without the pause, until its revision is removed too.
func removalIsKnown(b *bench) {
	b.pause()
	op, _ := plan.Remove(b.world(), nil, time.Now())
	b.do(op)
	b.do(plan.Op{Kind: plan.RemovePause, Target: b.world().Pause.ID})
	w := b.world()
	if w.Pause != nil || !w.Leaving() || w.Unborn() || len(w.Volumes) != 2 {
		b.Errorf("observed %+v, want a pod that is being removed", w)
	}
	for _, v := range w.Volumes {
		b.do(plan.Op{Kind: plan.RemoveVolume, Target: v})
	}
	if w = b.world(); !w.Leaving() || w.Gone() || len(w.Revisions) != 1 {
		b.Errorf("observed %+v, want the revision alone", w)
	}
	b.do(plan.Op{Kind: plan.RemoveVolume, Target: w.Revisions[0].Name})
	if w = b.world(); !w.Gone() || w.Want != nil {
		b.Errorf("observed %+v, want nothing", w)
	}
}

func oneRevision(b *bench) {
	b.pause()
	op, _ := plan.Stop(b.world(), nil)
	if n := b.race(op); n != 1 {
		b.Errorf("%d wrote the revision, want 1", n)
	}
}

func oneBirth(b *bench) {
	if n := b.race(b.birth()); n != 1 {
		b.Errorf("%d births succeeded, want 1", n)
	}
}

func oneCreate(b *bench) {
	b.pause()
	if n := b.race(b.attempt(0, 0)); n != 1 {
		b.Errorf("%d creations succeeded, want 1", n)
	}
}

func notThere(b *bench) {
	for _, kind := range []plan.Kind{plan.StartUnit, plan.StartPause, plan.SetPolicy} {
		b.refused(plan.Op{Kind: kind, Target: b.want.Pause.Name, Policy: plan.PolicyNo}, plan.ErrStale)
	}
	for _, kind := range []plan.Kind{plan.StopUnit, plan.StopPause, plan.RemoveUnit, plan.RemovePause, plan.RemoveVolume} {
		b.do(plan.Op{Kind: kind, Target: b.want.Pause.Name})
	}
}

func volumeInUse(b *bench) {
	b.pause()
	err := b.engine.Do(b.ctx, plan.Op{Kind: plan.RemoveVolume, Target: b.want.Volumes[0].Docker}, nil)
	if err == nil || errors.Is(err, plan.ErrPermanent) || errors.Is(err, plan.ErrStale) {
		b.Errorf("removing a volume in use answers %v, want an error that may pass", err)
	}
}

func leftovers(b *bench) {
	b.pause()
	b.do(plan.Op{Kind: plan.RemovePause, Target: b.world().Pause.ID})
	w := b.world()
	if w.Pause != nil || w.Want != nil || len(w.Volumes) != 2 || !w.Unborn() || w.Name != b.want.Pod.Name {
		b.Errorf("observed %+v, want the volumes alone", w)
	}
	if !b.listed() {
		b.Error("Pods does not list it")
	}
}

func watchHints(b *bench) {
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	own, all := b.engine.Watch(ctx, b.want.Pod.UID), b.engine.Watch(ctx, "")
	b.do(b.birth())
	// One hint may be of the opening of the watch; a second one is of a change.
	for _, hints := range []<-chan struct{}{own, all} {
		b.hinted(hints, "the birth")
	}
	b.do(plan.Op{Kind: plan.StartPause, Target: b.world().Pause.ID, Volumes: b.want.Volumes})
	b.hinted(own, "the start")
	cancel()
	for {
		select {
		case _, ok := <-own:
			if !ok {
				return
			}
		case <-b.ctx.Done():
			b.Fatal("watch is open though its context has ended")
		}
	}
}

func contextEnded(b *bench) {
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	if _, err := b.engine.Observe(ctx, b.want.Pod.UID); !errors.Is(err, context.Canceled) {
		b.Errorf("observe answers %v, want %v", err, context.Canceled)
	}
	if err := b.engine.Do(ctx, b.birth(), nil); !errors.Is(err, context.Canceled) {
		b.Errorf("create answers %v, want %v", err, context.Canceled)
	}
}

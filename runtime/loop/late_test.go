package loop_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// needy is podOf whose second container has its environment from a Secret.
func needy() *translate.Blueprint {
	pod := podOf("1", v1.RestartPolicyAlways)
	secret := &v1.SecretEnvSource{LocalObjectReference: v1.LocalObjectReference{Name: "login"}}
	pod.Spec.Containers[1].EnvFrom = []v1.EnvFromSource{{SecretRef: secret}}
	return translate.New(pod, translate.Options{})
}

// run says what is missing, and leaves what could be started.
func TestRunWithoutASecret(t *testing.T) {
	onBench(t, func(b *bench) {
		res, err := b.runner.Run(b.Context(), needy(), loop.RunOptions{})
		var missing *translate.Missing
		if !errors.As(err, &missing) || !errors.Is(err, plan.ErrPermanent) || missing.Message != `secret "login" not found` {
			b.Errorf("error is %v", err)
		}
		if faults := res.Step.Faults(); len(faults) != 1 || faults[0].Op.Unit != "b" {
			b.Errorf("faults %+v", faults)
		}
		b.left(plan.CreateUnit)
	})
}

// A pod that is kept waits, and goes on within two seconds of the Secret
// being there, though nobody tells of it.
func TestKeeperGoesOnWithASecret(t *testing.T) {
	onBench(t, func(b *bench) {
		var there atomic.Bool
		b.engine.Inputs = func() translate.Inputs {
			if !there.Load() {
				return translate.Inputs{}
			}
			return translate.Inputs{Secrets: map[string]*v1.Secret{"login": {Data: map[string][]byte{"USER": []byte("me")}}}}
		}
		stop := b.keep(&loop.Keeper{})
		defer stop()
		if err := b.runner.Create(b.Context(), needy()); err != nil {
			b.Fatal(err)
		}
		time.Sleep(time.Hour)
		if got := states(b.world()); got != "a/0 running" {
			b.Errorf("without the Secret the pod is %q", got)
		}
		there.Store(true)
		time.Sleep(2*time.Second + 10*opTime)
		if got := states(b.world()); got != "a/0 running, b/0 running" {
			b.Errorf("with the Secret the pod is %q", got)
		}
	})
}

// The pods of a namespace are looked at when an object of it has changed, and
// no others.
func TestKeeperHearsOfObjects(t *testing.T) {
	onBench(t, func(b *bench) {
		b.engine.Objects = make(chan string)
		var looks atomic.Int32
		b.engine.Inputs = func() translate.Inputs {
			looks.Add(1)
			return translate.Inputs{}
		}
		want := blueprint("1")
		stop := b.keep(&loop.Keeper{Objects: b.engine})
		defer stop()
		if err := b.runner.Create(b.Context(), want); err != nil {
			b.Fatal(err)
		}
		time.Sleep(10 * time.Minute) // all pods have been listed
		for _, c := range []struct {
			namespace string
			looks     int32
		}{{"elsewhere", 0}, {want.Pod.Namespace, 1}, {"", 1}} {
			before := looks.Load()
			b.engine.Objects <- c.namespace
			time.Sleep(time.Second)
			if got := looks.Load() - before; got != c.looks {
				b.Errorf("a change in namespace %q makes %d looks, want %d", c.namespace, got, c.looks)
			}
		}
	})
}

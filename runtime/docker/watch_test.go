package docker

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
)

func TestWatchGoesOnAfterTheEngineWasAway(t *testing.T) {
	p := newPod(t, alone(t), onlyShell("sleep 3600"))
	e, way := flakyEngine(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	hints := e.Watch(ctx, p.want.Pod.UID)
	next := func() {
		t.Helper()
		select {
		case _, ok := <-hints:
			if !ok {
				t.Fatal("watch is closed")
			}
		case <-ctx.Done():
			t.Fatal("no hint")
		}
	}
	next() // it is open
	way.cut()
	way.mend(t)
	next() // it is open again
	p.do(plan.Op{Kind: plan.CreatePause, Request: &p.want.Pause})
	next()
	p.do(plan.Op{Kind: plan.StartPause, Target: p.world().Pause.ID})
	next()
	for len(hints) > 0 {
		<-hints
	}
	p.do(plan.Op{Kind: plan.Note, Revision: 1, Pod: p.want.Pod, Facts: &plan.Facts{}})
	next() // of what is written down too
}

func TestWatchEndsWithTheEngine(t *testing.T) {
	e, way := flakyEngine(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	hints := e.Watch(ctx, "")
	way.cut()
	for range hints {
	}
	if ctx.Err() != nil {
		t.Error("watch is open though the engine is gone")
	}
}

func TestAnEngineThatDiesHalfWayIsUnreachable(t *testing.T) {
	p := startPod(t, alone(t), onlyShell("sleep 3600"))
	e, way := flakyEngine(t)
	started := make(chan struct{})
	out := writerFunc(func(b []byte) (int, error) { close(started); return len(b), nil })
	go func() { <-started; way.cut() }()
	_, err := e.Exec(t.Context(), p.name(), engine.ExecOptions{
		Command: []string{"sh", "-c", "echo started; sleep 1"}, Stdio: engine.Stdio{Stdout: out},
	})
	if !errors.Is(err, plan.ErrUnreachable) {
		t.Errorf("exec answers %v, want %v", err, plan.ErrUnreachable)
	}
	err = e.Do(t.Context(), plan.Op{Kind: plan.StopUnit, Target: p.name()}, nil)
	if !errors.Is(err, plan.ErrUnreachable) || errors.Is(err, plan.ErrPermanent) {
		t.Errorf("stop answers %v, want %v", err, plan.ErrUnreachable)
	}
	if _, err = e.Observe(t.Context(), p.want.Pod.UID); !errors.Is(err, plan.ErrUnreachable) {
		t.Errorf("observe answers %v, want %v", err, plan.ErrUnreachable)
	}
}

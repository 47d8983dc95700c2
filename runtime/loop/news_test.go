package loop_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// hooked is podOf whose container a has a preStop hook.
func hooked() *translate.Blueprint {
	pod := podOf("1", v1.RestartPolicyAlways)
	pod.Spec.Containers[0].Lifecycle = &v1.Lifecycle{PreStop: &v1.LifecycleHandler{Exec: &v1.ExecAction{Command: []string{"/nosuch"}}}}
	return translate.New(pod, translate.Options{})
}

// slowToStop has containers take so long to stop, and hooks fail.
func (b *bench) slowToStop(d time.Duration) {
	b.fails(func(op plan.Op) error {
		switch op.Kind {
		case plan.PreStop:
			return errors.New("no such file")
		case plan.StopUnit:
			time.Sleep(d)
		}
		return nil
	})
}

// events is what the pod's pause says happened to it, one event a line.
func (b *bench) events() string {
	b.Helper()
	log, err := b.engine.ReadEvents(b.Context(), b.world().Pause.ID)
	if err != nil {
		b.Fatal(err)
	}
	var lines []string
	for _, e := range log {
		lines = append(lines, fmt.Sprintf("%s %s x%d %s", e.Unit, e.Reason, e.Count, e.Message))
	}
	return strings.Join(lines, "\n")
}

// says wants events to be written.
func (b *bench) says(when string, want ...string) {
	b.Helper()
	got := b.events()
	for _, line := range want {
		if !strings.Contains(got, line) {
			b.Errorf("%s %q is not written, but\n%s", when, line, got)
		}
	}
}

// A stop tells of itself: while it takes its time, and when it is done.
func TestStopWritesWhatItDoes(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(hooked())
		b.slowToStop(0)
		b.runner.Book = b.book()
		if err := b.runner.Stop(b.Context(), "default", "web", nil); err != nil {
			b.Fatal(err)
		}
		b.says("after a stop", "a Killing x1 Stopping container a", "b Killing x1 Stopping container b", "a FailedPreStopHook x1 PreStopHook failed")
	})
}

// A removal tells of itself for as long as the pod is there, and one that is done
// at once reads and writes nothing.
func TestRemoveWritesWhatItDoes(t *testing.T) {
	for _, long := range []bool{true, false} {
		onBench(t, func(b *bench) {
			b.run(hooked())
			store := &timed{Events: b.engine}
			b.runner.Book = &loop.Book{Events: store, Now: time.Now}
			if b.slowToStop(0); long {
				b.slowToStop(20 * time.Second)
			}
			var removed sync.WaitGroup
			removed.Go(func() {
				if err := b.runner.Remove(b.Context(), "default", "web", nil); err != nil {
					b.Error(err)
				}
			})
			if long {
				time.Sleep(2 * time.Second)
				b.says("during a removal", "a Killing x1", "b Killing x1", "a FailedPreStopHook x1")
			}
			removed.Wait()
			if b.nothing(); !long && len(store.written) > 0 {
				b.Errorf("a removal that is done at once has written %d times", len(store.written))
			}
		})
	}
}

// Who runs a pod to its end and who stops it are at work on it at once, and tell
// of it once.
func TestStopOfARun(t *testing.T) {
	onBench(t, func(b *bench) {
		b.slowToStop(3 * time.Second)
		b.runner.Book = b.book()
		var run sync.WaitGroup
		run.Go(func() {
			rested := func(_ plan.World, s plan.Step) bool { return s.State == plan.Stopped && len(s.Ops) == 0 }
			_, err := b.runner.Run(b.Context(), hooked(), loop.RunOptions{Aim: loop.Aim{Reached: rested}})
			if !errors.As(err, new(*loop.StoppedError)) {
				b.Errorf("error is %v", err)
			}
		})
		time.Sleep(5 * time.Second)
		if err := b.runner.Stop(b.Context(), "default", "web", nil); err != nil {
			b.Error(err)
		}
		run.Wait()
		b.says("after the run", "a Killing x1", "b Killing x1", "a FailedPreStopHook x1")
	})
}

// keeping runs a Keeper with a book that writes to a store.
func (b *bench) keeping(store loop.Events) (stop func()) {
	return b.keep(&loop.Keeper{Runner: &loop.Runner{Engine: b.engine, Now: time.Now, Book: &loop.Book{Events: store, Now: time.Now}}})
}

// What has not happened before is written soon, also when something was written a
// moment ago.
func TestWhatIsNewIsWrittenSoon(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		stop := b.keeping(b.engine)
		defer stop()
		time.Sleep(20 * time.Second)
		b.crash("a")                        // is started again at once
		time.Sleep(2500 * time.Millisecond) // not when the book looks
		b.says("after a restart", "a Started x2")
		b.crash("a")
		time.Sleep(2500 * time.Millisecond) // not when the book looks
		b.says("after a second crash", "a BackOff x1")
	})
}

// What only happens again is written now and then: also warnings of one reason in
// words that are others each time.
func TestWhatIsCountedIsWrittenSeldom(t *testing.T) {
	for name, failure := range map[string]string{"the same": "no", "others": "no %d"} {
		onBench(t, func(b *bench) {
			b.run(blueprint("1"))
			store := &timed{Events: b.engine}
			book := &loop.Book{Events: store, Now: time.Now}
			ctx, cancel := context.WithCancel(b.Context())
			var done sync.WaitGroup
			done.Go(func() { book.Run(ctx) })
			book.Saw(b.world(), plan.Step{})
			for i := range 60 {
				output := strings.ReplaceAll(failure, "%d", fmt.Sprint(i))
				book.Done(b.world(), plan.Op{Kind: plan.RunProbe, Check: "liveness", Unit: "a"}, 0, &plan.ProbeFailure{Output: output})
				time.Sleep(time.Second)
			}
			if n := len(store.written); n < 5 || n > 7 {
				b.Errorf("%s: written %d times in a minute", name, n)
			}
			cancel()
			done.Wait()
		})
	}
}

// A pod that has come to rest is one that its keeper may leave: nothing of it
// waits to be written.
func TestTheEndIsWrittenAtOnce(t *testing.T) {
	onBench(t, func(b *bench) {
		pod := podOf("1", v1.RestartPolicyAlways)
		deadline := int64(5)
		pod.Spec.ActiveDeadlineSeconds = &deadline
		b.run(translate.New(pod, translate.Options{}))
		stop := b.keeping(b.engine)
		defer stop()
		time.Sleep(time.Second)
		b.crash("a")
		time.Sleep(time.Second)
		b.crash("a")
		b.ends()
		b.says("at the end", "a BackOff x1", " DeadlineExceeded x1", "b Killing x1")
	})
}

// ends waits until the pod has come to rest, and for what is done at once then.
func (b *bench) ends() {
	b.Helper()
	for range 1000 {
		if time.Sleep(opTime); !plan.NeedsKeeper(b.world()) {
			time.Sleep(opTime)
			return
		}
	}
	b.Fatal("the pod does not come to rest")
}

// A book that is closed before it has read what was written before adds what it
// was told of.
func TestNothingIsLostUnread(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		first := event.Event{Unit: "a", Type: v1.EventTypeNormal, Reason: "Killing", Message: "no", First: time.Now(), Last: time.Now(), Count: 1}
		if err := b.engine.WriteEvents(b.Context(), b.world().Pause.ID, event.Log{first}); err != nil {
			b.Fatal(err)
		}
		book := b.book()
		book.Done(b.world(), plan.Op{Kind: plan.PostStart, Unit: "a"}, 0, errors.New("no"))
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		for range 20 { // whatever it hears of first
			book.Run(ctx)
		}
		if got := b.written(); !slices.Contains(got, "Killing") || !slices.Contains(got, "FailedPostStartHook") {
			b.Errorf("%v is written", got)
		}
	})
}

package loop_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// written are the reasons of what the pod's pause says happened to it.
func (b *bench) written() []string {
	b.Helper()
	log, err := b.engine.ReadEvents(b.Context(), b.world().Pause.ID)
	if err != nil {
		b.Fatal(err)
	}
	var reasons []string
	for _, e := range log {
		reasons = append(reasons, e.Reason)
	}
	return reasons
}

func (b *bench) book() *loop.Book { return &loop.Book{Events: b.engine, Now: time.Now} }

// A run that went well writes nothing: whoever reads finds it out. One that had
// to pull writes that down.
func TestRunWritesWhatNobodyElseSaw(t *testing.T) {
	for policy, want := range map[v1.PullPolicy]bool{v1.PullIfNotPresent: true, v1.PullNever: false} {
		onBench(t, func(b *bench) {
			pod := podOf("1", v1.RestartPolicyAlways)
			for i := range pod.Spec.Containers {
				pod.Spec.Containers[i].ImagePullPolicy = policy
			}
			for _, image := range []string{"image-a", "image-b"} {
				if policy == v1.PullNever {
					if err := b.engine.Do(b.Context(), plan.Op{Kind: plan.PullImage, Target: image}, nil); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.runner.Book = b.book()
			b.run(translate.New(pod, translate.Options{}))
			if got := b.written(); slices.Contains(got, "Pulling") != want {
				b.Errorf("%s: %v is written", policy, got)
			}
			log, err := loop.EventsOf(b.Context(), b.engine, b.world())
			if err != nil {
				b.Fatal(err)
			}
			for _, reason := range []string{"Pulled", "Created", "Started"} {
				if !slices.ContainsFunc(log, func(e event.Event) bool { return e.Reason == reason }) {
					b.Errorf("%s: %s is not known of %v", policy, reason, log)
				}
			}
		})
	}
}

// keeps runs a Keeper with a book for so long, and answers what it heard.
func (b *bench) keeps(d time.Duration, during func()) (heard []event.Event) {
	book := b.book()
	book.Listen(func(_ plan.World, e event.Event) { heard = append(heard, e) })
	keeper := &loop.Keeper{Runner: &loop.Runner{Engine: b.engine, Now: time.Now, Book: book}, Changes: b.engine}
	ctx, cancel := context.WithCancel(b.Context())
	var kept sync.WaitGroup
	kept.Go(func() { keeper.Run(ctx) })
	time.Sleep(d)
	during()
	time.Sleep(d)
	cancel()
	kept.Wait()
	return heard
}

// crash ends a container badly.
func (b *bench) crash(unit string) {
	b.engine.Change("1", func(w *plan.World) {
		c := w.Latest(unit)
		c.State, c.ExitCode, c.FinishedAt = plan.Exited, 1, time.Now()
	})
}

// What a keeper saw is known to the next one, which goes on counting.
func TestEventsSurviveTheirKeeper(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		count := func(log []event.Event, reason string) (n int) {
			for _, e := range log {
				if e.Reason == reason && e.Unit == "a" {
					n = max(n, e.Count)
				}
			}
			return n
		}
		b.keeps(time.Second, func() { b.crash("a"); time.Sleep(time.Second); b.crash("a") })
		if !slices.Contains(b.written(), "BackOff") {
			b.Fatalf("%v is written, want BackOff among it", b.written())
		}
		heard := b.keeps(20*time.Second, func() { b.crash("a") })
		if n := count(heard, "BackOff"); n != 1 {
			b.Errorf("the next keeper heard of %d back-offs at a time", n)
		}
		log, err := loop.EventsOf(b.Context(), b.engine, b.world())
		if err != nil || count(log, "BackOff") != 2 || count(log, "Started") != 3 {
			b.Errorf("%d back-offs and %d starts, want 2 and 3: %v", count(log, "BackOff"), count(log, "Started"), err)
		}
	})
}

// A container that is restarted does not wait for what is written of that: a
// write keeps the engine from starting it for as long.
func TestNothingIsWrittenDuringARestart(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		store := &timed{Events: b.engine}
		keeper := &loop.Keeper{Runner: &loop.Runner{Engine: b.engine, Now: time.Now, Book: &loop.Book{Events: store, Now: time.Now}}, Changes: b.engine}
		ctx, cancel := context.WithCancel(b.Context())
		var kept sync.WaitGroup
		kept.Go(func() { keeper.Run(ctx) })
		time.Sleep(9 * time.Second)
		for range 10 { // at one time or another within a second
			time.Sleep(time.Minute - 900*time.Millisecond)
			store.written = nil
			at := time.Now()
			b.crash("a")
			time.Sleep(10 * time.Second)
			if len(store.written) == 0 {
				b.Fatal("nothing was written")
			}
			if after := store.written[0].Sub(at); after < time.Second {
				b.Errorf("%s after the end of a container is written", after)
			}
			b.engine.Change("1", func(w *plan.World) { w.Latest("a").Backoff = 0 })
		}
		cancel()
		kept.Wait()
	})
}

// timed are events of which is known when they were written.
type timed struct {
	loop.Events
	written []time.Time
}

func (e *timed) WriteEvents(ctx context.Context, pause string, log event.Log) error {
	e.written = append(e.written, time.Now())
	return e.Events.WriteEvents(ctx, pause, log)
}

// An engine that takes no events keeps nothing from going on, and what could
// not be written is written later.
func TestEventsAreWrittenLater(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		store := &unwilling{Events: b.engine, err: errors.New("full")}
		book := &loop.Book{Events: store, Now: time.Now}
		ctx, cancel := context.WithCancel(b.Context())
		var done sync.WaitGroup
		done.Go(func() { book.Run(ctx) })
		book.Saw(b.world(), plan.Step{})
		book.Done(b.world(), plan.Op{Kind: plan.PostStart, Unit: "a"}, 0, errors.New("no"))
		time.Sleep(5 * time.Second)
		if got := b.written(); len(got) > 0 {
			b.Errorf("%v is written", got)
		}
		store.set(nil)
		time.Sleep(20 * time.Second)
		if got := b.written(); !slices.Contains(got, "FailedPostStartHook") {
			b.Errorf("%v is written, want FailedPostStartHook among it", got)
		}
		cancel()
		done.Wait()
	})
}

// unwilling refuses to write.
type unwilling struct {
	loop.Events
	mu  sync.Mutex
	err error
}

func (u *unwilling) set(err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.err = err
}

func (u *unwilling) WriteEvents(ctx context.Context, pause string, log event.Log) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err != nil {
		return u.err
	}
	return u.Events.WriteEvents(ctx, pause, log)
}

// That a container was stopped which is to run is written at once: who sees it
// end asks why.
func TestStopsAreWrittenAtOnce(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		book := b.book()
		ctx, cancel := context.WithCancel(b.Context())
		var done sync.WaitGroup
		done.Go(func() { book.Run(ctx) })
		book.Saw(b.world(), plan.Step{})
		book.Done(b.world(), plan.Op{Kind: plan.PostStart, Unit: "a"}, 0, errors.New("no"))
		time.Sleep(3 * time.Second)
		if got := b.written(); !slices.Contains(got, "FailedPostStartHook") {
			b.Fatalf("%v is written, want FailedPostStartHook among it", got)
		}
		book.Began(b.world(), plan.Op{Kind: plan.StopUnit, Unit: "a", Target: "id", Cause: plan.CauseHook, Detail: "its hook failed"})
		time.Sleep(opTime)
		log, err := b.engine.ReadEvents(b.Context(), b.world().Pause.ID)
		if e, ok := log.Stopped("id"); !ok || e.Why != "its hook failed" {
			b.Errorf("%v is written: %v", log, err)
		}
		cancel()
		done.Wait()
	})
}

// It does not wait for what there is to write of other pods.
func TestStopsAreWrittenFirst(t *testing.T) {
	onBench(t, func(b *bench) {
		store := &slow{}
		book := &loop.Book{Events: store, Now: time.Now}
		ctx, cancel := context.WithCancel(b.Context())
		var done sync.WaitGroup
		done.Go(func() { book.Run(ctx) })
		last := plan.World{UID: "last", Pause: &plan.Pause{ID: "last", State: plan.Running}}
		book.Saw(last, plan.Step{})
		for i := range 20 {
			w := plan.World{UID: types.UID(fmt.Sprint(i)), Pause: &plan.Pause{ID: fmt.Sprint(i), State: plan.Running}}
			book.Done(w, plan.Op{Kind: plan.PostStart, Unit: "a"}, 0, errors.New("no"))
		}
		time.Sleep(3 * time.Second) // one of them is being written
		book.Began(last, plan.Op{Kind: plan.StopUnit, Unit: "a", Target: "id", Cause: plan.CauseHook, Detail: "its hook failed"})
		time.Sleep(2*slowWrite + time.Millisecond)
		if got := store.all(); !slices.Contains(got, "last") {
			b.Errorf("%v are written, want the last among them", got)
		}
		cancel()
		done.Wait()
	})
}

const slowWrite = 2 * time.Second

// slow takes its time to write, and notes of which pods it was.
type slow struct {
	loop.Events
	mu      sync.Mutex
	written []string
}

func (s *slow) ReadEvents(context.Context, string) (event.Log, error) { return nil, nil }

func (s *slow) WriteEvents(_ context.Context, pause string, _ event.Log) error {
	time.Sleep(slowWrite)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written = append(s.written, pause)
	return nil
}

func (s *slow) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.written)
}

// A run that takes too long leaves the pod, and what it has seen of it.
func TestLateRunWritesWhatItSaw(t *testing.T) {
	onBench(t, func(b *bench) {
		b.fails(func(op plan.Op) error {
			if op.Kind == plan.PostStart {
				return &plan.ProbeFailure{Output: "no"}
			}
			return nil
		})
		pod := podOf("1", v1.RestartPolicyAlways)
		pod.Spec.Containers[0].Lifecycle = &v1.Lifecycle{PostStart: &v1.LifecycleHandler{Exec: &v1.ExecAction{Command: []string{"false"}}}}
		b.runner.Book = b.book()
		never := func(plan.World, plan.Step) bool { return false }
		_, err := b.runner.Run(b.Context(), translate.New(pod, translate.Options{}), loop.RunOptions{Aim: loop.Aim{Timeout: 5 * time.Second, Reached: never}})
		if !errors.As(err, new(*loop.TimeoutError)) {
			b.Fatalf("error is %v", err)
		}
		if got := b.written(); !slices.Contains(got, "Killing") {
			b.Errorf("%v is written, want Killing among it", got)
		}
	})
}

// order are the reasons of what was heard of a unit, by their times.
func order(heard []event.Event, unit string) []string {
	var l event.Log
	for _, e := range heard {
		l = l.Join(event.Log{e})
	}
	var reasons []string
	for _, e := range l {
		if e.Unit == unit {
			reasons = append(reasons, e.Reason)
		}
	}
	return reasons
}

// Of a pod that another process has made, before or meanwhile, is heard what
// EventsOf knows.
func TestOthersContainersAreHeardOf(t *testing.T) {
	want := []string{"Pulled", "Created", "Started"}
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		heard := b.keeps(time.Second, func() {})
		if got := order(heard, "a"); !slices.Equal(got, want) {
			t.Errorf("made before: %q is heard, want %q", got, want)
		}
	})
	onBench(t, func(b *bench) {
		var heard []event.Event
		book := b.book()
		book.Listen(func(_ plan.World, e event.Event) { heard = append(heard, e) })
		ctx, cancel := context.WithCancel(b.Context())
		var kept sync.WaitGroup
		kept.Go(func() { book.Run(ctx) })
		born := plan.World{UID: "1", Want: blueprint("1"), Pause: &plan.Pause{State: plan.Created, Created: time.Now()}}
		book.Saw(born, plan.Step{})
		b.run(blueprint("1"))
		book.Saw(b.world(), plan.Step{})
		time.Sleep(time.Minute)
		cancel()
		kept.Wait()
		if got := order(heard, "a"); !slices.Equal(got, want) {
			t.Errorf("made meanwhile: %q is heard, want %q", got, want)
		}
	})
}

// Who comes too late to make a container does not tell of its image as if that
// had been later; of one that cannot be made the image is told of first.
func TestImageIsToldOfBeforeItsContainer(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		var heard []event.Event
		book := b.book()
		book.Listen(func(_ plan.World, e event.Event) { heard = append(heard, e) })
		w := b.world()
		born := w
		born.Containers, born.Pause = nil, &plan.Pause{State: plan.Created, Created: w.Pause.Created}
		time.Sleep(time.Second)
		for unit, err := range map[string]error{"a": plan.ErrStale, "b": errors.New("no")} {
			op := plan.Op{Kind: plan.CreateUnit, Unit: unit, Target: unit, Request: &translate.Request{Config: &container.Config{Image: "image-" + unit}}}
			book.Began(born, op)
			time.Sleep(opTime)
			book.Done(born, op, 0, err)
		}
		if got := order(heard, "b"); !slices.Equal(got, []string{"Pulled", "Failed"}) {
			t.Errorf("of what cannot be made %q is heard", got)
		}
		book.Saw(w, plan.Step{})
		if got := order(heard, "a"); !slices.Equal(got, []string{"Pulled", "Created", "Started"}) {
			t.Errorf("of what another one has made %q is heard", got)
		}
	})
}

// What ends with its process has not failed, and nothing is told of it.
func TestInterruptionIsNoEvent(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		w, book := b.world(), b.book()
		book.Listen(func(_ plan.World, e event.Event) { b.Errorf("told of %s: %s", e.Reason, e.Message) })
		for _, kind := range []plan.Kind{plan.StopUnit, plan.PullImage, plan.StartUnit, plan.RemoveUnit, plan.RunProbe, plan.PostStart, plan.PreStop, plan.StopPause} {
			op := plan.Op{Kind: kind, Unit: "a", Check: translate.Readiness}
			book.Done(w, op, 0, fmt.Errorf("%s a: %w", kind, context.Canceled))
		}
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		book.Run(ctx)
	})
}

// Of an image that was there two who keep the pod tell once for each container,
// whoever was the first to begin to make it.
func TestTwoKeepersCountAnImageOnce(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		w := b.world()
		born := w
		born.Containers, born.Pause = nil, &plan.Pause{State: plan.Created, Created: w.Pause.Created}
		op := plan.Op{Kind: plan.CreateUnit, Unit: "a", Target: "a", Request: &translate.Request{Config: &container.Config{Image: "image-a"}}}
		var all event.Log
		for _, ago := range []time.Duration{2 * time.Millisecond, time.Millisecond} {
			book := &loop.Book{Now: func() time.Time { return w.Latest("a").Created.Add(-ago) }}
			book.Listen(func(_ plan.World, e event.Event) { all, _, _ = all.Add(e) })
			book.Began(born, op)
			book.Saw(w, plan.Step{})
		}
		for _, e := range all {
			if e.Count != 1 {
				b.Errorf("%s of %s is counted %d times: %s", e.Reason, e.Unit, e.Count, e.Message)
			}
		}
	})
}

// Whoever starts a pod looks whether its resolv.conf holds all of its dnsConfig, and
// tells of what it does not, once.
func TestDNSConfigForming(t *testing.T) {
	for server, want := range map[string]int{"192.0.2.1": 1, "192.0.2.254": 0} {
		onBench(t, func(b *bench) {
			pod := podOf("1", v1.RestartPolicyAlways)
			pod.Spec.DNSConfig = &v1.PodDNSConfig{Nameservers: []string{server}}
			b.runner.Book = b.book()
			b.run(translate.New(pod, translate.Options{}))
			b.keeps(time.Minute, func() {})
			got := slices.DeleteFunc(b.written(), func(reason string) bool { return reason != "DNSConfigForming" })
			if len(got) != want {
				b.Errorf("with %s: %v", server, got)
			}
		})
	}
}

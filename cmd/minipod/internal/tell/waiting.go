package tell

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
)

// How long something may take before it is said that it is waited for. What
// the engine does by itself may take longer on a busy machine.
const (
	patience       = 2 * time.Second
	enginePatience = 10 * time.Second
)

// Waiting says what is waited for, when it takes long: it is a loop.Observer.
type Waiting struct {
	Console
	hurry  string // what the user may type to wait no longer; empty for nothing
	before func() // is called before something is said

	mu     sync.Mutex
	closed bool
	timers map[string]*time.Timer // of what is waited for, by a name of it
}

// NewWaiting says it on a console. hurry is the flag that makes an end of the
// waiting for containers to stop; empty for none.
func NewWaiting(c Console, hurry string) *Waiting {
	return &Waiting{Console: c, hurry: hurry, before: func() {}, timers: map[string]*time.Timer{}}
}

// Saw notes what the pod waits for, where there is nothing to do.
func (w *Waiting) Saw(world plan.World, s plan.Step) {
	w.mu.Lock()
	defer w.mu.Unlock()
	current := map[string]bool{}
	for _, wait := range s.Waits {
		key := "wait " + wait.Unit + " " + wait.Reason
		current[key] = true
		w.expect(key, WaitText(wait), patience)
	}
	if unit := world.RunningInit(); unit != "" && s.State == plan.Starting {
		key := "wait init " + unit
		current[key] = true
		w.expect(key, fmt.Sprintf("init container %s has not ended yet: %s -c %[1]s", unit, Command("logs", world.Ref())), patience)
	}
	if text := leftToOthers(world, s); text != "" {
		key := "wait end " + string(s.State)
		current[key] = true
		w.expect(key, text, patience)
	}
	for key := range w.timers {
		if key[:5] == "wait " && !current[key] {
			w.drop(key)
		}
	}
}

// Began notes an operation.
func (w *Waiting) Began(world plan.World, op plan.Op) {
	w.mu.Lock()
	defer w.mu.Unlock()
	after := enginePatience
	switch op.Kind {
	case plan.StopUnit, plan.PreStop, plan.PullImage:
		after = patience
	}
	w.expect("op "+op.Key(), w.opText(world, op), after)
}

// Done ends the waiting for an operation.
func (w *Waiting) Done(_ plan.World, op plan.Op, _ time.Duration, _ error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop("op " + op.Key())
}

// Progress is of no news.
func (w *Waiting) Progress(engine.Progress) {}

// Close ends it: nothing is said any more.
func (w *Waiting) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for key := range w.timers {
		w.drop(key)
	}
}

// expect says a text unless what it is about is dropped before.
func (w *Waiting) expect(key, text string, after time.Duration) {
	if w.timers[key] != nil || text == "" || w.closed {
		return
	}
	w.timers[key] = time.AfterFunc(after, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if !w.closed && w.timers[key] != nil {
			w.before()
			w.Say("%s", text)
		}
	})
}

func (w *Waiting) drop(key string) {
	if t := w.timers[key]; t != nil {
		t.Stop()
		delete(w.timers, key)
	}
}

// opText says what an operation that takes long waits for, and how long that
// may be.
func (w *Waiting) opText(world plan.World, op plan.Op) string {
	switch op.Kind {
	case plan.PullImage:
		return fmt.Sprintf("image %s: pulling", op.Target)
	case plan.StopUnit, plan.PreStop:
		left := op.Grace - patience
		if left <= 0 {
			return fmt.Sprintf("container %s of pod %s: the engine has not stopped it yet", op.Unit, world.Name)
		}
		cause := "has not ended on " + signalOf(world, op.Target)
		if op.Action != nil {
			cause = "runs its preStop hook"
		}
		text := fmt.Sprintf("container %s of pod %s %s: up to %d s more", op.Unit, world.Name, cause, int(left.Seconds()))
		if w.hurry != "" {
			text += ", " + w.hurry + " kills"
		}
		return text
	case plan.StartUnit, plan.CreateUnit, plan.RemoveUnit:
		return fmt.Sprintf("container %s of pod %s: the engine is slow to %s it", op.Unit, world.Name, op.Kind)
	case plan.CreatePause, plan.StartPause, plan.StopPause, plan.RemovePause:
		return fmt.Sprintf("pod %s: the engine is slow to %s", world.Ref(), op.Kind)
	}
	return ""
}

// leftToOthers says of a pod whose end another process has begun how long that
// may take when patience is over, and what ends it at once. It is empty for every
// other pod.
func leftToOthers(world plan.World, s plan.Step) string {
	var doing, command string
	switch {
	case len(s.Ops) > 0 || !slices.ContainsFunc(world.Containers, func(c plan.Container) bool { return c.State == plan.Running }):
		return ""
	case s.State == plan.Leaving:
		doing, command = "is being removed", "rm"
	case s.State == plan.Stopping:
		doing, command = "is being stopped", "stop"
	default:
		return ""
	}
	text := fmt.Sprintf("pod %s %s", world.Ref(), doing)
	if world.Others() {
		text += " by another command"
	}
	if left := time.Until(world.GraceOver()) - patience; left > 0 {
		text += fmt.Sprintf(": up to %d s more", int(left.Round(time.Second).Seconds()))
	}
	return text + "; " + Command(command+" --now", world.Ref()) + " ends it at once"
}

// signalOf is the signal that a container is asked to end with.
func signalOf(w plan.World, id string) string {
	at := slices.IndexFunc(w.Containers, func(c plan.Container) bool { return c.ID == id })
	if at < 0 {
		return plan.Container{}.EndSignal()
	}
	return w.Containers[at].EndSignal()
}

// WaitText is what a pod waits for, in words.
func WaitText(wait plan.Wait) string {
	subject := "the pod"
	if wait.Unit != "" {
		subject = "container " + wait.Unit
	}
	detail := wait.Detail
	if wait.Fault != nil && wait.Fault.Op.Kind == plan.StartUnit {
		detail = refusal(wait.Fault.Err.Error())
	}
	return fmt.Sprintf("%s waits: %s: %s", subject, wait.Reason, detail)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/cmd/minipod/internal/value"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
	"github.com/minipod/minipod/runtime/translate"
)

// aimFlags say how far run brings pods before it leaves them.
type aimFlags struct {
	wait    string // empty: up, as Step.Settled has it
	timeout time.Duration
}

// The words of --wait.
const (
	aimCreated = "created"
	aimRunning = "running"
	aimReady   = "ready"
	aimEnded   = "ended"
)

func (f *aimFlags) register(cmd *cobra.Command) {
	words := []string{aimCreated, aimRunning, aimReady, aimEnded}
	cmd.Flags().Var(value.NewChoice(&f.wait, words...), "wait", "stay until the pod is `created|running|ready|ended`, instead of up: all containers started and past their startup probes")
	cmd.Flags().Var(value.NewDuration(&f.timeout, 0, 0), "timeout", "give up after this long with exit code 1, and leave the pod as it is; 0 waits forever")
	complete(cmd, "wait", words)
}

// aim is the flags as the loop wants them.
func (f *aimFlags) aim() loop.Aim {
	if f.wait == "" {
		return loop.Aim{Timeout: f.timeout}
	}
	up := false // once it was, what fails is tried again
	return loop.Aim{Timeout: f.timeout, Leave: f.wait == aimCreated, Reached: func(w plan.World, s plan.Step) bool {
		up = up || s.State == plan.Up && len(plan.Down(w)) == 0
		switch s.State {
		case plan.Finished, plan.Stopped, plan.Gone:
			return s.Settled()
		case plan.Starting, plan.Up:
			if !up && len(s.Faults()) > 0 && s.Settled() {
				return true
			}
		}
		return f.come(w, s)
	}}
}

// come reports whether a pod that is at work has come as far as it is to.
func (f *aimFlags) come(w plan.World, s plan.Step) bool {
	switch f.wait {
	case aimCreated:
		return w.Pause != nil
	case aimRunning:
		return s.Phase == v1.PodRunning
	case aimReady:
		return s.State == plan.Up && isReady(w) && !slices.ContainsFunc(s.Ops, isNote)
	}
	return false
}

// isNote tells the operation that writes down what probes have found: others
// are to see it too.
func isNote(op plan.Op) bool { return op.Kind == plan.Note }

// isReady reports whether the pod's condition Ready holds.
func isReady(w plan.World) bool {
	for _, c := range status.Status(w, time.Now()).Conditions {
		if c.Type == v1.PodReady {
			return c.Status == v1.ConditionTrue
		}
	}
	return false
}

// tooLate is the error of a pod that has not come so far in time. What its
// containers wrote last is shown where some are down.
func (f *aimFlags) tooLate(ctx context.Context, c tell.Console, left tell.Outcome) error {
	word := f.wait
	if word == "" {
		word = "up"
	}
	err := &lateError{ref: left.Ref, text: fmt.Sprintf("timed out after %s: pod %s is not %s yet", f.timeout, left.Ref, word)}
	for _, w := range left.Step.Waits {
		err.text += ": " + tell.WaitText(w)
		break
	}
	if len(plan.Down(left.World)) > 0 {
		return errors.Join(err, left.Tell(ctx, c))
	}
	return err
}

// lateError says that a pod has not come so far in time.
type lateError struct {
	ref  translate.Ref
	text string
}

func (e *lateError) Error() string { return e.text }

// Hint names the command that shows more.
func (e *lateError) Hint() string {
	return tell.Command("diagnose", e.ref) + " finds out what it waits for"
}

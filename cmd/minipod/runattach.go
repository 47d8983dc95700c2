package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/logs"
	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// attached runs pods side by side to their ends, prints what their containers
// write, and has the pods stopped when minipod is interrupted. It keeps them
// meanwhile: no supervisor is needed. The exit code is that of the first pod
// that did not succeed.
func (f *runFlags) attached(ctx context.Context, io streams, e connection, pods []manifest.Pod) error {
	on := making{e, tell.NewConsole(io.err), io.err, len(pods) == 1, &f.upkeep} // stdout is the containers'
	lines := logs.NewLines(io.out)
	errs := make([]error, len(pods))
	var all sync.WaitGroup
	for i, m := range pods {
		all.Go(func() {
			errs[i] = f.toItsEnd(ctx, on, m, &logs.Writers{Lines: lines, Pod: m.Pod().Name, Prefixed: true})
		})
	}
	all.Wait()
	return errors.Join(once(errs)...)
}

// toItsEnd runs one pod to its end. The loop goes on when minipod is
// interrupted: it is the one that stops the pod. Two would send two signals.
func (f *runFlags) toItsEnd(ctx context.Context, on making, m manifest.Pod, out *logs.Writers) error {
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	defer attend(on.connection, m.Ref())()
	n := tell.NewNarrator(on.console, m.Blueprint, f.detail.detail())
	follow := newFollower(work, n, m.Pod().UID, on.connection, out)
	runner := on.reporting(follow)
	asked, stopping := stopWith(ctx, on, m.Ref(), cancel)
	runner.Asked = asked
	res, err := runner.Run(work, m.Blueprint, loop.RunOptions{Replace: f.replace, Aim: f.aim()})
	stopping()
	n.Close()
	abandoned := errors.As(err, new(*loop.AbandonedError))
	late := errors.As(err, new(*loop.TimeoutError))
	left := abandoned || late
	if res.World.Pause == nil || left || errors.As(err, new(*loop.StaysError)) {
		cancel(nil) // nobody ends what is followed
	}
	if broken := follow.Wait(); !abandoned { // else the engine is gone for the logs as well
		err = errors.Join(err, broken)
	}
	var remains error
	if f.rm && res.World.Pause != nil && !left {
		remains = f.removed(context.WithoutCancel(ctx), on, m.Ref())
		err = errors.Join(err, remains)
	}
	if sig, stopped := interrupted(ctx); stopped {
		switch {
		case late:
			sayHalf(ctx, on.console, on.connection, m.Ref(), "")
		case !abandoned && remains == nil && !errors.As(err, new(*loop.LeftoverError)): // which say themselves what is left
			f.sayStopped(on.console, m.Ref(), res)
		}
		return errors.Join(sig, err)
	}
	if err != nil {
		return f.failed(work, on, m, res, err)
	}
	return endCode(on.console, f.left(on, m, res))
}

// sayStopped says what has become of a pod that was stopped by Ctrl-C.
func (f *runFlags) sayStopped(c tell.Console, ref translate.Ref, res loop.Result) {
	switch {
	case res.World.Pause == nil:
	case f.rm:
		c.Say("pod %s was stopped and removed", ref)
	default:
		c.Say("pod %s was stopped and is kept: %s, or %s", ref, tell.Command("start", ref), tell.Command("rm", ref))
	}
}

// endCode is how a pod has ended that was run to its end: nil for one that has
// succeeded, else the code of the container that failed first; an error where
// none has.
func endCode(c tell.Console, left tell.Outcome) error {
	first, ok := plan.FirstFailure(left.World)
	switch {
	case left.Step.Phase == v1.PodSucceeded:
		return nil
	case !ok:
		return left.FailedAsWhole()
	case left.World.EndReason() != "":
		c.Say("%s", left.FailedAsWhole())
	}
	c.Say("container %s of pod %s ended with exit code %d", first.Unit, left.World.Name, first.ExitCode)
	return codeError(first.ExitCode)
}

// stopWith has a pod stopped when ctx is interrupted, with the pod's grace,
// and at once when a second signal comes; one that is not there yet is not
// made. asked hints that it was asked for, and done ends the listening.
func stopWith(ctx context.Context, on making, ref translate.Ref, cancel context.CancelCauseFunc) (asked <-chan struct{}, done func()) {
	asks := make(chan struct{}, 2)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	over, listen := context.WithCancel(context.WithoutCancel(ctx))
	var all sync.WaitGroup
	stop := func(grace *int64) {
		all.Go(func() {
			found, err := on.runner.AskStop(over, ref.Namespace, ref.Name, grace)
			switch leaving := errors.As(err, new(*loop.LeavingError)); {
			case err == nil:
				asks <- struct{}{}
			case leaving && found.UID == ref.UID: // others see to it
			case leaving:
				on.console.Say("the older pod %s goes on being removed; no new one was made", ref)
				cancel(context.Cause(ctx))
			case errors.As(err, new(*loop.NotFoundError)):
				cancel(context.Cause(ctx))
			case over.Err() == nil:
				on.console.Fail(err)
			}
		})
	}
	all.Go(func() {
		defer signal.Stop(signals)
		select {
		case <-ctx.Done():
		case <-over.Done():
			return
		}
		on.console.Say("stopping pod %s; once more kills it", ref)
		stop(nil)
		more := 2 // the first is the one that ended ctx
		if first, _ := interrupted(ctx); first.signal == syscall.SIGHUP {
			more = 1
		}
		for range more {
			select {
			case <-signals:
			case <-over.Done():
				return
			}
		}
		stop(new(int64))
	})
	return asks, func() { listen(); all.Wait() }
}

// removed removes a pod that has come to its end. A LeftoverError says that it is
// there still.
func (f *runFlags) removed(ctx context.Context, on making, ref translate.Ref) error {
	waiting := tell.NewWaiting(on.console, "")
	defer waiting.Close()
	err := on.reporting(waiting).Remove(ctx, ref.Namespace, ref.Name, nil)
	switch {
	case err == nil, errors.As(err, new(*loop.NotFoundError)):
		return nil
	case errors.As(err, new(*loop.HeldError)): // which knows who removes it
		return err
	}
	return &loop.LeftoverError{Ref: ref, Err: err}
}

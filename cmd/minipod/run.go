package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

type runFlags struct {
	podFlags
	aimFlags
	detail  detailFlags
	attach  bool
	rm      bool
	files   []string
	replace bool
	upkeep  upkeep
}

func newRunCommand(io streams) *cobra.Command {
	f := &runFlags{}
	cmd := &cobra.Command{
		Use:     "run FILE|DIR|-|URL...",
		Short:   "Make the pods of manifests",
		GroupID: groupMake,
		Long: `run makes the pods of manifests and stays until they are up, have ended, or
cannot start; --wait says otherwise. It says what it makes, and why something
does not work.

All manifests are checked before anything is made. ConfigMaps and Secrets are
stored first, as kubectl apply does it. Several pods are made side by side.
A pod of which no container could be started is removed again, unless
--wait=created leaves it to the supervisor, which tries again, or nothing in it
is tried again and it has failed for good. Every other pod stays, to be looked
at: run says which container could not start or failed at once, and what it
wrote. What fails later is shown by ps and diagnose. A pod that is there already
and is the same is gone on with.

What is to be done for the pods later, such as restarts and probes, is done by
a supervisor in the background, which run starts where none is at work and
which ends when no pod needs it. See minipod supervise.

With --attach run prints what all containers write and keeps the pod itself
until it has ended; the exit code is that of the container that failed first,
or 0. Ctrl-C stops the pod with its grace, and a second one kills it. Killed
with -9, run can do neither that nor --rm: the pod goes on. Without --attach a
pod that is up when Ctrl-C comes stays; with --rm it is removed, with its grace.
One that is being started is removed again.`,
		Example: `  minipod run pod.yaml
  minipod run -p 8080:80 pod.yaml
  minipod run --attach --rm job.yaml
  minipod run --wait=ready --timeout=2m pod.yaml
  cat pod.yaml | minipod run -`,
		Aliases: []string{"apply", "create"},
		RunE: func(cmd *cobra.Command, args []string) error {
			args = append(args, f.files...)
			if len(args) == 0 {
				return usage(seeHelp(cmd), "run wants a manifest: a file, a directory, a URL, or - for stdin")
			}
			if cmd.CalledAs() == "create" && namesNoFile(args[0]) && (kindOf(args[0]) != nil || elsewhere(args[0]) != "") {
				return usage(createHint, "create takes a manifest, and %s is no file", args[0])
			}
			if err := f.check(cmd); err != nil {
				return err
			}
			return f.run(cmd, io, args)
		},
	}
	f.podFlags.register(cmd)
	f.aimFlags.register(cmd)
	f.detail.register(cmd)
	cmd.Flags().BoolVar(&f.attach, "attach", false, "print what the containers write until the pod has ended, and stop it on Ctrl-C; a second one kills")
	cmd.Flags().BoolVar(&f.rm, "rm", false, "remove the pod when it has ended, and on Ctrl-C: with --attach or --wait=ended")
	cmd.Flags().StringSliceVarP(&f.files, "filename", "f", nil, "a `manifest`, as kubectl apply names it")
	f.upkeep.register(cmd)
	cmd.Flags().BoolVar(&f.replace, "replace", false, "put the pod in the place of one of the same name that differs")
	return cmd
}

// check wants flags that agree.
func (f *runFlags) check(cmd *cobra.Command) error {
	switch {
	case f.attach && f.wait != "" && f.wait != aimEnded:
		return usage(seeHelp(cmd), "--attach stays until the pod has ended: --wait=%s does not go with it", f.wait)
	case f.rm && !f.attach && f.wait != aimEnded:
		return usage("minipod rm POD removes the pod", "--rm goes with --attach or --wait=ended")
	case f.attach:
		f.wait = aimEnded
	}
	return f.detail.check(cmd)
}

// run reads all manifests and then makes the pods.
func (f *runFlags) run(cmd *cobra.Command, io streams, args []string) error {
	ctx, c := cmd.Context(), tell.NewConsole(io.err)
	r := f.read(cmd, io, args)
	warned := len(r.Warnings)
	for _, w := range r.Warnings {
		c.Warn(w.String())
	}
	if f.detail.verbose {
		for _, p := range r.Idle() {
			c.Note(p.String())
		}
	}
	if err := r.Err(); err != nil {
		return err
	}
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	if err := runtimes(ctx, e, r.Pods); err != nil {
		return err
	}
	err = confined(ctx, e, r)
	for _, w := range r.Warnings[warned:] {
		c.Warn(w.String())
	}
	if err != nil {
		return err
	}
	large, err := tooLarge(ctx, e, r.Pods)
	if err != nil {
		return err
	}
	for _, p := range large {
		c.Warn(p.String())
	}
	if err := applyObjects(ctx, io, e, r.Objects); err != nil {
		return err
	}
	if err := claimed(ctx, e, r.Pods); err != nil {
		return err
	}
	if err := accounts(ctx, e, r.Pods); err != nil {
		return err
	}
	if f.attach {
		return f.attached(ctx, io, e, r.Pods)
	}
	return f.pods(ctx, io, e, r.Pods)
}

// makers bounds how many pods are made at a time.
const makers = 6

// pods makes pods side by side. One that fails does not keep the others from
// being made, unless no engine answers.
func (f *runFlags) pods(ctx context.Context, io streams, e connection, pods []manifest.Pod) error {
	turns := tell.NewTurns(tell.NewConsole(io.err), io.out)
	errs := make([]error, len(pods))
	var lost atomic.Bool
	var group errgroup.Group
	group.SetLimit(makers)
	for i, m := range pods {
		group.Go(func() error {
			defer turns.Done(i)
			if errs[i] = context.Cause(ctx); errs[i] != nil || lost.Load() {
				return nil
			}
			c, out := turns.Take(i)
			errs[i] = f.one(ctx, making{e, c, out, len(pods) == 1, &f.upkeep}, m)
			if errors.Is(errs[i], plan.ErrUnreachable) && !tell.HasFault(errs[i]) {
				lost.Store(true)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return errors.Join(once(errs)...)
}

// once are errors without those that say the same as another one.
func once(errs []error) []error {
	var all []error
	seen := map[string]bool{}
	for _, err := range errs {
		if err != nil && !seen[err.Error()] {
			seen[err.Error()] = true
			all = append(all, err)
		}
	}
	return all
}

// making is where one pod is made, and told of.
type making struct {
	connection
	console tell.Console
	out     io.Writer
	alone   bool
	upkeep  *upkeep
}

// one makes one pod and says what became of it.
func (f *runFlags) one(ctx context.Context, on making, m manifest.Pod) error {
	n := tell.NewNarrator(on.console, m.Blueprint, f.detail.detail())
	release := attend(on.connection, m.Ref())
	res, err := on.reporting(n).Run(ctx, m.Blueprint, loop.RunOptions{Replace: f.replace, Aim: f.aim()})
	n.Close()
	release()
	stays := errors.As(err, new(*loop.StaysError))
	if _, stopped := interrupted(ctx); stopped && err != nil {
		return errors.Join(tell.RunError(m, res, err), f.brokenOff(context.WithoutCancel(ctx), on, m.Ref(), res, err))
	}
	if err != nil && !stays {
		return f.failed(ctx, on, m, res, err)
	}
	word := "unchanged"
	if !res.Existed {
		word = "created"
	}
	tell.Result(on.out, "pod/%s %s", m.Pod().Name, word)
	on.upkeep.see(ctx, on, res.World, f.detail.detail())
	if stays {
		err = errors.Join(tell.RunError(m, res, err), f.stayed(ctx, on, m, res))
	} else {
		err = f.left(on, m, res).Tell(ctx, on.console)
	}
	if err == nil && f.wait == aimReady && res.Step.State != plan.Up {
		err = fmt.Errorf("pod %s has ended: it will not be ready", m.Ref())
	}
	if f.rm {
		err = errors.Join(err, f.removed(ctx, on, m.Ref()))
	}
	return err
}

// stayed tells of a pod that stays, unless it is about to be removed.
func (f *runFlags) stayed(ctx context.Context, on making, m manifest.Pod, res loop.Result) error {
	if f.rm {
		return nil
	}
	return f.left(on, m, res).TellStays(ctx, on.console)
}

func (f *runFlags) left(on making, m manifest.Pod, res loop.Result) tell.Outcome {
	return tell.Outcome{Result: res, Ref: m.Ref(), Manifest: &m, Logs: on, Events: on, Detail: f.detail.detail(), Alone: on.alone && !f.rm}
}

// brokenOff says what an interrupted run has left of a pod, and has one that stays
// kept; with --rm it is removed, with its grace.
func (f *runFlags) brokenOff(ctx context.Context, on making, ref translate.Ref, res loop.Result, err error) error {
	switch {
	case errors.As(err, new(*loop.LeftoverError)): // which says so itself
	case res.Undone:
		on.console.Say("pod %s was removed again", ref)
	case res.World.Pause == nil:
	case f.rm:
		if err := f.removed(ctx, on, ref); err != nil {
			return err
		}
		on.console.Say("pod %s was stopped and removed", ref)
	default:
		on.upkeep.see(ctx, on, res.World, f.detail.detail())
		on.console.Say("pod %s is left as it is; %s removes it", ref, tell.Command("rm", ref))
	}
	return nil
}

// failed is the error of a pod that has not come as far as it was to.
func (f *runFlags) failed(ctx context.Context, on making, m manifest.Pod, res loop.Result, err error) error {
	refused := res.World.Pause == nil // nothing was run: it was stopped before
	if f.rm && errors.As(err, new(*loop.StoppedError)) && !refused {
		err := fmt.Errorf("pod %s was stopped by another command, and is removed", m.Ref())
		if !f.attach { // which has removed it
			err = errors.Join(f.removed(ctx, on, m.Ref()), err)
		}
		return err
	}
	late := errors.As(err, new(*loop.TimeoutError))
	if late || res.Existed || errors.As(err, new(*loop.StaysError)) { // it is there still
		on.upkeep.see(ctx, on, res.World, f.detail.detail())
	}
	if late {
		return f.tooLate(ctx, on.console, f.left(on, m, res))
	}
	return tell.RunError(m, res, err)
}

// namesNoFile reports whether there is no file of a name.
func namesNoFile(name string) bool {
	_, err := os.Lstat(name)
	return errors.Is(err, fs.ErrNotExist)
}

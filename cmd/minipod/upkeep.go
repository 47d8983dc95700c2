package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/supervisor"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// envNoSupervise, when it is set, is --no-supervise of every command: tests and
// benches are not to leave supervisors behind.
const envNoSupervise = "MINIPOD_NO_SUPERVISE"

// supervises reports whether commands may start supervisors.
func supervises() bool { return os.Getenv(envNoSupervise) == "" }

// upkeep sees to it that somebody keeps the pods that a command has made, once
// the command has left.
type upkeep struct {
	off  bool
	once sync.Once
}

func (u *upkeep) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&u.off, "no-supervise", false, "start no supervisor: what is to be done later waits for the next run, or for minipod supervise")
}

// see starts a supervisor, once for the command, if a pod needs one and none
// is at work. It does not wait for it. That there is none keeps no pod from
// having been made.
func (u *upkeep) see(ctx context.Context, on making, w plan.World, d tell.Detail) {
	if u.off || !supervises() || !plan.NeedsKeeper(w) {
		return
	}
	u.once.Do(func() {
		pid, err := startSupervisor(ctx, on.connection)
		switch {
		case err != nil:
			on.console.Warn("no supervisor was started: " + err.Error() + "; minipod supervise keeps the pods in the foreground")
		case pid != 0 && d != tell.Quiet:
			on.console.Say("started a supervisor (pid %d); minipod supervise --stop ends it", pid)
		}
	})
}

// startSupervisor starts one where none is at work; where one is, pid is 0.
func startSupervisor(ctx context.Context, e connection) (pid int, err error) {
	at, err := place(e)
	if err != nil {
		return 0, err
	}
	if kept, err := isKept(ctx, e, at); err != nil || kept {
		return 0, err
	}
	pid, err = at.Start(commandSupervise, "--until-idle")
	if errors.As(err, new(*supervisor.TakenError)) {
		return 0, nil // who else starts one was faster
	}
	return pid, err
}

// tellOfUnattended names the pods for which something is to be done, now or when
// a back-off is over, and nobody does it, and the command that does.
func tellOfUnattended(ctx context.Context, c tell.Console, e connection, worlds []plan.World) {
	at, err := place(e)
	var names []string
	var left []plan.World // half stopped or half removed
	for _, w := range worlds {
		switch {
		case !plan.Unattended(w, time.Now()) && len(plan.WaitsForKeeper(w, time.Now())) == 0:
		case err == nil && isAttended(at, w.Ref()):
		case w.Intent() == plan.Halted || w.Leaving():
			left = append(left, w)
		default:
			names = append(names, w.Ref().String())
		}
	}
	if len(names)+len(left) == 0 {
		return
	}
	if err == nil {
		if kept, err := isKept(ctx, e, at); err != nil || kept {
			return
		}
	}
	if len(names) > 0 {
		what, them := "pod ", "it"
		if len(names) > 1 {
			what, them = "pods ", "them"
		}
		c.Warn("no supervisor runs for " + what + strings.Join(names, ", ") + "; minipod supervise keeps " + them)
	}
	for _, w := range left {
		c.Warn(halfText(w, ""))
	}
}

// attend has others know that a command keeps a pod, until it lets go of it. That
// they cannot is no reason not to do so.
func attend(e connection, ref translate.Ref) (release func()) {
	at, err := place(e)
	if err != nil {
		return func() {}
	}
	held, err := at.Attend(ref.String(), "run")
	if err != nil {
		return func() {}
	}
	return held.Remove
}

// isAttended reports whether a command is at work on a pod and keeps it.
func isAttended(at supervisor.Place, ref translate.Ref) bool {
	_, held, err := at.Of(ref.String()).Holder()
	return err == nil && held
}

// isKept reports whether somebody keeps the pods of an engine, here or in it.
func isKept(ctx context.Context, e connection, at supervisor.Place) (bool, error) {
	if _, held, err := at.Holder(); err != nil || held {
		return held, err
	}
	return e.Installed(ctx)
}

package main

import (
	"context"
	"errors"
	"log/slog"
	"path"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/heap"
	"github.com/minipod/minipod/cmd/minipod/internal/supervisor"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/cmd/minipod/internal/value"
	"github.com/minipod/minipod/runtime/docker"
)

type superviseFlags struct {
	idle      time.Duration
	stop      bool
	install   bool
	uninstall bool
	program   string
	socket    string
	installed bool // it is what --install has made
}

// What the lock says of who keeps the pods.
const (
	commandSupervise = "supervise"
	commandServe     = "serve"
)

// flagInstalled tells the supervisor in the engine that it is that one.
const flagInstalled = "installed"

// idleTime is how long no pod needs a supervisor before one that run has
// started ends.
const idleTime = "10s"

func newSuperviseCommand(io streams) *cobra.Command {
	f := &superviseFlags{}
	cmd := &cobra.Command{
		Use:     "supervise",
		Short:   "Keep all pods of the engine: restarts, probes, what is left to do",
		GroupID: groupMake,
		Args:    none,
		Long: `supervise keeps all pods of the engine in the foreground: what ends is restarted
as its manifest says, probes are run, and what another command has left half
done is done. Ctrl-C leaves the pods as they are. It holds nothing that
matters: killed and started again, it goes on.

run and start have one started in the background where none is at work; it
ends when no pod needs it. One is at work for an engine at a time, for each
user; serve does the same work.

--install puts the same program into the engine instead, as a container with
the engine's socket: pods are kept across reboots and while this machine is
gone, on remote engines too. Private images are then pulled with the pods'
imagePullSecrets alone. --uninstall takes it away.`,
		Example: `  minipod supervise
  minipod supervise --stop
  minipod supervise --install`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			switch c := tell.NewConsole(io.err); {
			case f.stop:
				return stopSupervisor(cmd.Context(), c)
			case f.install:
				return f.put(cmd.Context(), c)
			case f.uninstall:
				return takeAway(cmd.Context(), c)
			}
			heap.Stay()
			return f.run(cmd.Context(), io)
		},
	}
	cmd.Flags().BoolVar(&f.stop, "stop", false, "end the supervisor that is at work; the pods are left as they are")
	cmd.Flags().Var(value.NewDuration(&f.idle, 0, 0), "until-idle", "end when no pod has needed it for so long")
	cmd.Flags().Lookup("until-idle").NoOptDefVal = idleTime
	cmd.Flags().Lookup("until-idle").Hidden = true
	cmd.Flags().BoolVar(&f.install, "install", false, "have the engine keep its pods itself, in a container of its own")
	cmd.Flags().BoolVar(&f.uninstall, "uninstall", false, "remove what --install has made; the pods are left as they are")
	cmd.Flags().BoolVar(&f.installed, flagInstalled, false, "this is the supervisor that --install has put into the engine")
	cmd.Flags().Lookup(flagInstalled).Hidden = true
	cmd.Flags().StringVar(&f.program, "program", "", "with --install: the minipod to put there, as a `FILE`, where this one is for another system")
	cmd.Flags().StringVar(&f.socket, "socket", "", "with --install: the `PATH` of the engine's socket on its machine")
	return cmd
}

func (f *superviseFlags) check(cmd *cobra.Command) error {
	if err := exclusive(cmd, "until-idle", "stop", "install", "uninstall"); err != nil {
		return err
	}
	for _, flag := range []string{"program", "socket"} {
		if cmd.Flags().Changed(flag) && !f.install {
			return usage(seeHelp(cmd), "--%s is for supervise --install", flag)
		}
	}
	if f.socket != "" && !path.IsAbs(f.socket) {
		return usage(seeHelp(cmd), "--socket=%s: want an absolute path, as it is on the engine's machine", f.socket)
	}
	return nil
}

// run keeps the pods until ctx ends or nobody needs it.
func (f *superviseFlags) run(ctx context.Context, io streams) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	at, err := place(e)
	if err != nil {
		return err
	}
	c := tell.NewConsole(io.err)
	log := slog.New(slog.NewTextHandler(io.err, nil))
	s := &supervisor.Supervisor{
		Engine: e.Engine, Changes: e.Engine, Objects: e.Engine, Events: e.Engine, Place: at, Command: commandSupervise,
		Idle: f.idle, Failed: seldom(log),
		Began: func() { c.Say("keeping the pods of the engine at %s; Ctrl-C leaves them as they are", e.Address()) },
	}
	if !f.installed {
		var stop func()
		ctx, stop = unlessInstalled(ctx, e)
		defer stop()
	}
	if ctx.Err() == nil {
		err = s.Run(ctx)
	}
	switch taken := new(supervisor.TakenError); {
	case errors.As(err, &taken):
		c.Say("%s already", taken.Error())
		return nil
	case errors.Is(context.Cause(ctx), errInstalled):
		c.Say("%s already", errInstalled)
		return nil
	}
	return err
}

// seldom logs errors, the same one once a minute.
func seldom(log *slog.Logger) func(error) {
	var mu sync.Mutex
	said := map[string]time.Time{}
	return func(err error) {
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		for text, at := range said {
			if now.Sub(at) >= time.Minute {
				delete(said, text)
			}
		}
		if _, known := said[err.Error()]; !known {
			said[err.Error()] = now
			log.Warn("keep the pods", "error", err)
		}
	}
}

// stopPatience is how long nothing is said of a supervisor that does not end.
const stopPatience = 2 * time.Second

// stopSupervisor ends the supervisor that is at work.
func stopSupervisor(ctx context.Context, c tell.Console) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	at, err := place(e)
	if err != nil {
		return err
	}
	holder, held, err := at.Holder()
	switch {
	case err != nil:
		return err
	case !held:
		return sayNoneHere(ctx, e, c)
	case holder.Command == commandServe:
		c.Say("%s keeps the pods; it ends with Ctrl-C", holder)
		return nil
	}
	late := time.AfterFunc(stopPatience, func() { c.Say("%s has not ended yet; kill -9 %d loses nothing", holder, holder.PID) })
	defer late.Stop()
	if err := at.Stop(ctx, holder); err != nil {
		return err
	}
	c.Say("stopped %s; the pods are left as they are", holder)
	return nil
}

// sayNoneHere says where else the pods are kept.
func sayNoneHere(ctx context.Context, e connection, c tell.Console) error {
	installed, err := e.Installed(ctx)
	if installed {
		c.Say("the container %s keeps the pods; minipod supervise --uninstall takes it away", docker.InstalledName)
	} else if err == nil {
		c.Say("no supervisor is at work on the engine at %s", e.Address())
	}
	return err
}

// place is where the supervisor of an engine is found.
func place(e connection) (supervisor.Place, error) {
	folder, err := stateFile("")
	return supervisor.PlaceOf(folder, e.Address()), err
}

// holdPlace has no supervisor be started while another command keeps the pods;
// what it returns lets one be again. One that is at work already goes on: two
// at once do no harm.
func holdPlace(e connection, c tell.Console) (release func()) {
	at, err := place(e)
	if err == nil {
		var held *supervisor.Held
		if held, err = at.Hold(commandServe); err == nil {
			return held.Release
		}
	}
	if !errors.As(err, new(*supervisor.TakenError)) {
		c.Warn("run may start a supervisor beside this: " + err.Error())
	}
	return func() {}
}

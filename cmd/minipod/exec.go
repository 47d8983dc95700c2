package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

type execFlags struct {
	namespace string
	container string
	stdin     bool
	tty       bool
	quiet     bool
	user      string
	folder    string
	env       []string
}

func newExecCommand(io streams) *cobra.Command {
	f := &execFlags{}
	cmd := &cobra.Command{
		Use:     "exec [-it] [-c CONTAINER] POD[/CONTAINER] [--] COMMAND...",
		Short:   "Run a command in a container",
		GroupID: groupLook,
		Long: `exec runs a command in a container of a pod and ends with its exit code. -i
passes stdin on; -t gives the command a terminal. Flags after the command's
name are the command's own.`,
		Example: `  minipod exec web ps aux
  minipod exec -it web -c nginx -- sh
  minipod exec -i web tar -x -C /srv < site.tar`,
		ValidArgsFunction: completePod,
		RunE: func(cmd *cobra.Command, args []string) error {
			command, err := splitExec(cmd, args)
			if err != nil {
				return err
			}
			pod, container, err := podAndContainer(args[0], f.container)
			if err != nil {
				return err
			}
			f.container = container
			for _, pair := range f.env {
				if name, _, ok := strings.Cut(pair, "="); !ok { // docker would pass its own on
					return usage(fmt.Sprintf(`minipod exec -e %s="$%[1]s" %s COMMAND`, name, pod), "-e %s: want NAME=VALUE", name)
				}
			}
			return f.run(cmd.Context(), io, pod, command)
		},
	}
	registerNamespace(cmd, &f.namespace)
	cmd.Flags().StringVarP(&f.container, "container", "c", "", "the `container` (the first)")
	cmd.Flags().BoolVarP(&f.stdin, "stdin", "i", false, "pass stdin on")
	cmd.Flags().BoolVarP(&f.tty, "tty", "t", false, "give the command a terminal")
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print only what the command prints")
	cmd.Flags().StringVarP(&f.user, "user", "u", "", "run it as this `user`, or USER:GROUP, by names of the container or numbers")
	cmd.Flags().StringVarP(&f.folder, "workdir", "w", "", "run it in this `folder`")
	cmd.Flags().StringArrayVarP(&f.env, "env", "e", nil, "`NAME=VALUE` beside the container's own environment")
	completeContainerFlag(cmd, "container")
	return cmd
}

// endFlags has the flags of exec end at the pod's name: what follows may be a
// command's, see splitExec. A shell that completes knows them everywhere.
func endFlags(root *cobra.Command, args []string) {
	if cmd, _, err := root.Find(args); err == nil && cmd.Name() == "exec" {
		cmd.Flags().SetInterspersed(false)
	}
}

// splitExec finds the command after the pod's name. Flags between the two are
// minipod's, as kubectl has it; what comes after a word that is no flag, or
// after --, is the command's.
func splitExec(cmd *cobra.Command, args []string) ([]string, error) {
	if len(args) == 0 || cmd.ArgsLenAtDash() == 0 {
		return nil, usage(seeHelp(cmd), "exec wants a pod and a command: exec POD COMMAND")
	}
	if err := cmd.Flags().Parse(args[1:]); err != nil {
		return nil, flagError(cmd, err)
	}
	command := cmd.Flags().Args()
	if len(command) == 0 {
		return nil, usage("minipod exec -it "+args[0]+" sh", "exec wants a command after the pod's name")
	}
	return command, nil
}

func (f *execFlags) run(ctx context.Context, io streams, name string, command []string) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	c := tell.NewConsole(io.err)
	ref := translate.Ref{Namespace: namespaceOr(f.namespace), Name: name}
	running, note, err := findRunning(ctx, e, ref, f.container, "exec into")
	if err != nil {
		return err
	}
	if note != "" && !f.quiet {
		c.Say("%s", note)
	}
	opts := engine.ExecOptions{
		Command: command, Env: f.env, User: f.user, Folder: f.folder,
		Stdio: engine.Stdio{Stdout: io.out, Stderr: io.err},
	}
	if f.stdin {
		opts.Stdin = io.in
	}
	code, err := f.exec(ctx, c, io, e, running.ID, opts)
	switch {
	case err != nil:
		return err
	case code != 0 && !f.quiet:
		c.Say("%s", codeError(code))
	}
	if code != 0 {
		return codeError(code)
	}
	return nil
}

// exec runs the command, in a terminal where one is asked for and there is
// one.
func (f *execFlags) exec(ctx context.Context, c tell.Console, io streams, e connection, id string, opts engine.ExecOptions) (code int, err error) {
	if f.tty {
		if t, ok := newTerminal(io, f.stdin); ok {
			err = t.lend(ctx, opts.Stdio, func(ctx context.Context, streams engine.Stdio) (err error) {
				opts.Stdio = streams
				code, err = e.Exec(ctx, id, opts)
				return err
			})
			return code, err
		}
		c.Warn("-t without a terminal: the command gets none")
	}
	return e.Exec(ctx, id, opts)
}

// findRunning is the running container that something is to be done with, such
// as "exec into".
func findRunning(ctx context.Context, e connection, ref translate.Ref, container, what string) (*plan.Container, string, error) {
	w, err := e.runner.Find(ctx, ref.Namespace, ref.Name)
	switch {
	case err != nil:
		return nil, "", err
	case w.Want == nil:
		return nil, "", unreadable(ref)
	}
	if phase, ended := endedAs(w); ended {
		return nil, "", &hintedError{fmt.Errorf("cannot %s a container in a completed pod; current phase is %s", what, phase), endedHint(ref)}
	}
	name, note, err := chooseContainer(w, container)
	if err != nil {
		return nil, "", err
	}
	running := w.Latest(name)
	if running == nil || running.State != plan.Running {
		return nil, "", &notRunningError{ref: ref, container: name, world: w}
	}
	if running.Paused {
		paused := fmt.Errorf("somebody has paused container %s of pod %s, and its processes stand still", name, ref)
		return nil, "", &hintedError{paused, "docker unpause " + running.Name + " lets them go on"}
	}
	return running, note, nil
}

// endedAs is a pod's phase, and whether the pod has come to its end with it.
func endedAs(w plan.World) (phase v1.PodPhase, ended bool) {
	phase = plan.Phase(w)
	return phase, phase == v1.PodSucceeded || phase == v1.PodFailed
}

// endedHint is what can be done with a pod that has ended.
func endedHint(ref translate.Ref) string {
	return fmt.Sprintf("%s prints what it wrote; %s starts it again", tell.Command("logs", ref), tell.Command("start", ref))
}

// notRunningError says that a container is not running.
type notRunningError struct {
	ref       translate.Ref
	container string
	world     plan.World
}

func (e *notRunningError) Error() string {
	return fmt.Sprintf("container %s of pod %s is not running", e.container, e.ref)
}

// Hint names what runs while the container is waited for, else the command that
// shows why it does not run.
func (e *notRunningError) Hint() string {
	if e.world.Intent() == plan.Halted {
		return tell.Command("start", e.ref)
	}
	own := e.world.Latest(e.container)
	if own != nil && own.Ended() {
		return tell.Command("logs", e.ref) + " -c " + e.container
	}
	if unit := e.world.RunningInit(); unit != "" {
		return fmt.Sprintf("init container %s runs, and has to end first: %s -c %[1]s", unit, tell.Command("exec", e.ref))
	}
	return tell.Command("diagnose", e.ref)
}

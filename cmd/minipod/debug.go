package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/rand"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/cmd/minipod/internal/value"
	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

type debugFlags struct {
	attachFlags
	image  string
	target string
	pull   string
	env    []string
}

func newDebugCommand(io streams) *cobra.Command {
	f := &debugFlags{attachFlags: attachFlags{replay: true}}
	cmd := &cobra.Command{
		Use:     "debug POD --image IMAGE [-it] [--target CONTAINER] [-- COMMAND...]",
		Short:   "Put a container into a running pod, to look around there",
		GroupID: groupLook,
		Long: `debug puts an ephemeral container into a running pod: it shares the pod's
network, and its processes where the pod's containers share theirs. --target
has it share the processes of one container where they do not. The pod's own
containers go on as they are. With -i debug attaches to the container, and ends
with its exit code.`,
		Example: `  minipod debug web -it --image busybox
  minipod debug web -it --image busybox --target nginx -- sh
  minipod debug web --image busybox -c probe -- sleep 600`,
		ValidArgsFunction: completePod,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || cmd.ArgsLenAtDash() == 0 {
				return usage(seeHelp(cmd), "debug wants one pod")
			}
			if at := cmd.ArgsLenAtDash(); at > 1 || at < 0 && len(args) > 1 {
				return usage(seeOne(cmd, args), "debug wants one pod, and a command after --")
			}
			if f.image == "" {
				return usage(seeHelp(cmd), "debug wants --image")
			}
			return f.run(cmd.Context(), io, podName(args[0]), args[1:])
		},
	}
	registerNamespace(cmd, &f.namespace)
	flags := cmd.Flags()
	flags.Var(value.NewImage(&f.image), "image", "the `image` of the container")
	flags.StringVarP(&f.container, "container", "c", "", "the container's `name` (one is made up)")
	flags.StringVar(&f.target, "target", "", "share the processes of this `container`")
	flags.StringArrayVar(&f.env, "env", nil, "a variable of its environment: `NAME=VALUE`")
	flags.StringVar(&f.pull, "image-pull-policy", "", "`Always|IfNotPresent|Never`")
	flags.BoolVarP(&f.stdin, "stdin", "i", false, "attach to it, and pass stdin on")
	flags.BoolVarP(&f.tty, "tty", "t", false, "give it the terminal")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print only what the container prints")
	completeContainerFlag(cmd, "target")
	complete(cmd, "image-pull-policy", []string{"Always", "IfNotPresent", "Never"})
	return cmd
}

func (f *debugFlags) run(ctx context.Context, io streams, name string, command []string) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	c := tell.NewConsole(io.err)
	ref := translate.Ref{Namespace: namespaceOr(f.namespace), Name: name}
	f.pipedIn(c, io)
	made, err := f.ephemeral(command)
	if err != nil {
		return err
	}
	w, err := e.runner.Find(ctx, ref.Namespace, ref.Name)
	switch {
	case err != nil:
		return err
	case w.Want == nil:
		return unreadable(ref)
	}
	if phase, ended := endedAs(w); ended {
		return &hintedError{fmt.Errorf("pod %s has ended (%s): nothing is started in it", ref, phase), endedHint(ref)}
	}
	if err := startable(ctx, e, w, made); err != nil {
		return err
	}
	n := tell.NewNarrator(c, w.Want, f.detail()) // of a pod that nobody keeps, Amend starts more
	n.From(w)
	res, err := e.reporting(n).Amend(ctx, ref, func(pod *v1.Pod) error { return withEphemeral(pod, made) }, arrival(made.Name))
	n.Close()
	switch at := res.World.Latest(made.Name); {
	case err != nil:
		return err
	case at == nil || at.StartedAt.IsZero():
		return &notThereError{error: notThere(res, ref, made.Name), ref: ref, container: made.Name, ended: at != nil && at.Ended()}
	}
	if !f.stdin {
		tell.Result(io.out, "pod/%s: container %s was started", name, made.Name)
		if !f.quiet {
			c.Say("%s -c %s shows what it writes; with -i debug attaches to it", tell.Command("logs", ref), made.Name)
		}
		return nil
	}
	if !f.quiet {
		c.Say("container %s is in pod %s", made.Name, ref)
	}
	return f.session(ctx, c, io, e, res.World, made.Name)
}

// pipedIn makes no terminal for the container where what it is to read is no
// terminal either: there it would not see the end of it.
func (f *debugFlags) pipedIn(c tell.Console, io streams) {
	if _, ok := newTerminal(io, f.stdin); f.stdin && f.tty && !ok {
		c.Warn("-t without a terminal: the container gets none")
		f.tty = false
	}
}

func (f *debugFlags) detail() tell.Detail {
	if f.quiet {
		return tell.Quiet
	}
	return tell.Brief
}

// ephemeral is the container that the flags describe.
func (f *debugFlags) ephemeral(command []string) (v1.EphemeralContainer, error) {
	name := f.container
	if name == "" {
		name = "debugger-" + rand.String(5)
	}
	made := v1.EphemeralContainer{TargetContainerName: f.target, EphemeralContainerCommon: v1.EphemeralContainerCommon{
		Name: name, Image: f.image, Command: command, Stdin: f.stdin, TTY: f.tty,
		StdinOnce:       f.stdin && !f.tty, // it sees the end of what is piped in; a terminal can be attached again
		ImagePullPolicy: v1.PullPolicy(f.pull), TerminationMessagePolicy: v1.TerminationMessageReadFile,
	}}
	for _, pair := range f.env {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return made, usage("minipod debug --help", "--env %s: want NAME=VALUE", pair)
		}
		made.Env = append(made.Env, v1.EnvVar{Name: key, Value: value})
	}
	return made, nil
}

// startable refuses a container that could never be started, before it is in the
// pod for good: one whose image is neither there nor to be pulled.
func startable(ctx context.Context, e connection, w plan.World, made v1.EphemeralContainer) error {
	if made.ImagePullPolicy != v1.PullNever {
		return nil
	}
	pod := w.Want.Pod.DeepCopy()
	pod.Spec.EphemeralContainers = append(pod.Spec.EphemeralContainers, made)
	images, err := e.Images(ctx, translate.New(pod, w.Want.Options))
	if _, there := images[made.Image]; err != nil || there {
		return err
	}
	return &hintedError{
		fmt.Errorf("image %s is not there, and --image-pull-policy=Never pulls none: nothing was changed", made.Image),
		"docker images lists those that are there; --image-pull-policy=IfNotPresent pulls it",
	}
}

// withEphemeral puts a container into a pod, as the API server takes it.
func withEphemeral(pod *v1.Pod, made v1.EphemeralContainer) error {
	if slices.Contains(containerNames(pod), made.Name) {
		return fmt.Errorf("pod %s has a container %s already", pod.Name, made.Name)
	}
	if made.TargetContainerName != "" && !slices.Contains(containerNames(pod), made.TargetContainerName) {
		return fmt.Errorf("container %s is not of pod %s: it has %s", made.TargetContainerName, pod.Name, strings.Join(containerNames(pod), ", "))
	}
	version := pod.ResourceVersion
	pod.ResourceVersion = "0" // Kubernetes wants one; records have revisions instead
	old := pod.DeepCopy()
	defer func() { pod.ResourceVersion = version }()
	pod.Spec.EphemeralContainers = append(pod.Spec.EphemeralContainers, made)
	pod.Generation++
	kube.DefaultPod(pod)
	if errs := kube.ValidateEphemeralContainersUpdate(pod, old); len(errs) > 0 {
		return errs.ToAggregate()
	}
	return nil
}

// arrival is when a container of a pod was started, or it is known why not.
func arrival(name string) loop.Aim {
	return loop.Aim{Reached: func(w plan.World, s plan.Step) bool {
		at := w.Latest(name)
		waits := slices.ContainsFunc(s.Waits, func(wait plan.Wait) bool { return wait.Unit == name && wait.Reason != "" })
		return at != nil && (at.Ended() || !at.StartedAt.IsZero()) || waits || s.State != plan.Starting && s.State != plan.Up
	}}
}

// notThereError says why a container was not started that the pod has now for as
// long as it is there: Kubernetes takes no ephemeral container away.
type notThereError struct {
	error
	ref       translate.Ref
	container string
	ended     bool // its start has failed, and it is not tried again
}

// Hint says what becomes of it.
func (e *notThereError) Hint() string {
	if e.ended {
		return fmt.Sprintf("%s has ended and is not started again; %s with another command makes another", e.container, tell.Command("debug", e.ref))
	}
	return fmt.Sprintf("%s stays and is tried again; %s ends that", e.container, tell.Command("rm", e.ref))
}

// notThere is why a container was not started: what this process waits for, or
// the engine's answer to another that has tried it.
func notThere(res loop.Result, ref translate.Ref, name string) error {
	for _, wait := range res.Step.Waits {
		if wait.Unit == name {
			return fmt.Errorf("container %s of pod %s: %s: %s", name, ref, wait.Reason, wait.Detail)
		}
	}
	if at := res.World.Latest(name); at != nil && at.Error != "" {
		return fmt.Errorf("container %s of pod %s: %s: start %s: %s", name, ref, plan.ReasonRunError, at.Name, at.Error)
	}
	return fmt.Errorf("container %s of pod %s was not started: the pod is %s", name, ref, res.Step.State)
}

// session attaches to the container, or prints what one wrote that has ended
// already. It ends with the container's exit code.
func (f *debugFlags) session(ctx context.Context, c tell.Console, io streams, e connection, w plan.World, name string) error {
	id := w.Latest(name).ID
	err := f.attach(ctx, c, io, e, id)
	if errors.Is(err, plan.ErrStale) {
		err = e.Logs(ctx, id, engine.LogOptions{}, io.out, io.err)
	}
	if err != nil {
		return followed(ctx, err)
	}
	w, err = e.Observe(ctx, w.UID)
	if err != nil {
		return err
	}
	if ended := w.Latest(name); ended != nil && ended.ExitCode != 0 {
		return codeError(ended.ExitCode)
	}
	return nil
}

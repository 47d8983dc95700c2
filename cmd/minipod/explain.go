package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	goruntime "runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/kubectl/pkg/util/term"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/cmd/minipod/internal/value"
	"github.com/minipod/minipod/runtime/explain"
	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/translate"
)

type explainFlags struct {
	podFlags
	script bool
	lang   string
	field  string
	image  bool
}

// The languages beside sh.
const (
	langGo   = "go"
	langJSON = "json"
)

func newExplainCommand(io streams) *cobra.Command {
	f := &explainFlags{}
	cmd := &cobra.Command{
		Use:     "explain FILE|POD...",
		Short:   "Print the docker commands that make the same pod",
		GroupID: groupRead,
		Long: `explain prints the docker run lines of a pod: the pause, and the containers
that join its namespaces, with the field of the manifest that each flag comes
from. Run by sh they make such containers, but no pod that ps would list. The
pause image is minipod's own: explain --image prints it for docker load.

explain --script prints the whole script: run by sh, it makes the same pod as
run does, with its labels, its volumes and what is in them, and its order.

explain --lang go prints a Go program that makes the same pod by the Docker API;
--lang json lists its requests. In those a value that is known only when the pod
runs is written as ${status.podIP}.

explain --field spec.shareProcessNamespace says what a field does: what
Kubernetes' documentation says, and what minipod does with it, which is found
out by translating a pod that has the field. So does explain pod.spec.hostname,
and explain pod lists the fields of a Pod.

A word that names a file or a directory here is a manifest; otherwise it is a
pod that is there. pod/NAME is always a pod, ./NAME is always a file.`,
		Example: `  minipod explain pod.yaml
  minipod explain web                      # a pod that runs
  minipod explain --script pod.yaml | sh
  minipod explain --field spec.containers.livenessProbe`,
		ValidArgsFunction: completePodsAndFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd, io, args)
		},
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&f.script, "script", false, "print all that makes the same pod")
	cmd.Flags().Var(value.NewChoice(&f.lang, langGo, langJSON), "lang", "print the API calls that make the same pod: a program, or a list (`go|json`)")
	complete(cmd, "lang", []string{langGo, langJSON})
	cmd.Flags().BoolVar(&f.image, "image", false, "print minipod's pause image for the engine's machine, as docker load takes it")
	cmd.Flags().StringVar(&f.field, "field", "", "say what a field of a Pod does, by its `path`: spec.containers.image")
	offer(cmd, "field", completeField)
	return cmd
}

// completePodsAndFiles offers pods beside the files that the shell finds.
func completePodsAndFiles(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	pods, _ := completePods(cmd, args, word)
	return pods, cobra.ShellCompDirectiveDefault
}

func (f *explainFlags) run(cmd *cobra.Command, io streams, args []string) error {
	if err := exclusive(cmd, "script", "lang", "field", "image"); err != nil {
		return err
	}
	if f.image {
		return writePauseImage(cmd.Context(), io.out)
	}
	if len(args) == 1 && namesField(args[0]) {
		f.field, args = args[0], nil
	}
	switch {
	case f.field != "" && len(args) > 0:
		return usage(seeHelp(cmd), "--field takes no manifest and no pod, got %q", args[0])
	case f.field != "":
		return explainField(io.out, f.field)
	case len(args) == 0:
		return usage(seeHelp(cmd), "explain wants a manifest (a file, a directory, a URL, or - for stdin), a pod, or --field")
	}
	var files []string
	for _, arg := range args {
		if !namesPod(arg) {
			files = append(files, arg)
		}
	}
	switch len(files) {
	case len(args):
		return f.manifests(cmd, io, args)
	case 0:
		return f.pods(cmd, io, args)
	}
	return usage("name the files with ./ or the pods with pod/ in front", "explain takes files or pods, got both: %s", strings.Join(args, " "))
}

// namesPod reports whether a word of the command line means a pod: a file
// that is there wins over a pod of the same name.
func namesPod(arg string) bool {
	if podName(arg) != arg {
		return true
	}
	if arg == "-" || strings.ContainsAny(arg, "./") {
		return false
	}
	_, err := os.Lstat(arg)
	return err != nil
}

func (f *explainFlags) manifests(cmd *cobra.Command, io streams, args []string) error {
	c := tell.NewConsole(io.err)
	r := f.read(cmd, io, args)
	for _, w := range r.Warnings {
		c.Warn(w.String())
	}
	if err := r.Err(); err != nil {
		return notPod(args, err)
	}
	if len(r.Pods) == 0 {
		return fmt.Errorf("no Pod in %s", args[0])
	}
	if len(r.Pods) > 1 && f.lang == langGo {
		return usage("minipod explain --script takes many", "a program makes one pod, and %d are in these files", len(r.Pods))
	}
	for i, m := range r.Pods {
		inputs, err := objectInputs(cmd, m.Blueprint, r.Objects)
		if err != nil {
			return err
		}
		if i > 0 {
			fmt.Fprintln(io.out)
		}
		if err := f.print(io, m.Blueprint, explain.Options{Source: m.Source(), Inputs: inputs}); err != nil {
			return err
		}
	}
	return nil
}

// notPod adds to what is wrong in a file how the pod of its name is meant.
func notPod(args []string, err error) error {
	if len(args) > 1 || strings.ContainsAny(args[0], "./") || args[0] == "-" {
		return err
	}
	if _, missing := os.Lstat(args[0]); missing != nil {
		return err
	}
	return &shadowedError{err, args[0]}
}

// shadowedError says that a file is wrong whose name may be that of a pod.
type shadowedError struct {
	error
	name string
}

func (e *shadowedError) Unwrap() error { return e.error }
func (e *shadowedError) Hint() string  { return "pod/" + e.name + " is the pod of that name" }

// forManifests is a flag that is given and says how a pod is made: one that is
// there has been made.
func forManifests(cmd *cobra.Command) string {
	var found string
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if !slices.Contains([]string{"namespace", "script", "lang"}, flag.Name) {
			found = flag.Name
		}
	})
	return found
}

func (f *explainFlags) pods(cmd *cobra.Command, io streams, args []string) error {
	if name := forManifests(cmd); name != "" {
		return usage("minipod explain POD prints how the pod was made", "--%s goes with a manifest, and there is no file %s", name, args[0])
	}
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	for i, ref := range named(args, namespaceOr(f.namespace)) {
		w, err := e.runner.Find(cmd.Context(), ref.Namespace, ref.Name)
		if err != nil {
			return f.neither(args[i], err)
		}
		if w.Want == nil {
			return unreadable(ref)
		}
		// Not World.Inputs, which are of those containers that come next.
		b := translate.New(translate.Shown(w.Want.Pod), w.Want.Options)
		inputs, err := objectInputs(cmd, b, nil)
		if err != nil {
			return err
		}
		if i > 0 {
			fmt.Fprintln(io.out)
		}
		if err := f.print(io, b, explain.Options{Source: "as it runs", Inputs: inputs}); err != nil {
			return err
		}
	}
	return nil
}

// neither says of a word that was taken for a pod that it is no file either.
func (f *explainFlags) neither(arg string, err error) error {
	if podName(arg) != arg {
		return err
	}
	return &neitherError{err, arg}
}

// neitherError says that a word is neither a pod nor a file.
type neitherError struct {
	error
	word string
}

func (e *neitherError) Error() string {
	return fmt.Sprintf("%s, and there is no file %s", e.error, e.word)
}
func (e *neitherError) Unwrap() error { return e.error }

func (e *neitherError) Hint() string {
	var why hinter
	if hint := fieldHint(e.word); hint != "" || !errors.As(e.error, &why) {
		return hint
	}
	return why.Hint()
}

func (f *explainFlags) print(io streams, b *translate.Blueprint, opts explain.Options) error {
	archives, err := pauseArchives()
	if err != nil {
		return err
	}
	opts.PauseArchives = archives
	write := explain.Board
	switch {
	case f.script:
		write = explain.Script
	case f.lang == langGo:
		write = explain.Program
	case f.lang == langJSON:
		write = explain.Calls
	}
	text, err := write(b, opts)
	if err != nil {
		return fmt.Errorf("explain pod %s: %w", translate.RefOf(b.Pod), err)
	}
	_, err = fmt.Fprint(io.out, text)
	return err
}

// writePauseImage writes minipod's own pause image for the engine's architecture,
// or for that of this machine where no engine answers.
func writePauseImage(ctx context.Context, out io.Writer) error {
	if term.IsTerminal(out) {
		return usage("minipod explain --image | docker load", "an image is nothing for a terminal")
	}
	arch := goruntime.GOARCH
	if e, err := connect(); err == nil {
		defer e.Close()
		if arch, err = e.Arch(ctx); err != nil {
			return err
		}
	}
	image, err := pause.Build(arch)
	if err != nil {
		return err
	}
	_, err = out.Write(image.Archive)
	return err
}

// pauseArchives are minipod's own pause image for every architecture, for the
// script to load the one that its engine runs.
func pauseArchives() (map[string][]byte, error) {
	archives := map[string][]byte{}
	for _, arch := range []string{"amd64", "arm64"} {
		image, err := pause.Build(arch)
		if err != nil {
			return nil, err
		}
		if archives[arch], err = image.Gzip(); err != nil {
			return nil, err
		}
	}
	return archives, nil
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/cmd/minipod/internal/value"
	"github.com/minipod/minipod/runtime/diagnose"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

type diagnoseFlags struct {
	podFlags
	output string
}

func newDiagnoseCommand(io streams) *cobra.Command {
	f := &diagnoseFlags{}
	cmd := &cobra.Command{
		Use:     "diagnose POD|FILE",
		Short:   "Say why a pod is not well, or what a manifest would meet",
		GroupID: groupLook,
		Long: `diagnose looks at a pod, at what its containers wrote, at its events, ports,
files, images and objects, and says the causes of what is wrong, each in one
sentence with what was seen of it and the command that shows it; the surest
first. Nothing is changed. Probes that have not succeeded are run once.

Of a manifest it says what validate says, and what is known before anything
runs: images and commands that are not there, ports that are taken, objects
that are missing.

The exit code is 0 where all is well, and 1 where a cause was found.`,
		Example: `  minipod diagnose web
  minipod diagnose pod.yaml
  minipod diagnose web -o json`,
		ValidArgsFunction: completePod,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(seeOne(cmd, args), "diagnose wants one pod or manifest")
			}
			return f.run(cmd, io, args[0])
		},
	}
	f.podFlags.register(cmd)
	cmd.Flags().VarP(value.NewChoice(&f.output, formatJSON), "output", "o", "`json`")
	complete(cmd, "output", []string{formatJSON})
	return cmd
}

func (f *diagnoseFlags) run(cmd *cobra.Command, io streams, arg string) error {
	e, err := connectToShow()
	if err != nil {
		return err
	}
	defer e.Close()
	var all []diagnosis
	if namesFile(arg) {
		all, err = f.file(cmd, io, e, arg)
	} else {
		all, err = f.pod(cmd.Context(), e, podName(arg))
	}
	if err != nil {
		return err
	}
	if err := f.print(io.out, all); err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(d diagnosis) bool { return !d.Healthy }) {
		return codeError(exitFailed)
	}
	return nil
}

// namesFile tells a manifest from a pod: pod/web is a pod, as minipod prints
// it.
func namesFile(arg string) bool {
	if podName(arg) != arg {
		return false
	}
	if arg == "-" || strings.Contains(arg, "/") || slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(arg)) {
		return true
	}
	_, err := os.Stat(arg)
	return err == nil
}

// diagnosis is what was found out of a pod or a manifest. Its JSON is what
// programs read: fields are added, none is renamed.
type diagnosis struct {
	Namespace string           `json:"namespace,omitempty"`
	Name      string           `json:"name,omitempty"` // of the pod
	File      string           `json:"file,omitempty"`
	State     string           `json:"state"`
	Healthy   bool             `json:"healthy"`
	Causes    []diagnose.Cause `json:"causes"`
	Besides   []string         `json:"besides,omitempty"` // what keeps nothing from being well
	Looked    []string         `json:"looked"`            // what was looked at
}

// pod diagnoses a pod that is there.
func (f *diagnoseFlags) pod(ctx context.Context, e connection, name string) ([]diagnosis, error) {
	w, err := e.runner.Find(ctx, namespaceOr(f.namespace), name)
	if err != nil {
		return nil, err
	}
	g, err := newGatherer(ctx, e, w)
	if err != nil {
		return nil, err
	}
	d, err := g.diagnosis(ctx)
	return []diagnosis{d}, err
}

// diagnosis is what is found out of the pod.
func (g *gatherer) diagnosis(ctx context.Context) (diagnosis, error) {
	found, err := g.find(ctx)
	d := diagnosis{Namespace: g.world.Namespace, Name: g.world.Name, State: found.State, Causes: found.Causes, Healthy: len(found.Causes) == 0}
	d.Looked, d.Besides = g.looked(), found.Besides
	return d, err
}

// file diagnoses the pods of a manifest before they are run.
func (f *diagnoseFlags) file(cmd *cobra.Command, io streams, e connection, name string) ([]diagnosis, error) {
	r := f.read(cmd, io, []string{name})
	if r.Failed != nil {
		return nil, r.Failed
	}
	c := tell.NewConsole(io.err)
	for _, w := range r.Warnings {
		c.Warn(w.String())
	}
	all := problems(name, r)
	for _, m := range r.Pods {
		d, err := unborn(cmd, e, name, m, r.Objects)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// problems are what is wrong in a manifest, as validate says it.
func problems(name string, r *manifest.Reading) []diagnosis {
	if len(r.Problems) == 0 {
		return nil
	}
	d := diagnosis{File: name, State: "is not valid", Looked: []string{"the manifest"}}
	for _, p := range r.Problems {
		d.Causes = append(d.Causes, diagnose.Cause{
			Name: "invalid", Sure: diagnose.Certain, Text: p.String(), Evidence: []string{}, Command: "minipod validate " + name,
		})
	}
	return []diagnosis{d}
}

// unborn diagnoses a pod of a manifest. The objects of the manifest are there
// when it is run.
func unborn(cmd *cobra.Command, e connection, name string, m manifest.Pod, objects []manifest.Object) (diagnosis, error) {
	ctx, b := cmd.Context(), m.Blueprint
	w := plan.World{UID: b.Pod.UID, Namespace: b.Pod.Namespace, Name: b.Pod.Name, Want: b}
	var err error
	if w.Images, err = e.Images(ctx, b); err != nil {
		return diagnosis{}, err
	}
	if w.Inputs, err = objectInputs(cmd, b, objects); err != nil {
		return diagnosis{}, err
	}
	g, err := newGatherer(ctx, e, w)
	if err != nil {
		return diagnosis{}, err
	}
	g.evidence.File = name
	d, err := g.diagnosis(ctx)
	d.File = m.Source()
	return d, err
}

func (f *diagnoseFlags) print(w io.Writer, all []diagnosis) error {
	if f.output == formatJSON {
		var result any = all
		if len(all) == 1 {
			result = all[0]
		}
		text, err := json.MarshalIndent(result, "", "    ")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(w, tell.CleanJSON(string(text)))
		return err
	}
	for i, d := range all {
		if i > 0 {
			tell.Result(w, "")
		}
		d.print(w)
	}
	return nil
}

// print is for readers.
func (d diagnosis) print(w io.Writer) {
	d.printCauses(w)
	for _, text := range d.Besides {
		tell.Prose(w, 2, "besides: %s", text)
	}
}

func (d diagnosis) printCauses(w io.Writer) {
	what := "pod " + translate.Ref{Namespace: d.Namespace, Name: d.Name}.String()
	if d.Name == "" {
		what = d.File
	} else if d.File != "" {
		what = d.File + ": " + what
	}
	if d.Healthy {
		tell.Result(w, "%s %s; nothing wrong was found", what, d.State)
		tell.Prose(w, 2, "looked at: %s", strings.Join(d.Looked, ", "))
		return
	}
	is := "is not well"
	if !slices.ContainsFunc(d.Causes, func(c diagnose.Cause) bool { return c.Sure != diagnose.Possible }) {
		is = d.State
	}
	tell.Result(w, "%s %s; %s:", what, is, count(len(d.Causes), "cause"))
	for i, c := range d.Causes {
		tell.Result(w, "")
		tell.Prose(w, len("1. "), "%d. %s [%s, %s]", i+1, c.Text, c.Name, c.Sure)
		for _, line := range c.Evidence {
			tell.Indented(w, len("     "), line)
		}
		if c.Command != "" {
			tell.Result(w, "     $ %s", c.Command)
		}
	}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// looked says what was looked at.
func (g *gatherer) looked() []string {
	list := []string{"the manifest"}
	if w := g.world; w.Pause != nil {
		list = append(list, "the pause", count(len(w.Containers), "container"), count(len(g.evidence.Events), "event"))
	}
	for _, k := range []struct {
		kind diagnose.Kind
		what string // one of them, where they are counted
		all  string
	}{
		{diagnose.AskLog, "log", ""}, {diagnose.AskImage, "image", ""}, {diagnose.AskImageFile, "", "files of images"},
		{diagnose.AskFile, "file", ""}, {diagnose.AskProbe, "probe", ""}, {diagnose.AskSockets, "", "the ports that are listened on"},
		{diagnose.AskHostPath, "", "paths of the machine"}, {diagnose.AskPorts, "", "the ports that containers publish (not those of other programs)"}, {diagnose.AskObjects, "", "ConfigMaps and Secrets"}, {diagnose.AskRegistry, "", "the registry"}, {diagnose.AskSignals, "", "signals that are handled"},
	} {
		n := 0
		for q := range g.evidence.Answers {
			if q.Kind == k.kind {
				n++
			}
		}
		switch {
		case n > 0 && k.all != "":
			list = append(list, k.all)
		case n > 0:
			list = append(list, count(n, k.what))
		}
	}
	return list
}

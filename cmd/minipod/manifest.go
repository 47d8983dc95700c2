package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/apimachinery/pkg/util/uuid"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/translate"
)

// podManifest is a Pod of a manifest, and what it becomes.
type podManifest struct {
	*podspec.Object
	blueprint *translate.Blueprint
}

func (m podManifest) ref() translate.Ref { return translate.RefOf(m.Pod()) }

// source is the file that the pod was read from.
func (m podManifest) source() string {
	file, _, _ := m.Position("")
	return file
}

// reading is what was read of the manifests that a command line names: all
// pods of them are in order, or there are problems.
type reading struct {
	pods     []podManifest
	warnings podspec.Problems
	problems podspec.Problems
	failed   error // a source that could not be read
}

// err is all that keeps the pods from being run.
func (r *reading) err() error {
	var problems error
	if len(r.problems) > 0 {
		problems = r.problems
	}
	return errors.Join(r.failed, problems)
}

// read reads and checks the manifests, all of them before anything is done
// with one.
func (f *podFlags) read(ctx context.Context, io streams, cmd *cobra.Command, args []string) *reading {
	sources, err := readSources(ctx, io.in, args)
	r := &reading{failed: err}
	for _, s := range sources {
		if s.data != nil {
			r.parse(f, cmd, s)
		}
	}
	r.checkNames(f.runOf)
	if f.strict {
		r.problems, r.warnings = append(r.problems, r.warnings...), nil
	}
	if r.err() == nil && len(r.pods) == 0 {
		r.failed = fmt.Errorf("no Pod in %s", sources[0].name)
	}
	return r
}

// parse takes one source.
func (r *reading) parse(f *podFlags, cmd *cobra.Command, s source) {
	objects, err := podspec.Parse(s.name, s.data)
	var problems podspec.Problems
	switch {
	case errors.As(err, &problems):
		r.problems = append(r.problems, problems...)
	case err != nil:
		r.failed = errors.Join(r.failed, err)
	}
	for _, o := range objects {
		r.warnings = append(r.warnings, o.Warnings...)
		switch {
		case o.Pod() != nil:
			r.pod(f, cmd, o)
		case o.Taken():
			r.warnings = append(r.warnings, o.Problem("kind", "a "+o.Kind+" is not used yet: left out"))
		}
	}
}

// pod completes a pod with what the command line says and makes its
// Blueprint.
func (r *reading) pod(f *podFlags, cmd *cobra.Command, o *podspec.Object) {
	pod := o.Pod()
	if f.namespace != "" {
		if o.Written("metadata.namespace") && pod.Namespace != f.namespace {
			r.problems = append(r.problems, o.Problem("metadata.namespace",
				fmt.Sprintf("the manifest says %q and the command line %q", pod.Namespace, f.namespace)))
		}
		pod.Namespace = f.namespace
	}
	if pod.Name == "" {
		pod.Name = pod.GenerateName + rand.String(5)
	}
	pod.UID = uuid.NewUUID()
	m := podManifest{Object: o, blueprint: translate.New(pod, f.options(cmd, o))}
	r.notes(m)
	r.pods = append(r.pods, m)
}

// notes takes what cannot be honoured of a pod. A field that the manifest
// does not write is a default, and nothing to warn of.
func (r *reading) notes(m podManifest) {
	for _, n := range m.blueprint.Notes {
		switch {
		case n.Fatal:
			r.problems = append(r.problems, m.Problem(n.Field, n.Message+m.pathHint(n.Field)))
		case m.Written(n.Field):
			r.warnings = append(r.warnings, m.Problem(n.Field, n.Message))
		}
	}
}

// checkNames finds two pods of one name in what would be one run.
func (r *reading) checkNames(runOf func(podManifest) string) {
	type key struct{ run, pod string }
	seen := map[key]podManifest{}
	for _, m := range r.pods {
		k := key{runOf(m), m.ref().String()}
		if first, twice := seen[k]; twice {
			file, line, _ := first.Position("metadata.name")
			r.problems = append(r.problems, m.Problem("metadata.name", fmt.Sprintf("%s:%d has a pod %s already", file, line, k.pod)))
			continue
		}
		seen[k] = m
	}
}

// together makes one run of all manifests of a command line.
func together(podManifest) string { return "" }

// apart makes a run of each file.
func apart(m podManifest) string { return m.source() }

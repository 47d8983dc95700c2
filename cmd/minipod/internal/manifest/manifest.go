// Package manifest reads what a command line names into pods and their
// Blueprints, and says where a pod is not what its manifest says.
package manifest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/rand"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/translate"
)

// Pod is a Pod of a manifest, and what it becomes.
type Pod struct {
	*podspec.Object
	Blueprint *translate.Blueprint
}

// Ref names the pod.
func (m Pod) Ref() translate.Ref { return translate.RefOf(m.Pod()) }

// Source is the file that the pod was read from.
func (m Pod) Source() string {
	file, _, _ := m.Position("")
	return file
}

// Object is a ConfigMap or a Secret of a manifest.
type Object struct {
	*podspec.Object
	Kept object.Manifest
}

// Reading is what was read of the manifests that a command line names: all
// pods of them are in order, or there are problems.
type Reading struct {
	Pods     []Pod
	Objects  []Object
	Warnings podspec.Problems
	Problems podspec.Problems
	Failed   error // a source that could not be read

	taken int // objects that are taken
}

// Err is all that keeps the pods from being run.
func (r *Reading) Err() error {
	var problems error
	if len(r.Problems) > 0 {
		problems = r.Problems
	}
	return errors.Join(r.Failed, problems)
}

// Read reads and checks the manifests that args name, all of them before
// anything is done with one.
func Read(ctx context.Context, in Input, args []string, opts Options) *Reading {
	sources, err := Sources(ctx, in, args)
	r := &Reading{Failed: err}
	for _, s := range sources {
		if s.Data != nil {
			r.parse(opts, s)
		}
	}
	r.checkNames(opts)
	r.checkPorts(opts)
	if opts.Strict {
		r.Problems, r.Warnings = append(r.Problems, r.Warnings...), nil
	}
	if r.Err() == nil && r.taken == 0 {
		r.Failed = fmt.Errorf("no Pod in %s", sources[0].Name)
	}
	return r
}

// parse takes one source.
func (r *Reading) parse(opts Options, s Source) {
	warnings, problems := len(r.Warnings), len(r.Problems)
	defer func() {
		inOrder(r.Warnings[warnings:])
		inOrder(r.Problems[problems:])
	}()
	objects, err := podspec.Parse(s.Name, s.Data)
	var wrong podspec.Problems
	switch {
	case errors.As(err, new(*podspec.EmptyError)) && s.listed:
		r.Warnings = append(r.Warnings, podspec.Problem{File: s.Name, Message: "the file is empty: left out"})
	case errors.As(err, &wrong):
		r.Problems = append(r.Problems, hinted(wrong)...)
	case err != nil:
		r.Failed = errors.Join(r.Failed, err)
	}
	for _, o := range objects {
		if o.Refused != nil {
			r.refused(opts, o)
			continue
		}
		r.Warnings = append(r.Warnings, o.Warnings...)
		if o.Taken() {
			r.taken++
		}
		r.namespace(opts, o)
		kept, ok := object.Of(o.Object)
		switch {
		case o.Pod() != nil:
			r.pod(opts, o)
		case ok && o.Meta().GetName() == "":
			r.Problems = append(r.Problems, o.Problem("metadata.generateName", "an object that is applied has to be named"))
		case ok:
			r.Objects = append(r.Objects, Object{o, kept.Saying(o.Said)})
		case o.Taken() && !o.MakesPods():
			r.Warnings = append(r.Warnings, o.Problem("kind", "a "+o.Kind+" is not used yet: left out"))
		}
	}
}

// inOrder sorts what is said of one file by its lines.
func inOrder(list podspec.Problems) {
	slices.SortStableFunc(list, func(a, b podspec.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// namespace puts an object into the namespace of the command line.
func (r *Reading) namespace(opts Options, o *podspec.Object) {
	meta := o.Meta()
	if opts.Namespace == "" || meta == nil || meta.GetNamespace() == "" {
		return
	}
	if o.Written("metadata.namespace") && meta.GetNamespace() != opts.Namespace {
		r.wrong(o.Problem("metadata.namespace", fmt.Sprintf("the manifest says %q and the command line %q", meta.GetNamespace(), opts.Namespace)))
	}
	meta.SetNamespace(opts.Namespace)
}

// pod completes a pod with what the command line says and makes its
// Blueprint.
func (r *Reading) pod(opts Options, o *podspec.Object) {
	pod := o.Pod()
	if pod.Name == "" {
		pod.Name = generated(pod.GenerateName)
	}
	pod.Generation = 1
	pod.UID = types.UID(uuid.Must(uuid.NewV7()).String()) // has the time in it: see plan.Meet
	options := opts.of(o)
	options.Seccomp = r.profiles(opts, o)
	m := Pod{Object: o, Blueprint: translate.New(pod, options)}
	r.notes(m)
	r.Pods = append(r.Pods, m)
}

// refused takes what cannot be honoured of a pod that is refused for something
// else, and does not follow from that.
func (r *Reading) refused(opts Options, o *podspec.Object) {
	also := &Reading{}
	also.pod(opts, o)
	for _, p := range also.Problems {
		if !slices.ContainsFunc(o.Refused, func(said podspec.Problem) bool { return within(p.Field, said.Field) }) {
			r.wrong(p)
		}
	}
}

// within tells whether a field is another one, or a part of it.
func within(field, of string) bool {
	rest, part := strings.CutPrefix(field, of)
	return part && (rest == "" || of != "" && (rest[0] == '.' || rest[0] == '['))
}

// generated is a name as the API server makes it of a generateName
// (apiserver/pkg/storage/names).
func generated(base string) string {
	const longest, random = 63, 5
	return base[:min(len(base), longest-random)] + rand.String(random)
}

// notes takes what cannot be honoured of a pod. A field that the manifest
// does not write is a default, and nothing to warn of.
func (r *Reading) notes(m Pod) {
	for _, n := range m.Blueprint.Notes {
		switch {
		case n.Fatal:
			r.wrong(m.Problem(n.Field, n.Message+m.hint(n.Field)))
		case n.Field == "spec.serviceAccount" && m.Written("spec.serviceAccountName"): // its old name: said once
		case m.Written(n.Field):
			r.Warnings = once(r.Warnings, m.Problem(n.Field, n.Message))
		}
	}
}

// Remake makes a pod with other options, of which the engine has told.
func (r *Reading) Remake(i int, opts translate.Options) {
	r.Pods[i].Blueprint = translate.New(r.Pods[i].Pod(), opts)
	r.notes(r.Pods[i])
}

func (r *Reading) wrong(p podspec.Problem) { r.Problems = once(r.Problems, p) }

// once adds a problem; the pods of a template have theirs in common.
func once(all podspec.Problems, p podspec.Problem) podspec.Problems {
	if slices.Contains(all, p) {
		return all
	}
	return append(all, p)
}

// checkNames finds two pods of one name in what would be one run.
func (r *Reading) checkNames(opts Options) {
	type key struct{ run, pod string }
	seen := map[key]Pod{}
	for _, m := range r.Pods {
		k := key{pod: m.Ref().String()}
		if opts.Apart {
			k.run = m.Source()
		}
		if first, twice := seen[k]; twice {
			file, line, _ := first.Position("metadata.name")
			r.Problems = append(r.Problems, m.Problem("metadata.name", fmt.Sprintf("%s:%d has a pod %s already", file, line, k.pod)))
			continue
		}
		seen[k] = m
	}
}

// Wrong tells whether something is wrong in a file.
func (r *Reading) Wrong(file string) bool {
	for _, p := range r.Problems {
		if p.File == file {
			return true
		}
	}
	return false
}

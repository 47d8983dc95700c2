package podspec

import (
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/minipod/minipod/podspec/kube"
)

// Parse reads a manifest: YAML or JSON, any number of documents, Lists unpacked. The objects come back in the order of
// the file, defaulted and valid. Name is what the file is called in messages.
//
// The error is a [Problems] with everything that is wrong in the whole file. The objects beside it are those of which
// nothing is, and pods that are Refused: they are for what else there is to say of the file, and not to be used. An object may lack a name if it
// has a generateName: the caller makes the name. An object of a kind that minipod does not take is not read: it has a
// warning.
func Parse(name string, data []byte) ([]*Object, error) {
	p := &parser{reporter: &reporter{file: name}, kinds: kinds()}
	return p.parse(data)
}

// Named reads the objects of a file for who they are: kind, name and namespace. What is wrong besides is no error, and
// the objects are to be used for nothing else.
func Named(name string, data []byte) ([]*Object, error) {
	p := &parser{reporter: &reporter{file: name}, kinds: kinds(), named: true}
	return p.parse(data)
}

// parser goes through the objects of one file.
type parser struct {
	*reporter
	named   bool // it is only about who the objects are
	kinds   []kind
	objects []*Object
	listed  bool // the kinds that are taken were listed
}

// parse takes all objects.
func (p *parser) parse(data []byte) ([]*Object, error) {
	found := p.documents(data, func(root *yaml.Node) { p.document(root, 0) })
	if found == 0 && len(p.problems) == 0 {
		p.report(0, 0, "", "no objects: the file is empty")
		return nil, &EmptyError{p.result()}
	}
	if problems := p.result(); len(problems) > 0 {
		return p.objects, problems
	}
	return p.objects, nil
}

// document takes one object, or the objects of a list.
func (p *parser) document(root *yaml.Node, depth int) {
	root = resolved(root)
	switch {
	case p.full() || isNull(root):
	case root.Kind != yaml.MappingNode:
		p.report(root.Line, root.Column, "", "want a Kubernetes object (apiVersion, kind, metadata ...), got %s", describe(root))
	default:
		p.object(root, depth)
	}
}

// object takes a document that is a mapping.
func (p *parser) object(root *yaml.Node, depth int) {
	name, ok := p.kindName(root)
	if !ok {
		return
	}
	if item, isList := p.listOf(name); isList {
		p.version(root, name, item.version)
		p.list(root, item, depth)
		return
	}
	for _, k := range p.kinds {
		if k.name == name && (name == "Pod" || !isForeign(root)) {
			p.typed(root, k)
			return
		}
	}
	p.notTaken(root, name)
}

// typed decodes an object, completes it and has it judged.
func (p *parser) typed(root *yaml.Node, k kind) {
	before := len(p.problems)
	p.version(root, k.name, k.version)
	object := k.create()
	d := newDecoder(p.reporter)
	d.decode(root, reflect.ValueOf(object).Elem(), nil, 0)
	if p.full() || d.expansion > maxExpansion {
		return
	}
	o := &Object{Kind: k.name, Object: object, file: p.file, root: root}
	clearServerFields(o.Meta())
	if o.Pod() == nil {
		o.Said = object.DeepCopyObject()
	}
	k.finish(object)
	for _, w := range k.drop(object) {
		o.warn(w)
	}
	pod, t := o, k.template(object)
	if t != nil {
		o.makes, pod = t.spec, o.podOf(t)
	}
	told := p.slips(d, pod)
	p.judge(k.check(object), d, o, t)
	for _, w := range k.warn(object) {
		if !told[w.Field] {
			o.warn(w)
		}
	}
	p.pardon(before)
	if len(p.problems) > before {
		if pod.Pod() != nil {
			pod.Refused = slices.Clone(p.problems[before:])
			p.add(pod)
		}
		return
	}
	p.add(o)
	if t != nil {
		p.replicas(o, pod, t)
		p.pardon(before)
	}
}

// pardon forgets what is wrong with an object besides who it is, where no more is asked.
func (p *parser) pardon(before int) {
	if !p.named {
		return
	}
	kept := slices.DeleteFunc(p.problems[before:], func(problem Problem) bool {
		switch problem.Field {
		case "", "kind", "apiVersion", "metadata", "metadata.name", "metadata.generateName", "metadata.namespace":
			return false
		}
		return true
	})
	p.problems = p.problems[:before+len(kept)]
}

func (p *parser) add(o *Object) {
	o.Warnings = o.Warnings.tidy()
	p.objects = append(p.objects, o)
}

// slips tells of the slips of a pod, and says at which fields they are.
func (p *parser) slips(d *decoder, o *Object) map[string]bool {
	told := map[string]bool{}
	for _, s := range o.slips() {
		told[o.documentPath(s.field)] = true
		switch {
		case s.wrong:
			d.bad = append(d.bad, fault{path: o.documentPath(s.field)})
			p.problems = append(p.problems, o.Problem(s.field, s.message))
		case o.Written(s.field): // else it is a default that follows from what is written elsewhere
			o.warn(kube.Warning{Field: s.field, Message: s.message})
		}
	}
	return told
}

package podspec

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"go.yaml.in/yaml/v3"
)

// isForeign says that an object is of an API that somebody added to Kubernetes, such as serving.knative.dev/v1: its
// kinds may have names that Kubernetes has too.
func isForeign(root *yaml.Node) bool {
	_, value := entryOf(root, "apiVersion", 0)
	if value == nil {
		return false
	}
	group, _, grouped := strings.Cut(resolved(value).Value, "/")
	return grouped && strings.Contains(group, ".") && !strings.HasSuffix(group, ".k8s.io")
}

// kindName reads an object's kind. One that is missing or misspelt is reported, and gone on with where it can be
// guessed, for the sake of what else is wrong.
func (p *parser) kindName(root *yaml.Node) (string, bool) {
	key, value := entryOf(root, "kind", 0)
	if value == nil || isNull(resolved(value)) {
		return p.guessKind(root, key)
	}
	name := resolved(value).Value
	if near := nearKind(name); near != "" && near != name && !strings.HasSuffix(name, "List") && !isForeign(root) {
		p.report(value.Line, value.Column, "kind", "unknown kind %q (did you mean %q?)", name, near)
		return near, true
	}
	if resolved(value).Kind != yaml.ScalarNode {
		p.report(value.Line, value.Column, "kind", "want a string, got %s", describe(value))
		return "", false
	}
	return name, true
}

// guessKind reports that there is no kind, and says what it looks like.
func (p *parser) guessKind(root, key *yaml.Node) (string, bool) {
	at := root
	if key != nil {
		at = key
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		word := root.Content[i]
		if word.Value != "kind" && edits(strings.ToLower(word.Value), "kind", 2) < 2 {
			p.report(word.Line, word.Column, word.Value, `unknown field %q (did you mean "kind"?)`, word.Value)
			return "", false
		}
	}
	if _, services := entryOf(root, "services", 0); services != nil {
		p.report(at.Line, at.Column, "", "no kind: this looks like a Docker Compose file, not a Kubernetes manifest")
		return "", false
	}
	if isKustomization(root) {
		p.report(at.Line, at.Column, "", "no kind: this looks like a kustomization: %s", kustomizeHint)
		return "", false
	}
	for _, word := range []string{"containers", "spec.containers"} {
		if len(locate(root, splitPath(word)).rest) == 0 {
			p.report(at.Line, at.Column, "kind", `missing: this looks like a Pod: write "kind: Pod"`)
			return "Pod", true
		}
	}
	p.report(at.Line, at.Column, "kind", `missing: write what the object is, such as "kind: Pod"`)
	return "", false
}

// kustomizeHint says how a kustomization becomes a manifest.
const kustomizeHint = "kubectl kustomize renders it"

// isKustomization says that a document without a kind lists files, as a kustomization may.
func isKustomization(root *yaml.Node) bool {
	for _, word := range []string{"resources", "bases", "components"} {
		if _, list := entryOf(root, word, 0); list != nil && resolved(list).Kind == yaml.SequenceNode && len(resolved(list).Content) > 0 {
			return resolved(resolved(list).Content[0]).Kind == yaml.ScalarNode
		}
	}
	return false
}

// version checks the apiVersion, which the kind decides.
func (p *parser) version(root *yaml.Node, kind, want string) {
	key, value := entryOf(root, "apiVersion", 0)
	switch {
	case value == nil && misspelt(root, "apiVersion") != nil: // the decoder will say so
	case value == nil:
		p.report(root.Line, root.Column, "apiVersion", `missing: write "apiVersion: %s"`, want)
	case isNull(resolved(value)):
		p.report(key.Line, key.Column, "apiVersion", `missing: write "apiVersion: %s"`, want)
	case resolved(value).Kind == yaml.ScalarNode && resolved(value).Value != want:
		p.report(value.Line, value.Column, "apiVersion", "a %s has apiVersion %q, not %q", kind, want, resolved(value).Value)
	}
}

// misspelt finds a key that is near a word.
func misspelt(root *yaml.Node, word string) *yaml.Node {
	for i := 0; i+1 < len(root.Content); i += 2 {
		if edits(strings.ToLower(root.Content[i].Value), strings.ToLower(word), 3) < 3 {
			return root.Content[i]
		}
	}
	return nil
}

// notTaken leaves an object out whose kind minipod does not run, and says where the pod in it is. The kinds that are
// taken are listed once for a file.
func (p *parser) notTaken(root *yaml.Node, name string) {
	o := &Object{Kind: name, file: p.file, root: root}
	message := fmt.Sprintf("minipod does not take the kind %s%s: left out", printable(shorten(name)), ofGroup(root))
	switch template := o.foreignTemplate(); {
	case name == "Kustomization":
		message += ": " + kustomizeHint
	case name == "PersistentVolume":
		message += ": a claim has a volume of the engine in its place, which is empty at first"
	case template != "":
		message = o.templateHint(template)
	case !p.listed:
		message += " (it takes " + takenKinds() + ")"
		p.listed = true
	}
	if _, value := entryOf(root, "apiVersion", 0); value == nil || isNull(resolved(value)) {
		p.report(root.Line, root.Column, "apiVersion", "missing: write the apiVersion of this %s", printable(shorten(name)))
	}
	o.Warnings = Problems{o.Problem("kind", message)}
	p.objects = append(p.objects, o)
}

// ofGroup names the apiVersion of an object whose kind Kubernetes may have too.
func ofGroup(root *yaml.Node) string {
	if !isForeign(root) {
		return ""
	}
	_, value := entryOf(root, "apiVersion", 0)
	return " of " + printable(shorten(resolved(value).Value))
}

// foreignTemplate is where an object of a kind that is not taken has a pod template; "" where it has none.
func (o *Object) foreignTemplate() string {
	for _, path := range []string{"template", "spec.template"} {
		if o.Written(path + ".spec.containers") {
			return path
		}
	}
	return ""
}

// templateHint says where the pod is that an object makes others of.
func (o *Object) templateHint(path string) string {
	_, line, _ := o.Position(path)
	return fmt.Sprintf("minipod runs Pods: left out. The pod template of this %s is at %s (line %d): make a Pod of it", printable(shorten(o.Kind)), path, line)
}

// listOf is the kind that a list kind lists: any for List, whose own version is that of most kinds.
func (p *parser) listOf(name string) (item kind, ok bool) {
	if name == "List" {
		return kind{version: "v1"}, true
	}
	name, ok = strings.CutSuffix(name, "List")
	for _, k := range p.kinds {
		if ok && k.name == name {
			return k, true
		}
	}
	return kind{}, false
}

// list takes the objects of a list. Those of a PodList need not say that they are Pods.
func (p *parser) list(root *yaml.Node, item kind, depth int) {
	known := true
	for i := 0; i+1 < len(root.Content); i += 2 {
		switch key := root.Content[i]; key.Value {
		case "apiVersion", "kind", "metadata", "items":
		case "resourceVersion", "selfLink": // where kubectl 1.8 and older wrote them
		default:
			p.report(key.Line, key.Column, key.Value, `unknown field %q (a list has "items")`, key.Value)
			known = false
		}
	}
	key, items := entryOf(root, "items", 0)
	switch {
	case items == nil || isNull(resolved(items)):
		if known {
			p.report(root.Line, root.Column, "items", "missing: a list without items")
		}
		return
	case resolved(items).Kind != yaml.SequenceNode:
		p.report(key.Line, key.Column, "items", "want a list, got %s", describe(items))
		return
	case depth >= maxListDepth:
		p.report(key.Line, key.Column, "items", "lists in lists more than %d deep", maxListDepth)
		return
	}
	for i, n := range resolved(items).Content {
		if isNull(resolved(n)) {
			p.report(n.Line, n.Column, fmt.Sprintf("items[%d]", i), "want an object, got nothing")
			continue
		}
		p.document(withKind(resolved(n), item), depth+1)
	}
}

// maxListDepth is how deep Lists may hold Lists.
const maxListDepth = 3

// withKind writes into an item of a typed list what the list says for it.
func withKind(n *yaml.Node, k kind) *yaml.Node {
	if k.name == "" || n.Kind != yaml.MappingNode {
		return n
	}
	for _, pair := range [][2]string{{"apiVersion", k.version}, {"kind", k.name}} {
		if _, value := entryOf(n, pair[0], 0); value == nil {
			n.Content = append(n.Content,
				&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: pair[0], Line: n.Line, Column: n.Column},
				&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: pair[1], Line: n.Line, Column: n.Column})
		}
	}
	return n
}

// clearServerFields removes what only an API server may set; a manifest got from one has it.
func clearServerFields(meta metav1.Object) {
	meta.SetUID("")
	meta.SetResourceVersion("")
	meta.SetGeneration(0)
	meta.SetSelfLink("")
	meta.SetCreationTimestamp(metav1.Time{})
	meta.SetDeletionTimestamp(nil)
	meta.SetDeletionGracePeriodSeconds(nil)
	meta.SetManagedFields(nil)
}

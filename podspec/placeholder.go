package podspec

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"go.yaml.in/yaml/v3"
)

// What to do about a manifest that is still to be rendered: by Helm and the like, by envsubst, by sed.
const (
	renderHint        = ": {{ }} is a template: render it first (helm template, envsubst)"
	unexpandedHint    = ": nothing expands ${NAME} in a manifest: render it first, such as by envsubst"
	looksLikeTemplate = "this looks like a template: render it first (helm template, envsubst)"
	bareNameHint      = ": nothing expands $NAME in a manifest: render it first, such as by envsubst"
)

func isUnexpanded(text string) bool { return strings.Contains(text, "${") }

// unrendered says what to do about {{ }} and ${ } in a text; "" where there is neither.
func unrendered(text string) string {
	switch {
	case isUnexpanded(text):
		return unexpandedHint
	case strings.Contains(text, "{{"):
		return renderHint
	}
	return ""
}

// isPlaceholder says that {{ }} stands where a value is wanted: to YAML it is a mapping whose key is a mapping.
func isPlaceholder(n *yaml.Node) bool {
	return n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle != 0 && len(n.Content) == 2 && resolved(n.Content[0]).Kind == yaml.MappingNode
}

// refusedPlaceholder says what to do about a value that Kubernetes refuses because something else was to stand there.
func refusedPlaceholder(e *field.Error) string {
	text, _ := e.BadValue.(string)
	if hint := unrendered(text); hint != "" || !strings.Contains(text, "$") {
		return hint
	}
	return bareNameHint
}

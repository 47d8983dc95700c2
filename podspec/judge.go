package podspec

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// judge reports what Kubernetes refuses of an object, but for what was reported already and what only follows from
// something else.
func (p *parser) judge(refused field.ErrorList, d *decoder, o *Object, t *template) {
	for _, e := range refused {
		if !d.covered(e) && !follows(e, refused, o) {
			if from := cameFrom(e.Field); from != "" && !o.Written(e.Field) {
				e.Field = from
			}
			line, col := locate(o.root, splitPath(e.Field)).hint(e.BadValue).position()
			p.report(line, col, e.Field, "%s%s", e.ErrorBody(), cmp.Or(selectorHint(o, e, t), refusedHint(o, e)))
			p.refused(e.Field, e.BadValue)
		}
	}
}

// jobLabels is where Kubernetes refuses the name of a Job that its pods cannot have as a label.
const jobLabels = "spec.template.labels"

// cameFrom is the field of a manifest that Kubernetes copies into this one, which few manifests have.
func cameFrom(field string) string {
	switch field {
	case jobLabels:
		return "metadata.name"
	case "spec.clusterIPs[0]":
		return "spec.clusterIP"
	}
	return ""
}

// follows says that a complaint is about a name that validation was given in place of the one to be generated, or a
// second one about a name or a selector that is missing or wrong.
func follows(e *field.Error, refused field.ErrorList, o *Object) bool {
	among := func(path string) bool {
		return slices.ContainsFunc(refused, func(other *field.Error) bool { return other.Field == path })
	}
	switch e.Field {
	case "metadata.name":
		return o.Meta().GetName() == "" && (o.Meta().GetGenerateName() != "" || e.Type != field.ErrorTypeRequired)
	case jobLabels:
		return among("metadata.name")
	case "spec.template.metadata.labels":
		return among("spec.selector")
	}
	return false
}

// selectorHint writes the selector that is missing, of the labels of the template. Of a DaemonSet without one Kubernetes
// says that it does not match.
func selectorHint(o *Object, e *field.Error, t *template) string {
	missing := e.Field == "spec.selector" || e.Field == "spec.template.metadata.labels"
	if t == nil || !missing || o.Written("spec.selector") || len(t.spec.Labels) == 0 {
		return ""
	}
	var labels []string
	for _, name := range slices.Sorted(maps.Keys(t.spec.Labels)) {
		labels = append(labels, name+": "+strconv.Quote(t.spec.Labels[name]))
	}
	return fmt.Sprintf(": write spec.selector as {matchLabels: {%s}}", strings.Join(labels, ", "))
}

package podspec

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// judge reports what Kubernetes refuses of an object, but for what was reported already and what only follows from
// something else.
func (p *parser) judge(refused field.ErrorList, d *decoder, o *Object, t *template) {
	said := map[string]int{}
	for _, e := range refused {
		if !d.covered(e) && !follows(e, refused, o, t) {
			if from := cameFrom(e, o); from != "" && !o.Written(e.Field) {
				e.Field = from
			}
			body := e.ErrorBody()
			line, col := locate(o.root, splitPath(wantedBy(e, t))).hint(e, said[e.Field+body]).position()
			said[e.Field+body]++
			p.report(line, col, e.Field, "%s%s", body, cmp.Or(selectorHint(o, e, t), refusedHint(o, e)))
			p.refused(e.Field, e.BadValue)
		}
	}
}

// ofJobName reports whether Kubernetes refuses the name of a Job that its pods cannot have as a label.
func ofJobName(e *field.Error, o *Object) bool {
	return e.Field == "spec.template.labels" && o.Kind == "Job" && e.BadValue == o.Meta().GetName()
}

// cameFrom is the field of a manifest that Kubernetes copies into this one, which few manifests have. Of a ConfigMap that is
// too long it names none.
func cameFrom(e *field.Error, o *Object) string {
	switch {
	case e.Field == "[]":
		if o.Written("data") {
			return "data"
		}
		return "binaryData"
	case ofJobName(e, o):
		return "metadata.name"
	case e.Field == "spec.clusterIPs[0]":
		return "spec.clusterIP"
	case o.Kind == "Secret":
		if key, of := strings.CutPrefix(e.Field, "data["); of && o.Written("stringData["+key) {
			return "stringData[" + key
		}
	}
	return ""
}

// wantedBy is the field to look at: the one that asks for the missing one, where there is one. Kubernetes leaves out the
// metadata of a template.
func wantedBy(e *field.Error, t *template) string {
	if t != nil {
		part, of := strings.CutPrefix(e.Field, t.at+".")
		if of && (strings.HasPrefix(part, "labels") || strings.HasPrefix(part, "annotations")) {
			return t.at + ".metadata." + part
		}
	}
	if of, found := strings.CutSuffix(e.Field, "spec.dnsConfig"); found && e.Type == field.ErrorTypeRequired {
		return of + "spec.dnsPolicy"
	}
	return e.Field
}

// follows says that a complaint is about a name that validation was given in place of the one to be generated, or a
// second one about a name, a selector, a limit or a volume that is missing or wrong.
func follows(e *field.Error, refused field.ErrorList, o *Object, t *template) bool {
	among := func(path string) bool {
		return slices.ContainsFunc(refused, func(other *field.Error) bool { return other.Field == path })
	}
	switch {
	case e.Field == "metadata.name":
		return o.Meta().GetName() == "" && (o.Meta().GetGenerateName() != "" || e.Type != field.ErrorTypeRequired)
	case e.Field == "metadata.labels":
		return !o.Written(e.Field) // they are the template's
	case ofJobName(e, o):
		return among("metadata.name")
	case strings.HasSuffix(e.Field, "].targetPort"):
		return !o.Written(e.Field) // it is the port
	case e.Field == "spec.template.metadata.labels":
		return among("spec.selector")
	}
	if limit := strings.Replace(e.Field, ".requests[", ".limits[", 1); limit != e.Field {
		return !o.Written(e.Field) && among(limit) // a limit is the request where none is written
	}
	return e.Type == field.ErrorTypeNotFound && hasVolume(o, t, e.BadValue) // which is refused: it is not there to be mounted
}

// hasVolume says that a pod, or the pods of a template, have a volume of this name.
func hasVolume(o *Object, t *template, name any) bool {
	var volumes []v1.Volume
	switch pod := o.Pod(); {
	case pod != nil:
		volumes = pod.Spec.Volumes
	case t != nil:
		volumes = t.spec.Spec.Volumes
	}
	return slices.ContainsFunc(volumes, func(v v1.Volume) bool { return v.Name == name })
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

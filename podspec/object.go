package podspec

import (
	"fmt"
	"regexp"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"go.yaml.in/yaml/v3"

	"github.com/minipod/minipod/podspec/kube"
)

// Object is one Kubernetes object of a manifest, defaulted and valid, that knows where its fields were written.
// An Object made without Parse (from an API object) works too; it just has no positions.
type Object struct {
	// Kind is the object's kind, such as Pod.
	Kind string
	// Object is the typed object: *v1.Pod, *v1.ConfigMap, *v1.Secret, *v1.PersistentVolumeClaim, *v1.Service,
	// *v1.Namespace or *v1.ServiceAccount, or one that makes pods of a template. Nil where minipod does not take the kind: a warning says so.
	Object runtime.Object
	// Said is the typed object as it was written, without Kubernetes' defaults; nil for a Pod.
	Said runtime.Object
	// Warnings are what is most likely not meant so, and yet taken: those of Kubernetes' API server and others.
	Warnings Problems
	// Refused is what is wrong with a pod that is not to be run for it: what else there is to say of it can be said. Nil for all others.
	Refused Problems

	file string
	root *yaml.Node
	// template is the path of the pod template that a pod was made of; empty for what stands for itself.
	template string
	// makes is the template of an object that makes pods.
	makes *v1.PodTemplateSpec
}

// Taken says that minipod takes the object's kind.
func (o *Object) Taken() bool { return o.Object != nil }

// MakesPods reports whether the object makes pods of a template: they follow it as objects of their own.
func (o *Object) MakesPods() bool { return o.makes != nil }

// PodLabels are the labels of the pods that an object makes of a template.
func (o *Object) PodLabels() map[string]string {
	if o.makes == nil {
		return nil
	}
	return o.makes.Labels
}

// Pod is the object as a Pod; nil when it is of another kind.
func (o *Object) Pod() *v1.Pod {
	pod, _ := o.Object.(*v1.Pod)
	return pod
}

// Meta is the object's metadata: name, namespace, labels. Nil for an object of a kind that is not taken.
func (o *Object) Meta() metav1.Object {
	meta, _ := o.Object.(metav1.Object)
	return meta
}

// Position is where the field with this path (such as spec.containers[0].image) was written: a scalar's value, the
// key of anything else. A field that was not written is where its nearest written parent is. For an Object without
// a manifest the file is empty and the numbers are 0.
func (o *Object) Position(field string) (file string, line, col int) {
	if o.root == nil {
		return "", 0, 0
	}
	line, col = o.locate(field).position()
	return o.file, line, col
}

// Written says that the manifest itself has the field, if only as null; a default is not written.
func (o *Object) Written(field string) bool {
	return o.root != nil && len(o.locate(field).rest) == 0
}

// locate finds a field of the object in its document.
func (o *Object) locate(field string) place { return locate(o.root, splitPath(o.documentPath(field))) }

// documentPath is where a field stands in the document: that of a pod of a template is below it, but for what the pod has from
// the object around it.
func (o *Object) documentPath(field string) string {
	switch {
	case o.template == "", field == "", field == "kind", field == "metadata.name", field == "metadata.namespace":
		return field
	}
	return o.template + "." + field
}

// warn adds a warning at a field.
func (o *Object) warn(w kube.Warning) {
	field := w.Field
	if m := volumeFirst.FindStringSubmatch(w.Message); field == "" && m != nil {
		field = o.volumeField(m[1])
	}
	o.Warnings = append(o.Warnings, o.Problem(field, w.Message))
}

// volumeFirst is a warning of Kubernetes about a volume as a whole.
var volumeFirst = regexp.MustCompile(`^volume "([^"]+)"`)

// volumeField is the field of the volume with this name.
func (o *Object) volumeField(name string) string {
	if pod := o.Pod(); pod != nil {
		for i := range pod.Spec.Volumes {
			if pod.Spec.Volumes[i].Name == name {
				return fmt.Sprintf("spec.volumes[%d]", i)
			}
		}
	}
	return ""
}

// Problem is a problem of this field, at its position.
func (o *Object) Problem(field, message string) Problem {
	file, line, col := o.Position(field)
	return Problem{File: file, Line: line, Column: col, Field: o.documentPath(field), Message: message}
}

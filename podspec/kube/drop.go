package kube

import (
	"reflect"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
	corev1 "k8s.io/kubernetes/pkg/apis/core/v1"
)

// DropDisabledPodFields takes out of a new pod the fields of features that are switched off in Kubernetes, as the API
// server does before it validates, and says which. A pod that cannot be converted is left as it is: validation says why.
func DropDisabledPodFields(pod *v1.Pod) []Warning {
	if !hasDisabledFields(pod) {
		return nil
	}
	before, after := pod.DeepCopy(), pod.DeepCopy()
	if changePod(before, nil, func(_, _ *core.Pod) {}) != nil ||
		changePod(after, nil, func(p, _ *core.Pod) { podutil.DropDisabledPodFields(p, nil) }) != nil {
		return nil
	}
	*pod = *after
	var warnings []Warning
	for _, dropped := range lost(reflect.ValueOf(before.Spec), reflect.ValueOf(after.Spec), field.NewPath("spec")) {
		warnings = append(warnings, Warning{dropped, "left out, as in Kubernetes, where the feature that it belongs to is off by default"})
	}
	return warnings
}

// hasDisabledFields answers for the many pods that have none at little cost.
func hasDisabledFields(pod *v1.Pod) bool {
	before, err := internal(pod, corev1.Convert_v1_Pod_To_core_Pod)
	if err != nil {
		return false
	}
	after := before.DeepCopy()
	podutil.DropDisabledPodFields(after, nil)
	return !equality.Semantic.DeepEqual(before, after)
}

// lost lists the fields of one value that the other, made from it, has no more.
func lost(before, after reflect.Value, path *field.Path) []string {
	switch before.Kind() {
	case reflect.Pointer:
		return lostPointer(before, after, path)
	case reflect.Struct:
		return lostFields(before, after, path)
	case reflect.Slice:
		return lostItems(before, after, path)
	}
	if equality.Semantic.DeepEqual(before.Interface(), after.Interface()) {
		return nil
	}
	return []string{path.String()}
}

// lostPointer names what was behind a pointer rather than the pointer, if that is a single field.
func lostPointer(before, after reflect.Value, path *field.Path) []string {
	switch {
	case before.IsNil():
		return nil
	case !after.IsNil():
		return lost(before.Elem(), after.Elem(), path)
	}
	if inner := lost(before.Elem(), reflect.Zero(before.Type().Elem()), path); len(inner) == 1 {
		return inner
	}
	return []string{path.String()}
}

func lostFields(before, after reflect.Value, path *field.Path) []string {
	if before.NumField() == 0 || !before.Type().Field(0).IsExported() { // resource.Quantity and its like
		return nil
	}
	var fields []string
	for i := range before.NumField() {
		name, options, _ := strings.Cut(before.Type().Field(i).Tag.Get("json"), ",")
		at := path.Child(name)
		if name == "" || strings.Contains(options, "inline") {
			at = path
		}
		fields = append(fields, lost(before.Field(i), after.Field(i), at)...)
	}
	return fields
}

func lostItems(before, after reflect.Value, path *field.Path) []string {
	if before.Len() != after.Len() {
		return []string{path.String()}
	}
	var fields []string
	for i := range before.Len() {
		fields = append(fields, lost(before.Index(i), after.Index(i), path.Index(i))...)
	}
	return fields
}

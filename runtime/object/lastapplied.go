package object

import (
	"encoding/json"
	"fmt"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/validation"
)

// annotated is the manifest with the annotation in which kubectl apply keeps
// what was written for the next time.
func (m Manifest) annotated() ([]byte, error) {
	written, err := fieldsOf(m.said)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", m.Resource, err)
	}
	last, err := json.Marshal(written)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", m.Resource, err)
	}
	fields, err := fieldsOf(m.object)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", m.Resource, err)
	}
	annotationsOf(fields)[v1.LastAppliedConfigAnnotation] = string(last) + "\n"
	return json.Marshal(fields)
}

// fieldsOf are the fields of an object that a manifest says, with annotations.
func fieldsOf(o object) (map[string]any, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	fields := map[string]any{}
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	meta, _ := fields["metadata"].(map[string]any)
	for _, servers := range []string{"uid", "creationTimestamp", "resourceVersion", "selfLink", "generation", "managedFields"} {
		delete(meta, servers)
	}
	delete(fields, "status")
	delete(annotationsOf(fields), v1.LastAppliedConfigAnnotation)
	return fields, nil
}

// annotationsOf are the annotations among the fields of an object; kubectl
// apply writes them where there are none.
func annotationsOf(fields map[string]any) map[string]any {
	meta, _ := fields["metadata"].(map[string]any)
	annotations, _ := meta["annotations"].(map[string]any)
	if annotations == nil {
		annotations = map[string]any{}
		meta["annotations"] = annotations
	}
	return annotations
}

// fitAnnotations keeps what was applied the last time from making an object one that
// Kubernetes refuses for the size of its annotations. The names of its keys say what
// a later manifest has left out; their values are those of the object itself.
func fitAnnotations(o object) {
	annotations := o.GetAnnotations()
	if validation.ValidateAnnotationsSize(annotations) == nil {
		return
	}
	short, err := withoutValues(annotations[v1.LastAppliedConfigAnnotation])
	annotations[v1.LastAppliedConfigAnnotation] = short
	if err != nil || validation.ValidateAnnotationsSize(annotations) != nil {
		delete(annotations, v1.LastAppliedConfigAnnotation)
	}
	o.SetAnnotations(annotations)
}

// withoutValues is what was applied with empty values in all that is a map of texts.
func withoutValues(applied string) (string, error) {
	fields := map[string]any{}
	if err := json.Unmarshal([]byte(applied), &fields); err != nil {
		return "", err
	}
	maps := []map[string]any{annotationsOf(fields)}
	for _, name := range []string{"data", "binaryData", "stringData"} {
		data, _ := fields[name].(map[string]any)
		maps = append(maps, data)
	}
	for _, texts := range maps {
		for key := range texts {
			texts[key] = ""
		}
	}
	text, err := json.Marshal(fields)
	return string(text) + "\n", err
}

package loop

import (
	"encoding/json"
	"fmt"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// NotFoundError says that there is no such pod.
type NotFoundError struct{ Ref translate.Ref }

func (e *NotFoundError) Error() string { return fmt.Sprintf("pod %s is not there", e.Ref) }

// Hint names a command to run.
func (e *NotFoundError) Hint() string { return "minipod ps -A lists the pods that are" }

// ExistsError says that there is a pod of that name already.
type ExistsError struct{ Ref translate.Ref }

func (e *ExistsError) Error() string { return fmt.Sprintf("pod %s exists", e.Ref) }

// DiffersError says that a pod of that name exists and is another one.
type DiffersError struct {
	Ref        translate.Ref
	Want, Have *translate.Blueprint
}

func (e *DiffersError) Error() string {
	return fmt.Sprintf("pod %s exists and differs from the manifest", e.Ref)
}

// Hint names the commands that settle it.
func (e *DiffersError) Hint() string {
	return fmt.Sprintf("minipod rm %s removes it; minipod run --replace puts the new one in its place", named(e.Ref))
}

// StoppedError says that a pod is stopped on purpose.
type StoppedError struct{ Ref translate.Ref }

func (e *StoppedError) Error() string { return fmt.Sprintf("pod %s is stopped", e.Ref) }

// Hint names the command that goes on with it.
func (e *StoppedError) Hint() string { return "minipod start " + named(e.Ref) }

// LeftoverError says that what a failed run made could not be removed.
type LeftoverError struct {
	Ref translate.Ref
	Err error
}

func (e *LeftoverError) Error() string {
	return fmt.Sprintf("remove what was made of pod %s: %v", e.Ref, e.Err)
}

func (e *LeftoverError) Unwrap() error { return e.Err }

// Hint names the command that removes it later.
func (e *LeftoverError) Hint() string {
	return fmt.Sprintf("when the engine answers again: minipod rm %s", named(e.Ref))
}

func named(ref translate.Ref) string {
	if ref.Namespace == "" || ref.Namespace == v1.NamespaceDefault {
		return ref.Name
	}
	return ref.Name + " -n " + ref.Namespace
}

// same tells whether two blueprints are of one manifest with one set of
// options. The UID is what tells two pods apart that are otherwise the same.
func same(a, b *translate.Blueprint) bool {
	if a == nil || b == nil {
		return false
	}
	return canonical(a) == canonical(b)
}

func canonical(b *translate.Blueprint) string {
	pod := b.Pod.DeepCopy()
	pod.UID = ""
	text, err := json.Marshal([]any{pod.ObjectMeta, pod.Spec, b.Options})
	if err != nil {
		return err.Error()
	}
	return string(text)
}

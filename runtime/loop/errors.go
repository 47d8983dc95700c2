package loop

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// NotFoundError says that there is no such pod.
type NotFoundError struct {
	Ref translate.Ref
	// Near are the names of pods that may have been meant: those that were made
	// of a template of this name.
	Near []string
}

func (e *NotFoundError) Error() string { return fmt.Sprintf("pod %s is not there", e.Ref) }

// Hint names what was probably meant, or a command to run.
func (e *NotFoundError) Hint() string {
	if pod, name, of := strings.Cut(e.Ref.Name, "_"); of {
		return "minipod names a container by its pod: " + pod + " -c " + name
	}
	if len(e.Near) > 0 {
		return "did you mean " + strings.Join(e.Near, " or ") + "?"
	}
	return "minipod ps -A lists the pods that are"
}

// absent is the NotFoundError of a pod, beside those that are there.
func absent(ref translate.Ref, refs []translate.Ref) *NotFoundError {
	e := &NotFoundError{Ref: ref}
	for _, other := range refs {
		number, made := strings.CutPrefix(other.Name, ref.Name+"-")
		_, err := strconv.ParseUint(number, 10, 31)
		if other.Namespace == ref.Namespace && made && err == nil && !slices.Contains(e.Near, other.Name) && len(e.Near) < 3 {
			e.Near = append(e.Near, other.Name)
		}
	}
	return e
}

// HeldError says that the finalizers of a pod keep it from being removed.
type HeldError struct {
	Ref translate.Ref
	Why string
}

func (e *HeldError) Error() string { return fmt.Sprintf("remove pod %s: %s", e.Ref, e.Why) }

// Hint says who may take them off: a write to the API.
func (e *HeldError) Hint() string {
	return fmt.Sprintf(`whoever put them there takes them off; by hand: minipod serve, and with its kubeconfig kubectl -n %s patch pod %s --type merge -p '{"metadata":{"finalizers":null}}'`, e.Ref.Namespace, e.Ref.Name)
}

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
	return fmt.Sprintf("minipod rm %s removes it; minipod run --replace puts the new one in its place", e.Ref.Args())
}

// OvertakenError says that a pod was not made because one that was asked for later
// has taken its place.
type OvertakenError struct{ Ref translate.Ref }

func (e *OvertakenError) Error() string {
	return fmt.Sprintf("pod %s was made by another run that was asked for later: this one was not made", e.Ref)
}

// RemovedError says that a pod was removed while it was brought up.
type RemovedError struct{ Ref translate.Ref }

func (e *RemovedError) Error() string { return fmt.Sprintf("pod %s was removed meanwhile", e.Ref) }

// LeavingError says that a pod cannot be stopped, because it is being removed.
type LeavingError struct{ Ref translate.Ref }

func (e *LeavingError) Error() string {
	return fmt.Sprintf("stop pod %s: it is being removed", e.Ref)
}

// StartedError says that a pod was started again before it had stopped.
type StartedError struct{ Ref translate.Ref }

func (e *StartedError) Error() string {
	return fmt.Sprintf("stop pod %s: it was started again meanwhile", e.Ref)
}

// InvalidError says that the manifest of a pod cannot be read.
type InvalidError struct {
	Ref translate.Ref
	Why string
}

func (e *InvalidError) Error() string { return fmt.Sprintf("pod %s: %s", e.Ref, e.Why) }

// Hint names the command that is left.
func (e *InvalidError) Hint() string { return "minipod rm " + e.Ref.Args() + " removes it" }

// TimeoutError says that a pod has not come as far as it was to in the time
// that it was given.
type TimeoutError struct{ Ref translate.Ref }

func (e *TimeoutError) Error() string { return fmt.Sprintf("pod %s took too long", e.Ref) }

// StaysError says what keeps a pod from being up of which something runs or has
// run: it stays as it is, to be looked at.
type StaysError struct{ Err error }

func (e *StaysError) Error() string { return e.Err.Error() }

func (e *StaysError) Unwrap() error { return e.Err }

// AbandonedError says that the engine went away from a pod of which something runs
// or has run: it stays as the engine keeps it.
type AbandonedError struct {
	Ref translate.Ref
	Err error
}

func (e *AbandonedError) Error() string {
	return fmt.Sprintf("pod %s stays as the engine has left it: %v", e.Ref, e.Err)
}

func (e *AbandonedError) Unwrap() error { return e.Err }

// Hint names the commands that go on with it later.
func (e *AbandonedError) Hint() string {
	pod := e.Ref.Args()
	return fmt.Sprintf("when the engine answers again: minipod start %s goes on with it, minipod logs -f %s prints what it writes, minipod rm %s removes it", pod, pod, pod)
}

// StoppedError says that a pod is stopped on purpose.
type StoppedError struct{ Ref translate.Ref }

func (e *StoppedError) Error() string { return fmt.Sprintf("pod %s is stopped", e.Ref) }

// Hint names the command that goes on with it.
func (e *StoppedError) Hint() string { return "minipod start " + e.Ref.Args() }

// TakenError says that the name of a pod that is to be made is taken, and that
// no pod has come of it.
type TakenError struct {
	Ref  translate.Ref
	Name string // the Docker name
	Err  error
}

func (e *TakenError) Error() string {
	return fmt.Sprintf("create pod %s: the name %s is taken, and no pod has come of it: %v", e.Ref, e.Name, e.Err)
}

func (e *TakenError) Unwrap() error { return e.Err }

// Hint names the command that shows who has the name.
func (e *TakenError) Hint() string { return "docker ps -a --filter name=" + e.Name }

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
	remove := "minipod rm " + e.Ref.Args()
	if errors.Is(e.Err, plan.ErrUnreachable) {
		return "when the engine answers again: " + remove
	}
	return remove + " tries it again"
}

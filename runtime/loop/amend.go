package loop

import (
	"context"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Amend changes the manifest of a pod and brings it on until it has come as far
// as it is to. change is asked again when others change the manifest at the same
// time; its error ends it, and nothing is changed.
func (r *Runner) Amend(ctx context.Context, ref translate.Ref, change func(*v1.Pod) error, aim Aim) (Result, error) {
	w, err := r.readable(ctx, ref.Namespace, ref.Name)
	if err != nil {
		return Result{}, err
	}
	ref.UID = w.UID
	var refused error
	err = r.ask(ctx, ref, func(w plan.World) (plan.Op, bool) {
		switch {
		case w.Want == nil || w.Leaving():
			refused = &RemovedError{Ref: ref}
			return plan.Op{}, false
		case w.Intent() == plan.Halted:
			refused = &StoppedError{Ref: ref}
			return plan.Op{}, false
		}
		pod := translate.Shown(w.Want.Pod)
		if refused = change(pod); refused != nil {
			return plan.Op{}, false
		}
		return plan.Amend(w, pod), true
	})
	if refused != nil {
		err = refused
	}
	if err != nil {
		return Result{World: w}, err
	}
	return r.bring(ctx, ref, aim)
}

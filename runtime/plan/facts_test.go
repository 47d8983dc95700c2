package plan_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// What failed is written down once for each failure, and forgotten when it has
// been done; it is read as it was written.
func TestFailuresAreWrittenDown(t *testing.T) {
	w := unborn(podOf(1, v1.RestartPolicyAlways), translate.Options{})
	w = plan.Apply(w, plan.Next(w, t0).Ops[0], t0)
	w = plan.Apply(w, plan.Op{Kind: plan.StartPause, Target: w.Pause.ID}, t0)
	pull := plan.Next(w, t0).Ops[0]
	for failure, want := range []string{plan.ReasonErrImagePull, plan.ReasonPullBackOff} {
		now := t0.Add(time.Duration(failure) * time.Minute)
		w.Memory = w.Memory.Settle(pull, errors.New("no such host"), now)
		op := plan.Next(w, now).Ops[0]
		text, err := json.Marshal(op.Facts)
		if err != nil || op.Kind != plan.Note {
			t.Fatalf("failure %d: %s, %v", failure, op.Kind, err)
		}
		if err := json.Unmarshal(text, &w.Facts); err != nil {
			t.Fatal(err)
		}
		if wait := w.Facts.Waits[0].Wait(); wait.Unit != "a" || wait.Reason != want || wait.Fault.Op.Key() != pull.Key() {
			t.Errorf("failure %d: %+v", failure, wait)
		}
		for _, op := range plan.Next(w, now.Add(time.Hour)).Ops {
			if op.Kind == plan.Note {
				t.Errorf("failure %d is written down again: %+v", failure, op.Facts)
			}
		}
	}
	w.Memory = w.Memory.Settle(pull, nil, t0.Add(time.Hour))
	for _, op := range plan.Next(w, t0.Add(time.Hour)).Ops {
		if op.Kind == plan.Note && len(op.Facts.Waits) == 0 {
			return
		}
	}
	t.Error("what was done is written down as failed")
}

// A note that came after the pod was removed is not left behind, and makes no
// pod of what is gone.
func TestANoteThatCameLate(t *testing.T) {
	w := plan.World{UID: "u", Namespace: "default", Name: "p", Notes: []plan.Revision{{Name: "p_note.3_u", Number: 3}}}
	step := plan.Next(w, time.Unix(1000, 0))
	if step.State != plan.Gone || len(step.Ops) != 1 || step.Ops[0].Kind != plan.RemoveVolume || step.Ops[0].Target != "p_note.3_u" {
		t.Errorf("state %s, operations %v, want the note removed", step.State, step.Ops)
	}
}

package translate_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/minipod/minipod/runtime/translate"
)

// The rules of variables and of $(NAME): a value sees what stands before it and
// all of envFrom, a command sees everything, and what the image sets is not seen.
func TestVariables(t *testing.T) {
	text := notable("", `command: ["$(A)", $$(A), $$$(A), $(NONE), "$(A", "$", $(), $(PATH), $(REF)]
env:
- {name: A, value: "$(B) $(A) $$(B)"}
- {name: B, value: "b$(A)"}
- {name: B, value: "again $(B)"}
- {name: EMPTY, value: "<$(NOTHING)>"}
- {name: NOTHING}
- {name: USED, value: "<$(NOTHING)>"}
- {name: REF, valueFrom: {fieldRef: {fieldPath: "metadata.annotations['text']"}}}
- {name: LABEL, valueFrom: {fieldRef: {fieldPath: "metadata.labels['none']"}}}
- {name: ACCOUNT, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}`)
	pod := parseText(t, "p.yaml", text)
	pod.Annotations = map[string]string{"text": "$(A)"}
	b := translate.New(pod, translate.Options{})
	r, missing := b.Units[0].Attempt(translate.Inputs{}, 0, 0)
	if missing != nil {
		t.Fatal(missing)
	}
	want := []string{
		"A=$(B) $(A) $(B)", "B=again b$(B) $(A) $(B)", "EMPTY=<$(NOTHING)>", "NOTHING=", "USED=<>",
		"REF=$(A)", "LABEL=", "ACCOUNT=default",
	}
	if diff := cmp.Diff(want, r.Config.Env); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	a := "$(B) $(A) $(B)"
	words := []string{a, "$(A)", "$" + a, "$(NONE)", "$(A", "$", "$()", "$(PATH)", "$(A)"}
	if diff := cmp.Diff(words, slices.Concat[[]string](r.Config.Entrypoint, r.Config.Cmd)); diff != "" {
		t.Errorf("command (-want +got):\n%s", diff)
	}
}

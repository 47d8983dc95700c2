package manifest

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/translate"
)

// maxDifferences is how many differences between two pods are worth telling.
const maxDifferences = 5

// Differences are the fields in which the manifest is not the pod that exists.
func (m Pod) Differences(have *translate.Blueprint) error {
	if have == nil {
		return nil
	}
	var found, defaults podspec.Problems
	compare("", plainValue(m.Blueprint), plainValue(have), func(path string, want, have any) {
		p := m.difference(path, fmt.Sprintf("%s here, %s in the pod that exists", word(want), word(have)))
		if want != nil && !m.Written(path) && p.Field != "" {
			defaults = append(defaults, p) // it follows from what is written
			return
		}
		found = append(found, p)
	})
	if len(found) == 0 {
		found = defaults
	}
	if len(found) == 0 {
		return nil
	}
	return found[:min(len(found), maxDifferences)]
}

// difference is one at its position; what the options of run decide has none.
func (m Pod) difference(path, message string) podspec.Problem {
	if option, ok := strings.CutPrefix(path, "options."); ok {
		return podspec.Problem{File: m.Source(), Message: "the options of run: " + option + ": " + message}
	}
	return m.Problem(path, message)
}

// plainValue is what makes a pod the same or another, as JSON has it.
func plainValue(b *translate.Blueprint) any {
	pod, opts := translate.Bare(b.Pod), b.Options.Bare()
	text, err := json.Marshal(map[string]any{"metadata": pod.ObjectMeta, "spec": pod.Spec, "options": opts})
	if err != nil {
		return nil
	}
	var value any
	if json.Unmarshal(text, &value) != nil {
		return nil
	}
	return value
}

// compare tells of every path at which two JSON values differ, in the order
// of the paths.
func compare(path string, want, have any, tell func(path string, want, have any)) {
	wantMap, isMap := want.(map[string]any)
	haveMap, alsoMap := have.(map[string]any)
	wantList, isList := want.([]any)
	haveList, alsoList := have.([]any)
	switch {
	case isMap && alsoMap:
		both := maps.Clone(wantMap)
		maps.Copy(both, haveMap)
		for _, k := range slices.Sorted(maps.Keys(both)) {
			compare(join(path, k), wantMap[k], haveMap[k], tell)
		}
	case isList && alsoList && len(wantList) == len(haveList):
		for i := range wantList {
			compare(fmt.Sprintf("%s[%d]", path, i), wantList[i], haveList[i], tell)
		}
	case !reflect.DeepEqual(want, have):
		tell(path, want, have)
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// maxWord is how long a value may be to be shown whole.
const maxWord = 60

// word is a value in a message.
func word(v any) string {
	if v == nil {
		return "nothing"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(text) > maxWord {
		return string(text[:maxWord]) + "..."
	}
	return string(text)
}

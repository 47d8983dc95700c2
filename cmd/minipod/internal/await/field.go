package await

import (
	"errors"
	"fmt"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/util/jsonpath"
)

// field is a field of the pod, and the value that it is to have; without one
// it is to be there.
func field(text string) (Condition, error) {
	path, want, valued := splitField(text)
	if bare := strings.TrimSuffix(strings.TrimPrefix(path, "{"), "}"); bare == path {
		path = "{." + strings.TrimPrefix(path, ".") + "}"
	}
	want = strings.Trim(want, `'"`)
	parser := jsonpath.New("wait").AllowMissingKeys(true)
	if err := parser.Parse(path); err != nil || valued && want == "" {
		return Condition{}, errors.New("jsonpath={.status.podIP} or jsonpath={.status.phase}=Running")
	}
	word := path
	if valued {
		word += "=" + want
	}
	return Condition{word: word, OfField: true, met: func(pod *v1.Pod) (bool, error) {
		found, err := find(parser, pod)
		switch {
		case err != nil || len(found) == 0:
			return false, err
		case !valued:
			return true, nil
		case len(found) > 1:
			return false, fmt.Errorf("%s matches more than one value", path)
		}
		return fmt.Sprint(found[0]) == want, nil
	}}, nil
}

// splitField parts a field from the value behind it: the = of a filter within
// the braces does not count.
func splitField(text string) (path, value string, valued bool) {
	end := strings.LastIndex(text, "}") + 1
	path, value, valued = strings.Cut(text[end:], "=")
	return text[:end] + path, value, valued
}

// find are the values of a field of a pod, as JSON has them.
func find(parser *jsonpath.JSONPath, pod *v1.Pod) ([]any, error) {
	plain, err := runtime.DefaultUnstructuredConverter.ToUnstructured(pod)
	if err != nil {
		return nil, err
	}
	results, err := parser.FindResults(plain)
	if err != nil || len(results) == 0 {
		return nil, err
	}
	var found []any
	for _, v := range results[0] {
		if v.CanInterface() && v.Interface() != nil {
			found = append(found, v.Interface())
		}
	}
	return found, nil
}

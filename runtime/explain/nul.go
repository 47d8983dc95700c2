package explain

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
)

func nulError(field string) error {
	return fmt.Errorf("%s holds a NUL, which is the end of a word on every command line", field)
}

// findNUL is the field of a pod that holds a NUL; empty for none.
func findNUL(pod *v1.Pod) string {
	text, err := json.Marshal(pod)
	if err != nil {
		return err.Error()
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return err.Error()
	}
	return strings.TrimPrefix(nulIn(fields, ""), ".")
}

func nulIn(v any, path string) string {
	switch v := v.(type) {
	case string:
		if strings.Contains(v, "\x00") {
			return path
		}
	case []any:
		for i, item := range v {
			if found := nulIn(item, fmt.Sprintf("%s[%d]", path, i)); found != "" {
				return found
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if strings.Contains(key, "\x00") {
				return path
			}
			if found := nulIn(v[key], path+"."+key); found != "" {
				return found
			}
		}
	}
	return ""
}

package podspec

import (
	"fmt"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// modeSlips finds modes of files that were written in decimal and meant in octal.
func (o *Object) modeSlips(path string, v v1.Volume) []slip {
	var slips []slip
	for _, at := range modeFields(path, v) {
		if right := octalMeant(o.writtenText(at, "")); right != "" {
			slips = append(slips, slip{field: at, message: right})
		}
	}
	return slips
}

// octalMeant says of a decimal number that looks like the mode of a file what it is, if Kubernetes takes it as one.
func octalMeant(text string) string {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || !looksLikeMode(text) || n > 0o777 {
		return ""
	}
	return fmt.Sprintf("%s is decimal, and the mode %#o: did you mean 0%s?", text, n, text)
}

// looksLikeMode says that three digits are a mode that makes sense: the owner may read, and nobody may do what the
// owner or the group may not.
func looksLikeMode(text string) bool {
	if len(text) != 3 || strings.Trim(text, "01234567") != "" {
		return false
	}
	owner, group, other := text[0]-'0', text[1]-'0', text[2]-'0'
	readable := func(digit byte) bool { return digit == 0 || digit >= 4 }
	return owner >= 4 && readable(group) && readable(other) && group&^owner == 0 && other&^group == 0
}

// modeFields are the fields of a volume that hold a mode of files.
func modeFields(path string, v v1.Volume) []string {
	var fields []string
	items := func(at string, n int) {
		fields = append(fields, at+".defaultMode")
		for i := range n {
			fields = append(fields, fmt.Sprintf("%s.items[%d].mode", at, i))
		}
	}
	switch {
	case v.ConfigMap != nil:
		items(path+".configMap", len(v.ConfigMap.Items))
	case v.Secret != nil:
		items(path+".secret", len(v.Secret.Items))
	case v.DownwardAPI != nil:
		items(path+".downwardAPI", len(v.DownwardAPI.Items))
	case v.Projected != nil:
		fields = append(fields, path+".projected.defaultMode")
		for i, s := range v.Projected.Sources {
			at := fmt.Sprintf("%s.projected.sources[%d]", path, i)
			switch {
			case s.ConfigMap != nil:
				items(at+".configMap", len(s.ConfigMap.Items))
			case s.Secret != nil:
				items(at+".secret", len(s.Secret.Items))
			case s.DownwardAPI != nil:
				items(at+".downwardAPI", len(s.DownwardAPI.Items))
			}
		}
	}
	return fields
}

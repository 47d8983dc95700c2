package podspec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// slip is something that Kubernetes takes and that nobody means. It is wrong where no pod could run like that.
type slip struct {
	field, message string
	wrong          bool
}

// slips finds what a pod says and does not mean.
func (o *Object) slips() []slip {
	pod := o.Pod()
	if pod == nil {
		return nil
	}
	var slips []slip
	for path, c := range containersOf(&pod.Spec) {
		slips = slices.Concat(slips, imageSlips(path, c), memorySlips(path, c), mountSlips(path, c))
	}
	for i, v := range pod.Spec.Volumes {
		path := fmt.Sprintf("spec.volumes[%d]", i)
		slips = append(slips, o.modeSlips(path, v)...)
		if v.HostPath != nil && strings.Contains(v.HostPath.Path, ":/") {
			slips = append(slips, slip{field: path + ".hostPath.path", message: colonHint + `: where it is mounted stands in "volumeMounts"`})
		}
	}
	return slips
}

// containersOf goes through all containers of a pod, with their paths.
func containersOf(spec *v1.PodSpec) func(yield func(string, *v1.Container) bool) {
	return func(yield func(string, *v1.Container) bool) {
		for i := range spec.InitContainers {
			if !yield(fmt.Sprintf("spec.initContainers[%d]", i), &spec.InitContainers[i]) {
				return
			}
		}
		for i := range spec.Containers {
			if !yield(fmt.Sprintf("spec.containers[%d]", i), &spec.Containers[i]) {
				return
			}
		}
	}
}

// imageSlips finds an image that no node can pull: Kubernetes takes it, and the pod waits with InvalidImageName.
func imageSlips(path string, c *v1.Container) []slip {
	image := strings.TrimSpace(c.Image)
	if image == "" || image != c.Image { // validation says so
		return nil
	}
	_, err := reference.ParseNormalizedNamed(image)
	if err == nil {
		return nil
	}
	message := fmt.Sprintf("%q is no name of an image: %v", shorten(image), err)
	if isUnexpanded(image) {
		message = fmt.Sprintf("%q is no name of an image%s", shorten(image), unexpandedHint)
	}
	return []slip{{path + ".image", message, true}}
}

// unexpandedHint says what to do about ${NAME} in a manifest.
const unexpandedHint = ": nothing expands ${NAME} in a manifest: render it first, such as by envsubst"

func isUnexpanded(text string) bool { return strings.Contains(text, "${") }

// leastMemory is what no process of a container does with less of.
const leastMemory = 1 << 20

// memorySlips finds bytes that were meant to be more: 64m, which is 64 thousandths of a byte, or a bare 64.
func memorySlips(path string, c *v1.Container) []slip {
	var slips []slip
	for _, part := range []struct {
		name string
		list v1.ResourceList
	}{{"limits", c.Resources.Limits}, {"requests", c.Resources.Requests}} {
		for _, name := range []v1.ResourceName{v1.ResourceMemory, v1.ResourceEphemeralStorage} {
			q := part.list[name]
			tooLittle := part.name == "limits" && name == v1.ResourceMemory && q.Sign() > 0 && q.CmpInt64(leastMemory) < 0
			if tooLittle || isFractional(q) {
				slips = append(slips, slip{fmt.Sprintf("%s.resources.%s[%s]", path, part.name, name), byteSlip(q), tooLittle})
			}
		}
	}
	return slips
}

func isFractional(q resource.Quantity) bool { return q.MilliValue()%1000 != 0 }

// byteSlip says what a quantity of bytes is and may be meant to be.
func byteSlip(q resource.Quantity) string {
	text := q.String()
	number := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	meant := ""
	if len(number) < len("1000000") {
		meant = fmt.Sprintf(", did you mean %sM or %sMi?", number, number)
	}
	switch text[len(number):] {
	case "m":
		return fmt.Sprintf("%s is %s thousandths of a byte%s", text, number, meant)
	case "":
		return fmt.Sprintf("%s is %s bytes%s", text, number, meant)
	case "u", "n":
		return text + " is no whole number of bytes"
	}
	return fmt.Sprintf("%s is %d bytes: too little for any program", text, q.Value())
}

const colonHint = `the ":" is a part of the path here`

// mountSlips finds Docker's options behind a path.
func mountSlips(path string, c *v1.Container) []slip {
	var slips []slip
	for i, m := range c.VolumeMounts {
		if strings.Contains(m.MountPath, ":") {
			slips = append(slips, slip{
				field:   fmt.Sprintf("%s.volumeMounts[%d].mountPath", path, i),
				message: colonHint + `, not the beginning of an option as with docker -v (for :ro write "readOnly: true")`,
			})
		}
	}
	return slips
}

// modeSlips finds modes of files that were written in decimal and meant in octal.
func (o *Object) modeSlips(path string, v v1.Volume) []slip {
	var slips []slip
	for _, at := range modeFields(path, v) {
		if right := octalMeant(locate(o.root, splitPath(at)).node.Value); right != "" {
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

// refusedHint says of a value that Kubernetes refuses what was probably meant.
func refusedHint(o *Object, e *field.Error) string {
	if text, ok := e.BadValue.(string); ok && isUnexpanded(text) {
		return " (" + strings.TrimPrefix(unexpandedHint, ": ") + ")"
	}
	written := locate(o.root, splitPath(e.Field)).node.Value
	switch {
	case strings.HasSuffix(strings.ToLower(e.Field), "mode") && looksLikeMode(written):
		return ": did you mean 0" + written + "?"
	case strings.HasSuffix(e.Field, ".hostPath.path") && e.Type != field.ErrorTypeRequired:
		return ": write the absolute path that it has on the engine's machine"
	}
	return ""
}

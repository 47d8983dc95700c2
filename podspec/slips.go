package podspec

import (
	"fmt"
	"path"
	"regexp"
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
	slips := admissionSlips(&pod.Spec)
	for path, c := range containersOf(&pod.Spec) {
		slips = slices.Concat(slips, imageSlips(path+".image", c.Image), commandSlips(path, c), workingDirSlips(path, c),
			o.memorySlips(path, c), mountSlips(path, c), portSlips(path, c), capabilitySlips(path, c))
	}
	for i, v := range pod.Spec.Volumes {
		path := fmt.Sprintf("spec.volumes[%d]", i)
		slips = append(slips, o.modeSlips(path, v)...)
		if v.Image != nil {
			slips = append(slips, imageSlips(path+".image.reference", v.Image.Reference)...)
		}
		if v.HostPath != nil {
			slips = append(slips, hostPathSlips(path+".hostPath.path", v.HostPath.Path)...)
		}
	}
	return slips
}

// admissionSlips finds numbers that an API server takes from another object and from no pod
// (plugin/pkg/admission/priority and runtimeclass).
func admissionSlips(s *v1.PodSpec) []slip {
	var slips []slip
	if s.Priority != nil && *s.Priority != 0 && s.PriorityClassName == "" {
		slips = append(slips, slip{field: "spec.priority", message: "an API server refuses it: name a priorityClassName instead"})
	}
	if len(s.Overhead) > 0 && s.RuntimeClassName == nil {
		slips = append(slips, slip{field: "spec.overhead", message: "an API server refuses it: it comes from the runtime class that a runtimeClassName names"})
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
func imageSlips(path, image string) []slip {
	if image == "" || image != strings.TrimSpace(image) { // validation says so
		return nil
	}
	_, err := reference.ParseNormalizedNamed(image)
	if err == nil {
		return nil
	}
	return []slip{{path, fmt.Sprintf("%q is no name of an image%s (a node would not start it: InvalidImageName)", shorten(image), imageHint(image, err)), true}}
}

// literalHint is for a field in which $(NAME) stands for itself.
const literalHint = ": nothing expands $(NAME) in it, only in command, args and env"

// imageHint says why a text is no name of an image.
func imageHint(image string, err error) string {
	scheme, _, url := strings.Cut(image, "://")
	switch {
	case unrendered(image) != "":
		return unrendered(image)
	case strings.HasPrefix(image, "<") && strings.HasSuffix(image, ">"):
		return ": it stands for one: write the name of an image in its place"
	case strings.Contains(image, "$("):
		return literalHint
	case strings.Contains(image, "$"):
		return bareNameHint
	case url:
		return ": it has no " + scheme + "://"
	}
	return fmt.Sprintf(": %v", err)
}

// commandSlips finds a command line that wants a shell where there is none, or
// that a shell does not take as it was meant.
func commandSlips(path string, c *v1.Container) []slip {
	if len(c.Command) > 0 && c.Command[0] == "" {
		return []slip{{path + ".command[0]", "an empty text is the name of no program", true}}
	}
	at, message := CommandSlip(c)
	if at == "" {
		return nil
	}
	return []slip{{field: path + "." + at, message: message}}
}

// CommandSlip is what is most likely a slip in the command line of a container: the
// field below the container's own, and what is wrong with it. Both are empty where
// there is none.
func CommandSlip(c *v1.Container) (at, message string) {
	if len(c.Command) == 0 {
		return "", ""
	}
	if len(strings.Fields(c.Command[0])) > 1 {
		return "command[0]", "no shell splits it, so that this is the name of a program with a blank in it: write " + AsWords(c.Command[0])
	}
	fields := make([]string, 0, len(c.Command)+len(c.Args))
	for i := range c.Command {
		fields = append(fields, fmt.Sprintf("command[%d]", i))
	}
	for i := range c.Args {
		fields = append(fields, fmt.Sprintf("args[%d]", i))
	}
	words := slices.Concat(c.Command, c.Args)
	if n := len(words); n > 3 && isShell(words[0]) && words[1] == "-c" && len(strings.Fields(words[2])) == 1 && !strings.Contains(words[2], "$") {
		return fields[2], "the command of -c is this one word, and what follows are its parameters: write " + list("sh", "-c", strings.Join(words[2:], " "))
	}
	i := slices.IndexFunc(words, func(word string) bool { return slices.Contains([]string{"&&", "||", "|", ">", ">>", "2>&1"}, word) })
	if i > 0 && !isShell(words[0]) && !slices.Contains([]string{"expr", "test", "["}, path.Base(words[0])) {
		return fields[i], fmt.Sprintf("no shell reads it, so that %s is an argument of %s: write %s", words[i], words[0], list("sh", "-c", strings.Join(words, " ")))
	}
	return "", ""
}

// AsWords is a command line that was written as one word as it has to be written.
func AsWords(line string) string {
	if strings.ContainsAny(line, "|&;<>$`*?'\"") {
		return list("sh", "-c", line)
	}
	return list(strings.Fields(line)...)
}

// list is a list of words in YAML and in JSON.
func list(words ...string) string {
	quoted := make([]string, 0, len(words))
	for _, word := range words {
		quoted = append(quoted, strconv.Quote(word))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func isShell(program string) bool {
	return slices.Contains([]string{"sh", "bash", "ash", "dash", "zsh", "ksh"}, path.Base(program))
}

// workingDirSlips finds a folder in which no program can be started.
func workingDirSlips(path string, c *v1.Container) []slip {
	hint := ""
	switch {
	case c.WorkingDir == "" || strings.HasPrefix(c.WorkingDir, "/"):
		return nil
	case strings.Contains(c.WorkingDir, "$("):
		hint = literalHint
	}
	return []slip{{path + ".workingDir", fmt.Sprintf("%q is no absolute path: no container starts there%s", shorten(c.WorkingDir), hint), true}}
}

// The least memory that no process of a container does with less of, and that
// Docker takes as a limit.
const (
	leastMemory = 1 << 20
	leastLimit  = 6 << 20
)

// memorySlips finds bytes that were meant to be more: 64m, which is 64 thousandths of a byte, or a bare 64.
func (o *Object) memorySlips(path string, c *v1.Container) []slip {
	var slips []slip
	for _, part := range []struct {
		name string
		list v1.ResourceList
	}{{"limits", c.Resources.Limits}, {"requests", c.Resources.Requests}} {
		for _, name := range []v1.ResourceName{v1.ResourceMemory, v1.ResourceEphemeralStorage} {
			q := part.list[name]
			limit := part.name == "limits" && name == v1.ResourceMemory && q.Sign() > 0
			tooLittle := limit && q.CmpInt64(leastMemory) < 0
			at := fmt.Sprintf("%s.resources.%s[%s]", path, part.name, name)
			switch {
			case limit && !tooLittle && q.CmpInt64(leastLimit) < 0:
				slips = append(slips, slip{at, fmt.Sprintf("%s is less than Docker takes as a limit: 6Mi at least", o.writtenText(at, q.String())), true})
			case tooLittle || isFractional(q):
				slips = append(slips, slip{at, byteSlip(o.writtenText(at, q.String()), q), tooLittle})
			}
		}
	}
	return slips
}

// writtenText is a value as the manifest has it, or what stands for it where the manifest has none.
func (o *Object) writtenText(field, otherwise string) string {
	if at := o.locate(field); len(at.rest) == 0 && resolved(at.node).Value != "" {
		return resolved(at.node).Value
	}
	return otherwise
}

func isFractional(q resource.Quantity) bool { return q.MilliValue()%1000 != 0 }

// byteSlip says what a quantity of bytes is and may be meant to be.
func byteSlip(written string, q resource.Quantity) string {
	number := strings.TrimRight(written, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	size := fmt.Sprintf("%d bytes", q.Value())
	if isFractional(q) {
		size = fmt.Sprintf("%d thousandths of a byte", q.MilliValue())
	}
	if _, err := resource.ParseQuantity(number + "M"); err != nil || len(number) >= len("1000000") {
		return written + " is " + size
	}
	return fmt.Sprintf("%s is %s, did you mean %sM or %sMi?", written, size, number, number)
}

const (
	colonHint  = `the ":" is a part of the path here`
	optionHint = colonHint + `, not the beginning of an option as with docker -v (for :ro write "readOnly: true"`
)

// mountOption is one of docker -v behind a path.
var mountOption = regexp.MustCompile(`:(ro|rw|z|Z)(,\w+)*$`)

// hostPathSlips finds what docker -v takes behind a path of the machine.
func hostPathSlips(field, path string) []slip {
	switch {
	case strings.Contains(path, ":/"):
		return []slip{{field: field, message: colonHint + `: where it is mounted stands in "volumeMounts"`}}
	case mountOption.MatchString(path):
		return []slip{{field: field, message: optionHint + ` in "volumeMounts")`}}
	}
	return nil
}

// mountSlips finds Docker's options behind a path, and the root.
func mountSlips(path string, c *v1.Container) []slip {
	var slips []slip
	for i, m := range c.VolumeMounts {
		at := fmt.Sprintf("%s.volumeMounts[%d].mountPath", path, i)
		switch {
		case strings.Contains(m.MountPath, ":"):
			slips = append(slips, slip{field: at, message: optionHint + ")"})
		case m.MountPath != "" && isRoot(m.MountPath):
			slips = append(slips, slip{at, "nothing can be mounted in place of a container's root", true})
		}
	}
	return slips
}

func isRoot(folder string) bool { return path.Join("/", folder) == "/" }

// refusedHint says of a value that Kubernetes refuses what was probably meant.
func refusedHint(o *Object, e *field.Error) string {
	if hint := refusedPlaceholder(e); hint != "" {
		return " (" + strings.TrimPrefix(hint, ": ") + ")"
	}
	written := o.writtenText(e.Field, "")
	switch {
	case e.Type == field.ErrorTypeNotSupported && strings.Contains(e.Detail, fmt.Sprintf("%q", e.BadValue)):
		return ": it belongs to a feature that is off by default in Kubernetes"
	case strings.HasSuffix(strings.ToLower(e.Field), "mode") && looksLikeMode(written):
		return ": did you mean 0" + written + "?"
	case strings.HasSuffix(e.Field, ".hostPath.path") && e.Type != field.ErrorTypeRequired:
		return ": write the absolute path that it has on the engine's machine"
	}
	return ""
}

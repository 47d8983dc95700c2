package tell

import (
	"errors"
	"strings"

	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// StartError is the error of a start: each container that could not.
func StartError(ref translate.Ref, res loop.Result, err error) error {
	var errs []error
	for _, w := range res.Step.Waits {
		if w.Blocks() && w.Fault.Op.Kind == plan.StartUnit {
			errs = append(errs, &downError{ref: ref, container: w.Unit, why: "could not start: " + refusal(w.Fault.Err.Error())})
		}
	}
	if len(errs) == 0 || !errors.As(err, new(*loop.StaysError)) {
		return err
	}
	return errors.Join(errs...)
}

// faultText is what failed, in words.
func faultText(w plan.Wait) string {
	if w.Fault.Op.Kind == plan.StartUnit && w.Unit != "" {
		return "container " + w.Unit + " could not start: " + refusal(w.Fault.Err.Error())
	}
	return w.Fault.Err.Error()
}

// refusal is why a container could not start: in words where they are known,
// with what matters of the engine's own, which names each program on the way.
func refusal(engine string) string {
	text := engine
	for _, mark := range []string{"OCI runtime create failed: ", "runc create failed: ", "unable to start container process: ", "error during container init: "} {
		if _, after, found := strings.Cut(text, mark); found {
			text = after
		}
	}
	text = strings.TrimSuffix(text, ": unknown")
	if words := mountRefusal(text); words != "" {
		return words
	}
	_, after, _ := strings.Cut(text, `exec: "`)
	program, _, found := strings.Cut(after, `"`)
	if !found {
		return text
	}
	for said, why := range map[string]string{
		"executable file not found": "its command " + program + " is in no folder of the image's PATH",
		"no such file or directory": "its command " + program + " is not in its files",
		"permission denied":         "its command " + program + " may not be executed",
		"is a directory":            "its command " + program + " is a folder",
		"exec format error":         "its command " + program + " is no program for the engine's machine",
	} {
		if strings.Contains(text, said) {
			return why + ": " + text
		}
	}
	return text
}

// notShared is what the engine says of a mount that it was to pass on.
const notShared = " but it is not a shared "

// mountRefusal is why a volume could not be mounted, in words where they are known.
func mountRefusal(text string) string {
	if _, after, found := strings.Cut(text, " is mounted on "); found && strings.Contains(after, notShared) {
		place, _, _ := strings.Cut(after, notShared)
		return text + ": mountPropagation takes a mount that the engine's machine shares (mount --make-rshared " + place + ")"
	}
	what, after, _ := strings.Cut(text, ` to rootfs at "`)
	place, why, _ := strings.Cut(after, `"`)
	switch {
	case strings.Contains(why, "not a directory"):
		return what + " onto " + place + ": one is a folder and the other a file; subPath mounts one file of a volume"
	case strings.Contains(why, "read-only file system"):
		return "nothing can be mounted at " + place + ": the volume that it lies in is read-only and does not have it"
	}
	return ""
}

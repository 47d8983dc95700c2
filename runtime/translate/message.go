package translate

import (
	"fmt"
	"path"
	"slices"
	"strconv"

	v1 "k8s.io/api/core/v1"
)

// MessageRoot is the folder of the pause in which the termination messages of
// the pod's containers are: a volume of its own, gone with the pause. The
// pause image has MessageSlots files in it, which the engine copies into the
// volume when it makes it: nothing is to be done for a message that may never
// be written.
const (
	MessageRoot  = "/messages"
	MessageSlots = 16
)

// message is the file of a container's termination message, as it is mounted
// in attempt n; ok is false where the manifest wants none.
func (u Unit) message(n int) (file Part, ok bool) {
	target := u.Container.TerminationMessagePath
	if target == "" || slices.ContainsFunc(u.Container.VolumeMounts, func(vm v1.VolumeMount) bool { return absolute(vm.MountPath) == absolute(target) }) {
		return Part{}, false
	}
	return Part{Whole: MessageRoot, Path: path.Base(u.MessageFile(n)), Target: absolute(target), Container: u.Name, File: true}, true
}

// MessageFile is where the pause has the termination message of attempt n. The
// first ones are in the files that are there from the start, each of which is
// used once: the units that the pod was made with take turns.
func (u Unit) MessageFile(n int) string {
	units := len(u.pod.Spec.InitContainers) + len(u.pod.Spec.Containers)
	if slot := u.slot + n*units; u.slot < units && slot < MessageSlots {
		return path.Join(MessageRoot, strconv.Itoa(slot))
	}
	return path.Join(MessageRoot, fmt.Sprintf("%s.%d", u.Name, n))
}

// Messages reports whether a container may leave a termination message.
func (u Unit) Messages() bool { return u.Container.TerminationMessagePath != "" }

// mountMessages has the engine make the volume of the messages.
func mountMessages(r *Request) {
	r.Config.Volumes = map[string]struct{}{MessageRoot: {}}
	r.from("Config.Volumes", "the termination messages of the containers are files in it")
}

package translate

import (
	"fmt"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Revision is the n-th manifest of a pod (the first one is on its pause), as
// the name and labels of an empty volume. Creating a volume that exists
// answers with the existing one, so of two who write a revision one succeeds.
func Revision(pod *v1.Pod, n int) (name string, labels map[string]string) {
	volume := fmt.Sprintf("rev.%d", n) // a dot: no volume of a manifest has one
	labels = identity(pod)
	labels[LabelVolume] = volume
	labels[LabelRevision] = strconv.Itoa(n)
	putManifest(labels, encode(pod))
	return VolumeName(pod, volume), labels
}

// RevisedPod is the UID of the pod of which a volume of this name carries a later
// manifest; empty where it is another volume.
func RevisedPod(volume string) types.UID { return podOf(volume, "_rev.") }

// NotedPod is the same of a volume that carries a note.
func NotedPod(volume string) types.UID { return podOf(volume, "_note.") }

func podOf(volume, kind string) types.UID {
	_, after, found := strings.Cut(volume, kind)
	_, uid, _ := strings.Cut(after, "_")
	if !found {
		return ""
	}
	return types.UID(uid)
}

// Unwritten reports whether a volume is to carry a later manifest or a note, as
// its name tells, and does not yet.
func Unwritten(volume string, labels map[string]string) bool {
	n, _ := FactsOf(labels)
	return strings.Contains(volume, "_rev.") && RevisionOf(labels) == 0 || strings.Contains(volume, "_note.") && n == 0
}

// ObjectRevisionOf reads the number of a revision of an object beside pods.
func ObjectRevisionOf(labels map[string]string) int { return number(labels[LabelRevision]) }

// RevisionOf reads the number of a manifest from the labels of what carries
// it: 1 for a pause, 0 for what carries none, or that of another object.
func RevisionOf(labels map[string]string) int {
	if _, object := labels[LabelObject]; object {
		return 0
	}
	if n := number(labels[LabelRevision]); n > 0 {
		return n
	}
	if _, ok := labels[LabelManifest]; ok {
		return 1
	}
	return 0
}

package translate

import (
	"fmt"
	"strconv"

	v1 "k8s.io/api/core/v1"
)

// FactsNote is the n-th note, from 1, of what was found out of a pod, as the name
// and labels of an empty volume. All volumes of an engine come in one answer:
// a note costs nobody a question of its own.
func FactsNote(pod *v1.Pod, n int, facts string) (name string, labels map[string]string) {
	volume := fmt.Sprintf("note.%d", n) // a dot: no volume of a manifest has one
	labels = identity(pod)
	labels[LabelVolume] = volume
	labels[LabelNote] = strconv.Itoa(n)
	labels[LabelFacts] = facts
	return VolumeName(pod, volume), labels
}

// FactsOf reads the number of a note and what it says from the labels of a
// volume; 0 where it is none.
func FactsOf(labels map[string]string) (n int, facts string) {
	return number(labels[LabelNote]), labels[LabelFacts]
}

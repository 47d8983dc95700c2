package plan

import (
	"encoding/json"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// lookAgain is how often a node looks at its containers (pkg/kubelet/pleg): the end
// of one that is removed sooner than that after it is not seen there.
const lookAgain = time.Second

// Recall is the world with those of the known attempts that are there no more though
// minipod has not removed them: the newest of a unit, and the one that ended before
// it. Somebody has, and a node goes on from what it has seen of them. Of a pod that is
// being removed nothing is to be known.
func (w World) Recall(known []Container, now time.Time) World {
	if w.Pause == nil || w.Want == nil || w.Leaving() {
		return w
	}
	for _, c := range slices.Backward(slices.Concat(w.ends(), known)) {
		if _, ok := w.Want.Unit(c.Unit); ok && c.begun() && w.lacks(c) {
			w.Containers = append(slices.Clone(w.Containers), c.lose(now))
			SortContainers(w.Containers)
		}
	}
	return w
}

// keepEnds has a manifest carry how the containers have ended: who removes them from a
// pod that has ended is most often not seen.
func (w World) keepEnds(pod *v1.Pod, now time.Time) {
	var ends []Container
	for _, c := range w.Containers {
		if c.Ended() {
			ends = append(ends, c.lose(now))
		}
	}
	if text, err := json.Marshal(ends); err == nil && len(ends) > 0 {
		metav1.SetMetaDataAnnotation(&pod.ObjectMeta, translate.AnnotationEnds, string(text))
	}
}

// ends are what keepEnds has kept. What somebody else has written there is nothing.
func (w World) ends() []Container {
	var ends []Container
	text := w.Want.Pod.Annotations[translate.AnnotationEnds]
	if text == "" || json.Unmarshal([]byte(text), &ends) != nil {
		return nil
	}
	return ends
}

// lacks reports whether an attempt is one that prune keeps, and is not there.
func (w World) lacks(c Container) bool {
	if slices.ContainsFunc(w.Containers, func(there Container) bool { return there.ID == c.ID }) {
		return false
	}
	latest := w.Latest(c.Unit)
	if latest == nil || c.Attempt >= latest.Attempt {
		return latest == nil || c.Attempt > latest.Attempt
	}
	before := w.Before(*latest)
	return before == nil || before.Attempt < c.Attempt
}

// lose is an attempt that is found to be there no more.
func (c Container) lose(now time.Time) Container {
	if c.Lost {
		return c
	}
	c.Lost, c.Signalled, c.OOMAt = true, time.Time{}, time.Time{}
	if c.State == Running || c.ExitCode == killed && now.Sub(c.FinishedAt) < lookAgain {
		c.State, c.ExitCode, c.Unknown, c.FinishedAt = Exited, killed, true, now
	}
	for _, at := range []*time.Time{&c.Created, &c.StartedAt, &c.FinishedAt} {
		*at = at.Round(0).UTC() // as it is read again
	}
	return c
}

// lost are the attempts that Recall has added.
func (w World) lost() []Container {
	return slices.DeleteFunc(slices.Clone(w.Containers), func(c Container) bool { return !c.Lost })
}

// loses reports whether it is to be written down what was lost, or no more.
func (w World) loses() bool { return !w.Leaving() && !sameIDs(w.lost(), w.Facts.Lost) }

func sameIDs(a, b []Container) bool {
	return slices.EqualFunc(a, b, func(a, b Container) bool { return a.ID == b.ID })
}

package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/minipod/minipod/runtime/translate"
)

// Apply is the model of Docker: the world after an operation that succeeds.
// The world it is given is not changed.
func Apply(w World, op Op, now time.Time) World {
	w.Containers = slices.Clone(w.Containers)
	w.Volumes = slices.Clone(w.Volumes)
	if w.Pause != nil {
		pause := *w.Pause
		w.Pause = &pause
	}
	switch op.Kind {
	case CreatePause:
		applyBirth(&w, op, now)
	case StartPause:
		startPause(&w, now)
	case StopPause:
		w.Pause.State, w.Pause.FinishedAt, w.Pause.IPs = Exited, now, nil
	case RemovePause:
		w.Pause, w.Want = nil, nil
	case SetIntent:
		w.Pause.Intent = op.Intent
	case PullImage:
		applyPull(&w, op)
	case CreateUnit:
		applyCreate(&w, op, now)
	case StartUnit:
		w.change(op.Target, func(c *Container) { c.State, c.StartedAt = Running, now })
	case StopUnit:
		w.change(op.Target, func(c *Container) { c.State, c.FinishedAt, c.ExitCode = Exited, now, 143 })
	case RemoveUnit:
		w.Containers = slices.DeleteFunc(w.Containers, func(c Container) bool { return c.ID == op.Target })
	case RemoveVolume:
		w.Volumes = slices.DeleteFunc(w.Volumes, func(v string) bool { return v == op.Target })
	}
	return w
}

func applyBirth(w *World, op Op, now time.Time) {
	w.Pause = &Pause{ID: op.Target, Name: op.Target, State: Created, Intent: Wanted, Created: now}
	for _, v := range w.Want.Volumes {
		w.Volumes = append(w.Volumes, v.Docker)
	}
}

func startPause(w *World, now time.Time) {
	w.Pause.State, w.Pause.StartedAt, w.Pause.FinishedAt = Running, now, time.Time{}
	if w.Want != nil && !w.Want.Pod.Spec.HostNetwork {
		w.Pause.IPs = []string{"192.0.2.1"}
	}
}

// ModelImage is what the model of Docker knows of an image: it has one that
// does not run as root, so that nothing keeps a container from being made.
func ModelImage(reference string) Image { return Image{ID: "sha256:" + reference, User: "65535"} }

func applyPull(w *World, op Op) {
	images := map[string]Image{op.Target: ModelImage(op.Target)}
	for ref, image := range w.Images {
		images[ref] = image
	}
	pulled := map[string]bool{op.Key(): true}
	for key := range w.Pulled {
		pulled[key] = true
	}
	w.Images, w.Pulled = images, pulled
}

func applyCreate(w *World, op Op, now time.Time) {
	labels := op.Request.Config.Labels
	w.Containers = append(w.Containers, Container{
		ID: op.Target, Name: op.Target, Unit: op.Unit, Attempt: op.Attempt,
		Backoff: translate.BackoffOf(labels), Hash: labels[translate.LabelHash],
		State: Created, Created: now, Image: op.Request.Config.Image,
	})
	SortContainers(w.Containers)
}

func (w *World) change(id string, f func(*Container)) {
	for i := range w.Containers {
		if w.Containers[i].ID == id {
			f(&w.Containers[i])
		}
	}
}

// SortContainers puts attempts in the order that a World has them in.
func SortContainers(cs []Container) {
	slices.SortFunc(cs, func(a, b Container) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Attempt, b.Attempt))
	})
}

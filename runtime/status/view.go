package status

import (
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// view is a world, what Next says of it, and the containers of its manifest.
type view struct {
	plan.World
	step                    plan.Step
	inits, apps, ephemerals []unit
}

// unit is a container of the manifest and its newest attempt.
type unit struct {
	*v1.Container
	kind   translate.Kind
	latest *plan.Container // nil before the first
}

func newView(w plan.World, now time.Time) view {
	v := view{World: w, step: plan.Next(w, now)}
	if w.Want == nil {
		return v
	}
	spec := &w.Want.Pod.Spec
	for i := range spec.InitContainers {
		v.inits = append(v.inits, v.unit(&spec.InitContainers[i], initKind(&spec.InitContainers[i])))
	}
	for i := range spec.Containers {
		v.apps = append(v.apps, v.unit(&spec.Containers[i], translate.App))
	}
	for i := range spec.EphemeralContainers {
		c := v1.Container(spec.EphemeralContainers[i].EphemeralContainerCommon)
		v.ephemerals = append(v.ephemerals, v.unit(&c, translate.Ephemeral))
	}
	return v
}

// unit is a container with its newest attempt. One that was made ahead of the
// pod's sandbox is not shown: on a node there is none yet.
func (v view) unit(c *v1.Container, kind translate.Kind) unit {
	if v.Pause != nil && v.Pause.StartedAt.IsZero() {
		return unit{Container: c, kind: kind}
	}
	return unit{Container: c, kind: kind, latest: v.Latest(c.Name)}
}

func initKind(c *v1.Container) translate.Kind {
	if sidecar(c) {
		return translate.Sidecar
	}
	return translate.Init
}

// sidecar tells a sidecar from the init containers that run to their end.
func sidecar(c *v1.Container) bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == v1.ContainerRestartPolicyAlways
}

// long are the containers that make up the pod's readiness: sidecars and
// regular ones.
func (v view) long() []unit {
	sidecars := slices.DeleteFunc(slices.Clone(v.inits), func(u unit) bool { return u.kind != translate.Sidecar })
	return append(sidecars, v.apps...)
}

// bringing tells whether Next is about to start what is to run.
func (v view) bringing() bool {
	return v.step.State == plan.Starting || v.step.State == plan.Up
}

// visible tells whether there is something to say about containers.
func (v view) visible() bool {
	switch {
	case v.unscheduled() != nil:
		return false
	case v.Pause != nil && (!v.Pause.StartedAt.IsZero() || v.Pause.Error != ""):
		return true
	case v.bringing():
		return len(v.step.Waits) > 0
	}
	return v.step.State == plan.Stopped
}

// initialized tells whether the init containers are done with: an app
// container has run since the pause started. From then on it stays so; a pod
// that has come to its end does not begin anew with another pause.
func (v view) initialized() bool {
	return slices.ContainsFunc(v.Containers, func(c plan.Container) bool {
		return (c.State == plan.Running || c.Ended()) && (v.ended() || !v.Stale(c)) && v.isApp(c.Unit)
	})
}

// ended reports whether the pod has come to its end.
func (v view) ended() bool {
	return v.step.Phase == v1.PodSucceeded || v.step.Phase == v1.PodFailed
}

func (v view) isApp(name string) bool {
	return slices.ContainsFunc(v.apps, func(u unit) bool { return u.Name == name })
}

// gone tells whether the unit has ended and will not run again, whatever
// the pod does: an init container that did its work, an ephemeral one.
func (u unit) gone() bool {
	c := u.latest
	return c != nil && c.Ended() && (u.kind == translate.Ephemeral || u.kind == translate.Init && c.ExitCode == 0 && !c.OOMKilled)
}

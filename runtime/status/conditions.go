package status

import (
	"fmt"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// The reasons of conditions (pkg/kubelet/status/generate.go).
const (
	reasonNoSandbox      = "PodSandboxNotReady"
	reasonUnknown        = "UnknownContainerStatuses"
	reasonNotInitialized = "ContainersNotInitialized"
	reasonNotReady       = "ContainersNotReady"
	reasonGates          = "ReadinessGatesNotReady"
	reasonPodCompleted   = "PodCompleted"
	reasonPodFailed      = "PodFailed"
)

// conditions are the ones that the manifest carries and are not the runner's
// (readiness gates), and after them the kubelet's, in its order.
func (v view) conditions(s *v1.PodStatus) []v1.PodCondition {
	own := v.own(s)
	all := v.foreign(own)
	for _, c := range own {
		c.ObservedGeneration = v.Want.Pod.Generation
		all = append(all, c)
	}
	return all
}

// own are the kubelet's conditions, and the scheduler's. Of a pod that was given
// to no node there is only the latter.
func (v view) own(s *v1.PodStatus) []v1.PodCondition {
	if v.unscheduled() != nil {
		return []v1.PodCondition{v.scheduled()}
	}
	ready := v.containersReady(s)
	own := []v1.PodCondition{v.readyToStart(), v.podInitialized(s), v.podReady(ready), ready, v.scheduled()}
	if v.mayReset() {
		own = append(own, v.allRestarting(s))
	}
	if c := v.resizing(); c != nil {
		own = append(own, *c)
	}
	return own
}

// unscheduled is what keeps the pod from being given to a node: its scheduling
// gates, or a claim which does not exist; nil where nothing does.
func (v view) unscheduled() *plan.Wait {
	i := slices.IndexFunc(v.step.Waits, func(w plan.Wait) bool {
		return w.Reason == plan.ReasonUnschedulable || w.Reason == v1.PodReasonSchedulingGated
	})
	if i < 0 {
		return nil
	}
	return &v.step.Waits[i]
}

func (v view) scheduled() v1.PodCondition {
	c := v1.PodCondition{Type: v1.PodScheduled, Status: v1.ConditionTrue, LastTransitionTime: stamp(v.born())}
	if w := v.unscheduled(); w != nil {
		c.Status, c.Reason, c.Message = v1.ConditionFalse, w.Reason, w.Detail
		if w.Reason == plan.ReasonUnschedulable {
			c.Reason = v1.PodReasonUnschedulable
		}
	}
	return c
}

// foreign are the conditions on the pod that others have set.
func (v view) foreign(own []v1.PodCondition) []v1.PodCondition {
	var all []v1.PodCondition
	for _, c := range v.Want.Pod.Status.Conditions {
		if find(own, c.Type) == nil {
			all = append(all, c)
		}
	}
	return all
}

// readyToStart tells whether the pause is there and has an address. A node makes
// it after the volumes.
func (v view) readyToStart() v1.PodCondition {
	c := v1.PodCondition{Type: v1.PodReadyToStartContainers, Status: v1.ConditionFalse, Reason: reasonNoSandbox}
	switch {
	case v.Pause == nil, v.Pause.State == plan.Created, !v.Mounted():
		c.Message = "no pod sandbox exists"
	case v.Pause.State != plan.Running:
		c.Message = "pod sandbox is not ready"
		c.LastTransitionTime = stamp(latest(v.Pause.StartedAt, v.Pause.FinishedAt))
		return c
	case len(v.Pause.IPs) == 0 && v.addressed():
		c.Message = "pod sandbox has no IP address"
	default:
		return v1.PodCondition{Type: c.Type, Status: v1.ConditionTrue, LastTransitionTime: stamp(v.Pause.StartedAt)}
	}
	c.LastTransitionTime = stamp(v.born())
	return c
}

// addressed tells whether the pod gets an address of its own.
func (v view) addressed() bool {
	return !v.Want.Pod.Spec.HostNetwork && v.Want.Options.Network != "none"
}

func (v view) podInitialized(s *v1.PodStatus) v1.PodCondition {
	unknown, incomplete := tell(v.inits, s.InitContainerStatuses, func(u unit, c v1.ContainerStatus) bool {
		return u.kind == translate.Sidecar && *c.Started || u.kind == translate.Init && c.Ready
	})
	done := v1.PodCondition{Type: v1.PodInitialized, Status: v1.ConditionTrue, LastTransitionTime: stamp(v.initializedSince())}
	c := v1.PodCondition{Type: v1.PodInitialized, Status: v1.ConditionFalse, LastTransitionTime: stamp(v.built())}
	switch {
	case s.Phase == v1.PodSucceeded && len(unknown) == 0:
		done.Reason = reasonPodCompleted
		return done
	case v.initialized(), len(unknown)+len(incomplete) == 0:
		return done
	case s.ContainerStatuses == nil:
		c.Reason = reasonUnknown
	default:
		c.Reason, c.Message = reasonNotInitialized, shortfall(unknown, "incomplete", incomplete)
	}
	return c
}

// containersReady tells whether sidecars and regular containers all are
// ready; it is never true in a phase that is final.
func (v view) containersReady(s *v1.PodStatus) v1.PodCondition {
	c := v1.PodCondition{Type: v1.ContainersReady, Status: v1.ConditionFalse}
	statuses := append(slices.Clone(s.InitContainerStatuses), s.ContainerStatuses...)
	unknown, unready := tell(v.long(), statuses, func(_ unit, c v1.ContainerStatus) bool { return c.Ready })
	switch {
	case s.ContainerStatuses == nil:
		c.Reason = reasonUnknown
	case s.Phase == v1.PodSucceeded && len(unknown) == 0:
		c.Reason = reasonPodCompleted
	case s.Phase == v1.PodFailed:
		c.Reason = reasonPodFailed
	case len(unknown)+len(unready) > 0:
		c.Reason, c.Message = reasonNotReady, shortfall(unknown, "unready", unready)
	default:
		c.Status, c.LastTransitionTime = v1.ConditionTrue, stamp(v.readySince())
		return c
	}
	c.LastTransitionTime = stamp(v.unreadySince(statuses))
	return c
}

// podReady is ContainersReady and every readiness gate.
func (v view) podReady(containers v1.PodCondition) v1.PodCondition {
	c := containers
	c.Type = v1.PodReady
	if c.Status != v1.ConditionTrue {
		return c
	}
	var faults []string
	for _, gate := range v.Want.Pod.Spec.ReadinessGates {
		switch g := find(v.Want.Pod.Status.Conditions, gate.ConditionType); {
		case g == nil:
			faults = append(faults, fmt.Sprintf("corresponding condition of pod readiness gate %q does not exist.", gate.ConditionType))
		case g.Status != v1.ConditionTrue:
			faults = append(faults, fmt.Sprintf("the status of pod readiness gate %q is not \"True\", but %v", gate.ConditionType, g.Status))
			fallthrough
		default:
			c.LastTransitionTime = stamp(latest(c.LastTransitionTime.Time, g.LastTransitionTime.Time))
		}
	}
	if len(faults) > 0 {
		c.Status, c.Reason, c.Message = v1.ConditionFalse, reasonGates, strings.Join(faults, ", ")
	}
	return c
}

// tell sorts out the units without a status, and those with one that is not
// good.
func tell(units []unit, statuses []v1.ContainerStatus, good func(unit, v1.ContainerStatus) bool) (unknown, bad []string) {
	for _, u := range units {
		i := slices.IndexFunc(statuses, func(s v1.ContainerStatus) bool { return s.Name == u.Name })
		switch {
		case i < 0:
			unknown = append(unknown, u.Name)
		case !good(u, statuses[i]):
			bad = append(bad, u.Name)
		}
	}
	return unknown, bad
}

func shortfall(unknown []string, word string, bad []string) string {
	var parts []string
	if len(unknown) > 0 {
		parts = append(parts, fmt.Sprintf("containers with unknown status: %s", unknown))
	}
	if len(bad) > 0 {
		parts = append(parts, fmt.Sprintf("containers with %s status: %s", word, bad))
	}
	return strings.Join(parts, ", ")
}

func find(conditions []v1.PodCondition, t v1.PodConditionType) *v1.PodCondition {
	for i := range conditions {
		if conditions[i].Type == t {
			return &conditions[i]
		}
	}
	return nil
}

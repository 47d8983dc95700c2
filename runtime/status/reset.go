package status

import (
	"slices"

	v1 "k8s.io/api/core/v1"
)

// The words for a pod all of whose containers are restarted by a rule
// (pkg/kubelet/kubelet_pods.go, status/generate.go).
const (
	reasonResetStarted = "RestartAllContainersStarted"
	reasonResetting    = "RestartingAllContainers"
)

// mayReset reports whether a rule may have all containers restarted.
func (v view) mayReset() bool {
	return slices.ContainsFunc(append(slices.Clone(v.inits), v.apps...), func(u unit) bool {
		return slices.ContainsFunc(u.RestartPolicyRules, func(r v1.ContainerRestartRule) bool {
			return r.Action == v1.ContainerRestartRuleActionRestartAllContainers
		})
	})
}

// allRestarting tells whether all containers are being restarted.
func (v view) allRestarting(s *v1.PodStatus) v1.PodCondition {
	c := v1.PodCondition{Type: v1.AllContainersRestarting, Status: v1.ConditionFalse, LastTransitionTime: stamp(latest(v.born(), v.ResetSince()))}
	switch {
	case s.Phase == v1.PodSucceeded:
		c.Reason = reasonPodCompleted
	case s.Phase == v1.PodFailed:
		c.Reason = reasonPodFailed
	case v.Resetting():
		c.Status, c.Reason, c.Message = v1.ConditionTrue, reasonResetStarted, "container exited with restart policy rule"
	}
	return c
}

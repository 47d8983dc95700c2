package translate

import (
	"slices"

	v1 "k8s.io/api/core/v1"
)

// Rule is what the container's rules say of an exit code: the first one that
// matches decides. Empty is that none does, and the policy decides
// (pkg/api/v1/pod, FindMatchingContainerRestartRule).
func (u Unit) Rule(exitCode int) v1.ContainerRestartRuleAction {
	if u.Container == nil || u.Container.RestartPolicy == nil {
		return ""
	}
	for _, rule := range u.Container.RestartPolicyRules {
		if rule.ExitCodes == nil {
			continue
		}
		listed := slices.Contains(rule.ExitCodes.Values, int32(exitCode))
		switch rule.ExitCodes.Operator {
		case v1.ContainerRestartRuleOnExitCodesOpIn:
			if listed {
				return rule.Action
			}
		case v1.ContainerRestartRuleOnExitCodesOpNotIn:
			if !listed {
				return rule.Action
			}
		}
	}
	return ""
}

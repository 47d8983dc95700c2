package kube

import (
	coordinationapi "k8s.io/api/coordination/v1"
	nodeapi "k8s.io/api/node/v1"
	schedulingapi "k8s.io/api/scheduling/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	coordinationv1 "k8s.io/kubernetes/pkg/apis/coordination/v1"
	coordination "k8s.io/kubernetes/pkg/apis/coordination/validation"
	"k8s.io/kubernetes/pkg/apis/node"
	nodev1 "k8s.io/kubernetes/pkg/apis/node/v1"
	nodevalidation "k8s.io/kubernetes/pkg/apis/node/validation"
	schedulingv1 "k8s.io/kubernetes/pkg/apis/scheduling/v1"
	scheduling "k8s.io/kubernetes/pkg/apis/scheduling/validation"
)

// DefaultLease fills in the namespace; Kubernetes has no other defaults for it.
func DefaultLease(l *coordinationapi.Lease) { inDefaultNamespace(l) }

// ValidateLease is the API server's answer to the creation of a Lease.
func ValidateLease(l *coordinationapi.Lease) field.ErrorList {
	return validate(l, coordinationv1.Convert_v1_Lease_To_coordination_Lease, coordination.ValidateLease)
}

// ValidateLeaseUpdate is the API server's answer to a change of a Lease.
func ValidateLeaseUpdate(updated, old *coordinationapi.Lease) field.ErrorList {
	return validateUpdate(updated, old, coordinationv1.Convert_v1_Lease_To_coordination_Lease, coordination.ValidateLeaseUpdate)
}

// DefaultRuntimeClass is here for completeness: Kubernetes has no defaults for a RuntimeClass.
func DefaultRuntimeClass(*nodeapi.RuntimeClass) {}

// ValidateRuntimeClass is the API server's answer to the creation of a RuntimeClass.
func ValidateRuntimeClass(c *nodeapi.RuntimeClass) field.ErrorList {
	return validate(c, nodev1.Convert_v1_RuntimeClass_To_node_RuntimeClass, nodevalidation.ValidateRuntimeClass)
}

// ValidateRuntimeClassUpdate is the API server's answer to a change of a RuntimeClass.
func ValidateRuntimeClassUpdate(updated, old *nodeapi.RuntimeClass) field.ErrorList {
	return validateUpdate(updated, old, nodev1.Convert_v1_RuntimeClass_To_node_RuntimeClass, func(n, o *node.RuntimeClass) field.ErrorList {
		return append(nodevalidation.ValidateRuntimeClass(n), nodevalidation.ValidateRuntimeClassUpdate(n, o)...)
	})
}

// DefaultPriorityClass fills in Kubernetes' defaults.
func DefaultPriorityClass(c *schedulingapi.PriorityClass) {
	schedulingv1.SetObjectDefaults_PriorityClass(c)
}

// ValidatePriorityClass is the API server's answer to the creation of a PriorityClass.
func ValidatePriorityClass(c *schedulingapi.PriorityClass) field.ErrorList {
	return validate(c, schedulingv1.Convert_v1_PriorityClass_To_scheduling_PriorityClass, scheduling.ValidatePriorityClass)
}

// ValidatePriorityClassUpdate is the API server's answer to a change of a PriorityClass.
func ValidatePriorityClassUpdate(updated, old *schedulingapi.PriorityClass) field.ErrorList {
	return validateUpdate(updated, old, schedulingv1.Convert_v1_PriorityClass_To_scheduling_PriorityClass, scheduling.ValidatePriorityClassUpdate)
}

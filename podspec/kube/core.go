package kube

import (
	"maps"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/apis/core"
	corev1 "k8s.io/kubernetes/pkg/apis/core/v1"
	"k8s.io/kubernetes/pkg/apis/core/validation"
)

// DefaultConfigMap fills in Kubernetes' defaults.
func DefaultConfigMap(c *v1.ConfigMap) {
	inDefaultNamespace(c)
	corev1.SetObjectDefaults_ConfigMap(c)
}

// ValidateConfigMap is the API server's answer to the creation of a ConfigMap.
func ValidateConfigMap(c *v1.ConfigMap) field.ErrorList {
	return validate(c, corev1.Convert_v1_ConfigMap_To_core_ConfigMap, validation.ValidateConfigMap)
}

// ValidateConfigMapUpdate is the API server's answer to a change of a ConfigMap.
func ValidateConfigMapUpdate(updated, old *v1.ConfigMap) field.ErrorList {
	return validateUpdate(updated, old, corev1.Convert_v1_ConfigMap_To_core_ConfigMap, validation.ValidateConfigMapUpdate)
}

// DefaultSecret fills in Kubernetes' defaults, and moves stringData, which can only be written, into data.
func DefaultSecret(s *v1.Secret) {
	inDefaultNamespace(s)
	corev1.SetObjectDefaults_Secret(s)
	if len(s.StringData) > 0 {
		s.Data = maps.Clone(s.Data)
		if s.Data == nil {
			s.Data = map[string][]byte{}
		}
		for key, value := range s.StringData {
			s.Data[key] = []byte(value)
		}
	}
	s.StringData = nil
}

// ValidateSecret is the API server's answer to the creation of a Secret.
func ValidateSecret(s *v1.Secret) field.ErrorList {
	return validate(s, corev1.Convert_v1_Secret_To_core_Secret, validation.ValidateSecret)
}

// ValidateSecretUpdate is the API server's answer to a change of a Secret.
func ValidateSecretUpdate(updated, old *v1.Secret) field.ErrorList {
	return validateUpdate(updated, old, corev1.Convert_v1_Secret_To_core_Secret, validation.ValidateSecretUpdate)
}

// DefaultPersistentVolumeClaim fills in Kubernetes' defaults.
func DefaultPersistentVolumeClaim(c *v1.PersistentVolumeClaim) {
	inDefaultNamespace(c)
	corev1.SetObjectDefaults_PersistentVolumeClaim(c)
}

// ValidatePersistentVolumeClaim is the API server's answer to the creation of a claim.
func ValidatePersistentVolumeClaim(c *v1.PersistentVolumeClaim) field.ErrorList {
	return validate(c, corev1.Convert_v1_PersistentVolumeClaim_To_core_PersistentVolumeClaim, func(c *core.PersistentVolumeClaim) field.ErrorList {
		return validation.ValidatePersistentVolumeClaim(c, validation.ValidationOptionsForPersistentVolumeClaim(c, nil))
	})
}

// ValidatePersistentVolumeClaimUpdate is the API server's answer to a change of a claim.
func ValidatePersistentVolumeClaimUpdate(updated, old *v1.PersistentVolumeClaim) field.ErrorList {
	return claimUpdate(updated, old, validation.ValidatePersistentVolumeClaimUpdate)
}

// ValidatePersistentVolumeClaimStatusUpdate is the API server's answer to a change of a claim's status.
func ValidatePersistentVolumeClaimStatusUpdate(updated, old *v1.PersistentVolumeClaim) field.ErrorList {
	return claimUpdate(updated, old, validation.ValidatePersistentVolumeClaimStatusUpdate)
}

type claimCheck func(updated, old *core.PersistentVolumeClaim, opts validation.PersistentVolumeClaimSpecValidationOptions) field.ErrorList

func claimUpdate(updated, old *v1.PersistentVolumeClaim, check claimCheck) field.ErrorList {
	return validateUpdate(updated, old, corev1.Convert_v1_PersistentVolumeClaim_To_core_PersistentVolumeClaim, func(n, o *core.PersistentVolumeClaim) field.ErrorList {
		return check(n, o, validation.ValidationOptionsForPersistentVolumeClaim(n, o))
	})
}

// DefaultNamespace fills in Kubernetes' defaults, the label with its own name among them.
func DefaultNamespace(n *v1.Namespace) { corev1.SetObjectDefaults_Namespace(n) }

// ValidateNamespace is the API server's answer to the creation of a Namespace.
func ValidateNamespace(n *v1.Namespace) field.ErrorList {
	return validate(n, corev1.Convert_v1_Namespace_To_core_Namespace, validation.ValidateNamespace)
}

// ValidateNamespaceUpdate is the API server's answer to a change of a Namespace.
func ValidateNamespaceUpdate(updated, old *v1.Namespace) field.ErrorList {
	return validateUpdate(updated, old, corev1.Convert_v1_Namespace_To_core_Namespace, func(n, o *core.Namespace) field.ErrorList {
		return append(validation.ValidateNamespace(n), validation.ValidateNamespaceUpdate(n, o)...)
	})
}

// ValidateNamespaceStatusUpdate is the API server's answer to a change of a Namespace's status.
func ValidateNamespaceStatusUpdate(updated, old *v1.Namespace) field.ErrorList {
	return validateUpdate(updated, old, corev1.Convert_v1_Namespace_To_core_Namespace, validation.ValidateNamespaceStatusUpdate)
}

// ValidateNamespaceFinalizeUpdate is the API server's answer to a change of a Namespace's finalizers.
func ValidateNamespaceFinalizeUpdate(updated, old *v1.Namespace) field.ErrorList {
	return validateUpdate(updated, old, corev1.Convert_v1_Namespace_To_core_Namespace, validation.ValidateNamespaceFinalizeUpdate)
}

// DefaultServiceAccount fills in the namespace; Kubernetes has no other defaults for it.
func DefaultServiceAccount(a *v1.ServiceAccount) { inDefaultNamespace(a) }

// ValidateServiceAccount is the API server's answer to the creation of a ServiceAccount.
func ValidateServiceAccount(a *v1.ServiceAccount) field.ErrorList {
	return validate(a, corev1.Convert_v1_ServiceAccount_To_core_ServiceAccount, validation.ValidateServiceAccount)
}

// ValidateServiceAccountUpdate is the API server's answer to a change of a ServiceAccount.
func ValidateServiceAccountUpdate(updated, old *v1.ServiceAccount) field.ErrorList {
	return validateUpdate(updated, old, corev1.Convert_v1_ServiceAccount_To_core_ServiceAccount, validation.ValidateServiceAccountUpdate)
}

// DefaultService fills in Kubernetes' defaults; a clusterIP is the first of clusterIPs, as the API server has it.
func DefaultService(s *v1.Service) {
	inDefaultNamespace(s)
	corev1.SetObjectDefaults_Service(s)
	if s.Spec.ClusterIP != "" && len(s.Spec.ClusterIPs) == 0 {
		s.Spec.ClusterIPs = []string{s.Spec.ClusterIP}
	}
}

// ValidateService is the API server's answer to the creation of a Service. That gives it the ports that it needs before
// it judges it.
func ValidateService(s *v1.Service) field.ErrorList {
	if isChecked(&s.Spec) && s.Spec.HealthCheckNodePort == 0 {
		s = s.DeepCopy()
		s.Spec.HealthCheckNodePort = firstNodePort
	}
	return append(validate(s, corev1.Convert_v1_Service_To_core_Service, validation.ValidateServiceCreate), judgeNodePorts(s)...)
}

// ValidateServiceUpdate is the API server's answer to a change of a Service.
func ValidateServiceUpdate(updated, old *v1.Service) field.ErrorList {
	return append(validateUpdate(updated, old, corev1.Convert_v1_Service_To_core_Service, validation.ValidateServiceUpdate), judgeNodePorts(updated)...)
}

// ValidateServiceStatusUpdate is the API server's answer to a change of a Service's status.
func ValidateServiceStatusUpdate(updated, old *v1.Service) field.ErrorList {
	return validateUpdate(updated, old, corev1.Convert_v1_Service_To_core_Service, validation.ValidateServiceStatusUpdate)
}

// ValidateEvent is the API server's answer to the creation of an Event through apiVersion v1.
func ValidateEvent(e *v1.Event) field.ErrorList {
	return validate(e, corev1.Convert_v1_Event_To_core_Event, func(e *core.Event) field.ErrorList {
		return validation.ValidateEventCreate(e, v1.SchemeGroupVersion)
	})
}

// ValidateEventUpdate is the API server's answer to a change of an Event through apiVersion v1.
func ValidateEventUpdate(updated, old *v1.Event) field.ErrorList {
	return validateUpdate(updated, old, corev1.Convert_v1_Event_To_core_Event, func(n, o *core.Event) field.ErrorList {
		return validation.ValidateEventUpdate(n, o, v1.SchemeGroupVersion)
	})
}

// DefaultEvent fills in the namespace; Kubernetes has no other defaults for it.
func DefaultEvent(e *v1.Event) { inDefaultNamespace(e) }

package kube

import (
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
	corev1 "k8s.io/kubernetes/pkg/apis/core/v1"
	"k8s.io/kubernetes/pkg/apis/core/validation"
)

// DefaultPod fills in Kubernetes' defaults, and the namespace "default" where there is none. The old and the new name of
// the service account are one, as in the API server's own form of a pod.
func DefaultPod(pod *v1.Pod) {
	inDefaultNamespace(pod)
	if pod.Spec.ServiceAccountName == "" {
		pod.Spec.ServiceAccountName = pod.Spec.DeprecatedServiceAccount
	}
	corev1.SetObjectDefaults_Pod(pod)
}

// ValidatePod is the API server's answer to the creation of this (defaulted) pod; empty when it may be created. A pod
// may have a generateName for its name. One without a service account is judged as admission makes it first.
func ValidatePod(pod *v1.Pod) field.ErrorList {
	return validate(pod, corev1.Convert_v1_Pod_To_core_Pod, func(p *core.Pod) field.ErrorList {
		if p.Spec.ServiceAccountName == "" {
			//lint:ignore SA1019 the two must be the same
			p.Spec.ServiceAccountName, p.Spec.DeprecatedServiceAccount = "default", "default"
		}
		return validation.ValidatePodCreate(p, podOptions(p, nil))
	})
}

// ValidatePodUpdate is the API server's answer to PUT or PATCH of a pod.
func ValidatePodUpdate(updated, old *v1.Pod) field.ErrorList {
	return podUpdate(updated, old, validation.ValidatePodUpdate)
}

// ValidatePodStatusUpdate is the API server's answer to a change of a pod's status subresource.
func ValidatePodStatusUpdate(updated, old *v1.Pod) field.ErrorList {
	return podUpdate(updated, old, validation.ValidatePodStatusUpdate)
}

// ValidateEphemeralContainersUpdate is the API server's answer to a change of a pod's ephemeralcontainers subresource.
func ValidateEphemeralContainersUpdate(updated, old *v1.Pod) field.ErrorList {
	return podUpdate(updated, old, validation.ValidatePodEphemeralContainersUpdate)
}

// ValidatePodResize is the API server's answer to a change of a pod's resize subresource.
func ValidatePodResize(updated, old *v1.Pod) field.ErrorList {
	return podUpdate(updated, old, validation.ValidatePodResize)
}

type podCheck func(updated, old *core.Pod, opts validation.PodValidationOptions) field.ErrorList

func podUpdate(updated, old *v1.Pod, check podCheck) field.ErrorList {
	return validateUpdate(updated, old, corev1.Convert_v1_Pod_To_core_Pod, func(n, o *core.Pod) field.ErrorList {
		return check(n, o, podOptions(n, o))
	})
}

// podOptions is what the API server's pod strategy tells validation: without it seven of a thousand valid pods are refused.
func podOptions(updated, old *core.Pod) validation.PodValidationOptions {
	var oldSpec *core.PodSpec
	var oldMeta *metav1.ObjectMeta
	if old != nil {
		oldSpec, oldMeta = &old.Spec, &old.ObjectMeta
	}
	opts := podutil.GetValidationOptionsFromPodSpecAndMeta(&updated.Spec, oldSpec, &updated.ObjectMeta, oldMeta)
	opts.ResourceIsPod = true
	return opts
}

// DefaultPodTemplate fills in Kubernetes' defaults.
func DefaultPodTemplate(t *v1.PodTemplate) {
	inDefaultNamespace(t)
	corev1.SetObjectDefaults_PodTemplate(t)
}

// ValidatePodTemplate is the API server's answer to the creation of a pod template.
func ValidatePodTemplate(t *v1.PodTemplate) field.ErrorList {
	return validate(t, corev1.Convert_v1_PodTemplate_To_core_PodTemplate, func(t *core.PodTemplate) field.ErrorList {
		return validation.ValidatePodTemplate(t, podutil.GetValidationOptionsFromPodTemplate(&t.Template, nil))
	})
}

// ValidatePodTemplateUpdate is the API server's answer to a change of a pod template.
func ValidatePodTemplateUpdate(updated, old *v1.PodTemplate) field.ErrorList {
	return validateUpdate(updated, old, corev1.Convert_v1_PodTemplate_To_core_PodTemplate, func(n, o *core.PodTemplate) field.ErrorList {
		return validation.ValidatePodTemplateUpdate(n, o, podutil.GetValidationOptionsFromPodTemplate(&n.Template, &o.Template))
	})
}

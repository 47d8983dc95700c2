package kind

import (
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/apiserver/store"
)

// typed makes rules of functions on the kind's own type.
func typed[T any, P pointerTo[T]](setDefaults func(*T), validate func(*T) field.ErrorList, update func(updated, old *T) field.ErrorList) Rules {
	return Rules{
		Default:  func(o store.Object) { setDefaults((*T)(o.(P))) },
		Validate: func(o store.Object) field.ErrorList { return validate((*T)(o.(P))) },
		Updates:  map[string]Update{"": {Check: check[T, P](update)}},
	}
}

func check[T any, P pointerTo[T]](update func(updated, old *T) field.ErrorList) UpdateCheck {
	return func(next, old store.Object) field.ErrorList { return update((*T)(next.(P)), (*T)(old.(P))) }
}

// prepared is an update that keeps of the new object only what the subresource may change.
func prepared[T any, P pointerTo[T]](prepare func(updated, old *T) error, validate func(updated, old *T) field.ErrorList) Update {
	return Update{
		Prepare: func(next, old store.Object) error { return prepare((*T)(next.(P)), (*T)(old.(P))) },
		Check:   check[T, P](validate),
	}
}

func (r Rules) with(sub string, update Update) Rules {
	r.Updates[sub] = update
	return r
}

func podRules() Rules {
	rules := typed(podspec.DefaultPod, podspec.ValidatePod, podspec.ValidatePodUpdate)
	rules.Prepare = func(o store.Object) error { return podspec.PreparePod(asPod(o)) }
	rules.Updates = map[string]Update{
		"":                    prepared(podspec.PreparePodUpdate, podspec.ValidatePodUpdate),
		"status":              prepared(podspec.PreparePodStatusUpdate, podspec.ValidatePodStatusUpdate),
		"ephemeralcontainers": prepared(podspec.PrepareEphemeralContainersUpdate, podspec.ValidateEphemeralContainersUpdate),
		"resize":              prepared(podspec.PreparePodResize, podspec.ValidatePodResize),
	}
	return rules
}

func configMapRules() Rules {
	return typed(podspec.DefaultConfigMap, podspec.ValidateConfigMap, podspec.ValidateConfigMapUpdate)
}

func secretRules() Rules {
	return typed(podspec.DefaultSecret, podspec.ValidateSecret, podspec.ValidateSecretUpdate)
}

func claimRules() Rules {
	return typed(podspec.DefaultPersistentVolumeClaim, podspec.ValidatePersistentVolumeClaim, podspec.ValidatePersistentVolumeClaimUpdate).
		with("status", Update{Check: check(podspec.ValidatePersistentVolumeClaimStatusUpdate)})
}

func namespaceRules() Rules {
	return typed(podspec.DefaultNamespace, podspec.ValidateNamespace, podspec.ValidateNamespaceUpdate).
		with("", prepared(keepNamespace, podspec.ValidateNamespaceUpdate)).
		with("status", Update{Check: check(podspec.ValidateNamespaceStatusUpdate)}).
		with("finalize", prepared(finalizeNamespace, podspec.ValidateNamespaceFinalizeUpdate))
}

// keepNamespace lets a write to a namespace change neither its finalizers nor its status.
func keepNamespace(updated, old *v1.Namespace) error {
	updated.Spec = *old.Spec.DeepCopy()
	updated.Status = *old.Status.DeepCopy()
	return nil
}

// finalizeNamespace lets a write to the finalize subresource change the finalizers alone.
func finalizeNamespace(updated, old *v1.Namespace) error {
	finalizers := updated.Spec.Finalizers
	*updated = *old.DeepCopy()
	updated.Spec.Finalizers = finalizers
	return nil
}

func serviceAccountRules() Rules {
	return typed(podspec.DefaultServiceAccount, podspec.ValidateServiceAccount, podspec.ValidateServiceAccountUpdate)
}

func serviceRules() Rules {
	return typed(podspec.DefaultService, podspec.ValidateService, podspec.ValidateServiceUpdate).
		with("status", Update{Check: check(podspec.ValidateServiceStatusUpdate)})
}

func eventRules() Rules {
	rules := typed(podspec.DefaultEvent, podspec.ValidateEvent, podspec.ValidateEventUpdate)
	rules.CreateOnUpdate = true
	return rules
}

func templateRules() Rules {
	return typed(podspec.DefaultPodTemplate, podspec.ValidatePodTemplate, podspec.ValidatePodTemplateUpdate)
}

func leaseRules() Rules {
	rules := typed(podspec.DefaultLease, podspec.ValidateLease, podspec.ValidateLeaseUpdate)
	rules.CreateOnUpdate = true
	return rules
}

func runtimeClassRules() Rules {
	return typed(podspec.DefaultRuntimeClass, podspec.ValidateRuntimeClass, podspec.ValidateRuntimeClassUpdate)
}

func priorityClassRules() Rules {
	return typed(podspec.DefaultPriorityClass, podspec.ValidatePriorityClass, podspec.ValidatePriorityClassUpdate)
}

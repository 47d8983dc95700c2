package kind

import (
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/minipod/minipod/podspec/kube"
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

// warning adds Kubernetes' own warnings about what was made.
func warning[T any, P pointerTo[T]](r Rules, warn func(*T) []kube.Warning) Rules {
	r.WarnUpdate = func(made store.Object) []string { return texts(warn((*T)(made.(P)))) }
	r.Warn = func(_, made store.Object) []string { return r.WarnUpdate(made) }
	return r
}

func texts(warnings []kube.Warning) []string {
	var list []string
	for _, w := range warnings {
		list = append(list, w.String())
	}
	return list
}

func (r Rules) with(sub string, update Update) Rules {
	r.Updates[sub] = update
	return r
}

func podRules() Rules {
	rules := typed(kube.DefaultPod, kube.ValidatePod, kube.ValidatePodUpdate)
	rules.Prepare = func(o store.Object) error { return kube.PreparePod(asPod(o)) }
	rules.Warn = func(asked, made store.Object) []string {
		taken := kube.TakePod(asPod(asked).DeepCopy())
		return texts(append(taken, kube.WarnPod(asPod(made))...))
	}
	rules.Updates = map[string]Update{
		"":                    prepared(kube.PreparePodUpdate, kube.ValidatePodUpdate),
		"status":              prepared(kube.PreparePodStatusUpdate, kube.ValidatePodStatusUpdate),
		"ephemeralcontainers": prepared(kube.PrepareEphemeralContainersUpdate, kube.ValidateEphemeralContainersUpdate),
		"resize":              prepared(kube.PreparePodResize, kube.ValidatePodResize),
	}
	return rules
}

func configMapRules() Rules {
	return typed(kube.DefaultConfigMap, kube.ValidateConfigMap, kube.ValidateConfigMapUpdate)
}

func secretRules() Rules {
	return typed(kube.DefaultSecret, kube.ValidateSecret, kube.ValidateSecretUpdate)
}

func claimRules() Rules {
	rules := typed(kube.DefaultPersistentVolumeClaim, kube.ValidatePersistentVolumeClaim, kube.ValidatePersistentVolumeClaimUpdate).
		with("status", Update{Check: check(kube.ValidatePersistentVolumeClaimStatusUpdate)})
	return warning(rules, kube.WarnPersistentVolumeClaim)
}

func namespaceRules() Rules {
	return typed(kube.DefaultNamespace, kube.ValidateNamespace, kube.ValidateNamespaceUpdate).
		with("", prepared(keepNamespace, kube.ValidateNamespaceUpdate)).
		with("status", Update{Check: check(kube.ValidateNamespaceStatusUpdate)}).
		with("finalize", prepared(finalizeNamespace, kube.ValidateNamespaceFinalizeUpdate))
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
	return typed(kube.DefaultServiceAccount, kube.ValidateServiceAccount, kube.ValidateServiceAccountUpdate)
}

func serviceRules() Rules {
	rules := typed(kube.DefaultService, kube.ValidateService, kube.ValidateServiceUpdate).
		with("status", Update{Check: check(kube.ValidateServiceStatusUpdate)})
	rules = warning(rules, kube.WarnService)
	kubernetes := rules.WarnUpdate
	rules.WarnUpdate = func(made store.Object) []string { return append(kubernetes(made), unanswered) }
	rules.Warn = func(_, made store.Object) []string { return rules.WarnUpdate(made) }
	return rules
}

// unanswered is said of every service: it looks as if it were at work.
const unanswered = "minipod keeps services without doing anything for them: nothing answers at their names and addresses; a pod can be reached with kubectl port-forward"

func eventRules() Rules {
	rules := typed(kube.DefaultEvent, kube.ValidateEvent, kube.ValidateEventUpdate)
	rules.CreateOnUpdate = true
	return rules
}

func templateRules() Rules {
	return warning(typed(kube.DefaultPodTemplate, kube.ValidatePodTemplate, kube.ValidatePodTemplateUpdate), kube.WarnPodTemplate)
}

func leaseRules() Rules {
	rules := typed(kube.DefaultLease, kube.ValidateLease, kube.ValidateLeaseUpdate)
	rules.CreateOnUpdate = true
	return rules
}

func runtimeClassRules() Rules {
	return typed(kube.DefaultRuntimeClass, kube.ValidateRuntimeClass, kube.ValidateRuntimeClassUpdate)
}

func priorityClassRules() Rules {
	return typed(kube.DefaultPriorityClass, kube.ValidatePriorityClass, kube.ValidatePriorityClassUpdate)
}

package podspec

import (
	"fmt"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/minipod/minipod/podspec/kube"
)

// kind is a kind of object that minipod takes from a manifest.
type kind struct {
	name    string
	version string // the apiVersion
	create  func() runtime.Object
	// finish applies Kubernetes' defaults.
	finish func(runtime.Object)
	// drop takes out what Kubernetes would not take over, and says so.
	drop func(runtime.Object) []kube.Warning
	// check asks Kubernetes' validation.
	check func(runtime.Object) field.ErrorList
	// warn asks what Kubernetes would warn of.
	warn func(runtime.Object) []kube.Warning
	// pods finds the template of a kind that makes pods; nil for others.
	pods func(runtime.Object) *template
}

// kindOf makes a kind of typed functions.
func kindOf[T any, P interface {
	*T
	runtime.Object
}](name string, finish func(P), check func(P) field.ErrorList) kind {
	return kind{
		name:    name,
		version: "v1",
		create:  func() runtime.Object { return P(new(T)) },
		finish: func(o runtime.Object) {
			if typed, ok := o.(P); ok {
				finish(typed)
			}
		},
		drop: func(runtime.Object) []kube.Warning { return nil },
		warn: func(runtime.Object) []kube.Warning { return nil },
		check: func(o runtime.Object) field.ErrorList {
			typed, ok := o.(P)
			if !ok {
				return field.ErrorList{field.InternalError(nil, fmt.Errorf("a %T is no %s", o, name))}
			}
			return check(typed)
		},
	}
}

// warns makes a warning function of a typed one.
func warns[P runtime.Object](ask func(P) []kube.Warning) func(runtime.Object) []kube.Warning {
	return func(o runtime.Object) []kube.Warning {
		if typed, ok := o.(P); ok {
			return ask(typed)
		}
		return nil
	}
}

// kinds are those that are taken.
func kinds() []kind {
	return append([]kind{
		pods(),
		kindOf[v1.ConfigMap]("ConfigMap", kube.DefaultConfigMap, kube.ValidateConfigMap),
		kindOf[v1.Secret]("Secret", kube.DefaultSecret, kube.ValidateSecret),
		kindOf[v1.PersistentVolumeClaim]("PersistentVolumeClaim", kube.DefaultPersistentVolumeClaim, kube.ValidatePersistentVolumeClaim),
		kindOf[v1.Service]("Service", kube.DefaultService, kube.ValidateService),
		kindOf[v1.Namespace]("Namespace", kube.DefaultNamespace, kube.ValidateNamespace),
		kindOf[v1.ServiceAccount]("ServiceAccount", kube.DefaultServiceAccount, kube.ValidateServiceAccount),
	}, workloads()...)
}

func pods() kind {
	k := kindOf[v1.Pod]("Pod", finishPod, kube.ValidatePod)
	k.drop, k.warn = warns(kube.TakePod), warns(kube.WarnPod)
	return k
}

// finishPod leaves out what only an API server may say about a pod, which a manifest that came out of one has.
func finishPod(pod *v1.Pod) {
	pod.Status = v1.PodStatus{}
	kube.DefaultPod(pod)
}

// kindWords are what a kind may be meant to be.
func kindWords() []string {
	words := []string{
		"List", "PodTemplate", "Ingress", "PersistentVolume", "NetworkPolicy", "StorageClass", "Role", "RoleBinding",
		"ClusterRole", "ClusterRoleBinding", "HorizontalPodAutoscaler", "PodDisruptionBudget", "LimitRange",
		"ResourceQuota", "Endpoints", "Node", "Event", "CustomResourceDefinition", "PriorityClass", "RuntimeClass",
	}
	for _, k := range kinds() {
		words = append(words, k.name)
	}
	return words
}

// nearKind is the kind that differs from a name by case, a plural or two letters; "" when none does.
func nearKind(name string) string {
	return nearWord(name, kindWords(), min(3, len(name)-1))
}

// takenKinds says what a manifest may hold.
func takenKinds() string {
	var names []string
	for _, k := range kinds() {
		switch {
		case k.pods == nil:
			names = append(names, k.name)
		case k.name == "Deployment":
			names = append(names, "Deployment and its like")
		}
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

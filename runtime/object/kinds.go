package object

import (
	"fmt"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/minipod/minipod/podspec/kube"
)

// kind is a kind of object that is kept from manifests; all are of apiVersion
// v1.
type kind struct {
	name     string
	resource string
	is       func(runtime.Object) bool
	create   func() object
	// settle defaults a changed object; judge is the API server's answer to
	// the change.
	settle func(object)
	judge  func(next, old object) field.ErrorList
}

// kindOf makes a kind of typed functions.
func kindOf[T any, P interface {
	*T
	object
}](name, resource string, settle func(P), judge func(next, old P) field.ErrorList) kind {
	return kind{
		name: name, resource: resource,
		is:     func(o runtime.Object) bool { _, ok := o.(P); return ok },
		create: func() object { return P(new(T)) },
		settle: func(o object) {
			if typed, ok := o.(P); ok {
				settle(typed)
			}
		},
		judge: func(next, old object) field.ErrorList {
			n, isNew := next.(P)
			o, isOld := old.(P)
			if !isNew || !isOld {
				return field.ErrorList{field.InternalError(nil, fmt.Errorf("%T and %T are no %s", next, old, name))}
			}
			return judge(n, o)
		},
	}
}

func kinds() []kind {
	return []kind{
		kindOf[v1.ConfigMap]("ConfigMap", ConfigMaps, kube.DefaultConfigMap, kube.ValidateConfigMapUpdate),
		kindOf[v1.Secret]("Secret", Secrets, kube.DefaultSecret, kube.ValidateSecretUpdate),
		kindOf[v1.PersistentVolumeClaim]("PersistentVolumeClaim", Claims, kube.DefaultPersistentVolumeClaim, kube.ValidatePersistentVolumeClaimUpdate),
		kindOf[v1.Service]("Service", Services, kube.DefaultService, kube.ValidateServiceUpdate),
		kindOf[v1.ServiceAccount]("ServiceAccount", ServiceAccounts, kube.DefaultServiceAccount, kube.ValidateServiceAccountUpdate),
		kindOf[v1.Namespace]("Namespace", Namespaces, kube.DefaultNamespace, kube.ValidateNamespaceUpdate),
	}
}

// kindFor is the kind of a typed object.
func kindFor(o runtime.Object) (k kind, ok bool) {
	for _, k := range kinds() {
		if k.is(o) {
			return k, true
		}
	}
	return kind{}, false
}

package kind

import (
	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/apiserver/table"
)

func serviceHooks() Hooks {
	return Hooks{
		Columns: table.Services(),
		InTurn:  true,
		Admit: func(c Cluster, o store.Object) error {
			service := o.(*v1.Service)
			service.Status = v1.ServiceStatus{}
			return addressService(c, service, nil)
		},
		AdmitUpdate: func(c Cluster, next, old store.Object) error {
			return addressService(c, next.(*v1.Service), old.(*v1.Service))
		},
	}
}

// addressService gives a service its cluster IP and node ports.
func addressService(c Cluster, service, old *v1.Service) error {
	var others []*v1.Service
	for _, other := range c.List(Services) {
		others = append(others, other.(*v1.Service))
	}
	if err := kube.AddressService(service, old, others); err != nil {
		return apierrors.NewInternalError(err)
	}
	return nil
}

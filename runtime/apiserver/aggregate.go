package apiserver

import (
	"strings"

	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// aggregate turns a plain list of resources into the aggregated form, where
// subresources are part of their resource.
func aggregate(gv schema.GroupVersion, list []metav1.APIResource) []apidiscoveryv2.APIResourceDiscovery {
	var all []apidiscoveryv2.APIResourceDiscovery
	for _, resource := range list {
		if _, sub, ok := strings.Cut(resource.Name, "/"); ok {
			last := &all[len(all)-1]
			last.Subresources = append(last.Subresources, apidiscoveryv2.APISubresourceDiscovery{
				Subresource: sub, ResponseKind: responseKind(gv, resource), Verbs: resource.Verbs,
			})
			continue
		}
		all = append(all, apidiscoveryv2.APIResourceDiscovery{
			Resource: resource.Name, ResponseKind: responseKind(gv, resource), Scope: scopeOf(resource),
			SingularResource: resource.SingularName, Verbs: resource.Verbs,
			ShortNames: resource.ShortNames, Categories: resource.Categories,
		})
	}
	return all
}

func responseKind(gv schema.GroupVersion, resource metav1.APIResource) *metav1.GroupVersionKind {
	if resource.Version != "" {
		gv = schema.GroupVersion{Group: resource.Group, Version: resource.Version}
	}
	return &metav1.GroupVersionKind{Group: gv.Group, Version: gv.Version, Kind: resource.Kind}
}

func scopeOf(resource metav1.APIResource) apidiscoveryv2.ResourceScope {
	if resource.Namespaced {
		return apidiscoveryv2.ScopeNamespace
	}
	return apidiscoveryv2.ScopeCluster
}

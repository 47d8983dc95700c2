package kube

import (
	"fmt"
	"strings"

	v1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
)

// takeAppArmor makes fields of the annotations that named AppArmor profiles before Kubernetes 1.30
// (pkg/registry/core/pod, applyAppArmorVersionSkew). A field that is there counts.
func takeAppArmor(pod *v1.Pod) []Warning {
	var podProfile *v1.AppArmorProfile
	if pod.Spec.SecurityContext != nil {
		podProfile = pod.Spec.SecurityContext.AppArmorProfile
	}
	var warnings []Warning
	take := func(name string, sc **v1.SecurityContext) {
		key := v1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix + name
		annotation, named := pod.Annotations[key]
		if !named || *sc != nil && (*sc).AppArmorProfile != nil {
			return
		}
		profile := appArmorProfile(annotation)
		if profile != nil && apiequality.Semantic.DeepEqual(profile, podProfile) {
			return
		}
		if profile != nil {
			if *sc == nil {
				*sc = &v1.SecurityContext{}
			}
			(*sc).AppArmorProfile = profile
		}
		warnings = append(warnings, Warning{fmt.Sprintf("metadata.annotations[%s]", key), `deprecated since v1.30; use the "appArmorProfile" field instead`})
	}
	for _, list := range [][]v1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			take(list[i].Name, &list[i].SecurityContext)
		}
	}
	return warnings
}

// appArmorProfile is the profile that an annotation names; nil where it names none.
func appArmorProfile(annotation string) *v1.AppArmorProfile {
	switch name, local := strings.CutPrefix(annotation, v1.DeprecatedAppArmorBetaProfileNamePrefix); {
	case annotation == v1.DeprecatedAppArmorBetaProfileNameUnconfined:
		return &v1.AppArmorProfile{Type: v1.AppArmorProfileTypeUnconfined}
	case annotation == v1.DeprecatedAppArmorBetaProfileRuntimeDefault:
		return &v1.AppArmorProfile{Type: v1.AppArmorProfileTypeRuntimeDefault}
	case local && name != "":
		return &v1.AppArmorProfile{Type: v1.AppArmorProfileTypeLocalhost, LocalhostProfile: &name}
	}
	return nil
}

package kube

import (
	"context"
	"fmt"
	"regexp"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	claimutil "k8s.io/kubernetes/pkg/api/persistentvolumeclaim"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	serviceutil "k8s.io/kubernetes/pkg/api/service"
	"k8s.io/kubernetes/pkg/apis/core"
	corev1 "k8s.io/kubernetes/pkg/apis/core/v1"
)

// Warning is something that the API server warns of while it takes an object. Field is empty where Kubernetes names
// none.
type Warning struct{ Field, Message string }

// String is the warning as the API server sends it.
func (w Warning) String() string {
	if w.Field == "" {
		return w.Message
	}
	return w.Field + ": " + w.Message
}

// WarnPod is what the API server warns of when it makes this (defaulted, valid) pod.
func WarnPod(pod *v1.Pod) []Warning {
	return warn(pod, corev1.Convert_v1_Pod_To_core_Pod, func(p *core.Pod) []string {
		return append(nameLines(p.Name, "the Pod's hostname"), podutil.GetWarningsForPod(context.Background(), p, nil)...)
	})
}

// nameLines warn of a name that is no label of DNS although it is used as one, or as a part of one.
func nameLines(name, use string) []string {
	wrong := validation.IsDNS1123Label(name)
	if len(wrong) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("metadata.name: this is used in %s, which can result in surprising behavior; a DNS label is recommended: %v", use, wrong)}
}

// WarnPodTemplate is what the API server warns of when it makes this pod template.
func WarnPodTemplate(t *v1.PodTemplate) []Warning {
	return warn(t, corev1.Convert_v1_PodTemplate_To_core_PodTemplate, func(t *core.PodTemplate) []string {
		return podutil.GetWarningsForPodTemplate(context.Background(), field.NewPath("template"), &t.Template, nil)
	})
}

// WarnService is what the API server warns of when it takes this service.
func WarnService(s *v1.Service) []Warning {
	return warn(s, corev1.Convert_v1_Service_To_core_Service, func(s *core.Service) []string {
		return serviceutil.GetWarningsForService(s, nil)
	})
}

// WarnPersistentVolumeClaim is what the API server warns of when it takes this claim.
func WarnPersistentVolumeClaim(c *v1.PersistentVolumeClaim) []Warning {
	return warn(c, corev1.Convert_v1_PersistentVolumeClaim_To_core_PersistentVolumeClaim, claimutil.GetWarningsForPersistentVolumeClaim)
}

// warn asks Kubernetes for its warnings about an object.
func warn[V, I any](in *V, to convert[V, I], ask func(*I) []string) []Warning {
	out, err := internal(in, to)
	if err != nil {
		return nil // validation has said so
	}
	var warnings []Warning
	for _, line := range ask(out) {
		warnings = append(warnings, parseWarning(line))
	}
	return warnings
}

// fieldFirst is a warning that begins with the field it is about, as most do.
var fieldFirst = regexp.MustCompile(`(?s)^((?:metadata|spec|template)(?:\.[A-Za-z]+|\[[^\]]*\])+): (.*)$`)

func parseWarning(line string) Warning {
	if m := fieldFirst.FindStringSubmatch(line); m != nil {
		return Warning{m[1], m[2]}
	}
	return Warning{Message: line}
}

package kube

import (
	"log/slog"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/conversion"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/capabilities"
)

// setup is what Kubernetes' validation needs to be told once in a process: that privileged containers are allowed, and
// that nobody reads what it logs (it would go to stderr).
var setup = sync.OnceFunc(func() {
	capabilities.Setup(true, 0)
	klog.SetSlogLogger(slog.New(slog.DiscardHandler))
})

// convert makes Kubernetes' internal type I of a versioned one; validation is written for those.
type convert[V, I any] func(in *V, out *I, s conversion.Scope) error

// internal converts an object. One that waits for its name to be generated gets one of that form: the API server
// generates before it validates.
func internal[V, I any](in *V, to convert[V, I]) (*I, error) {
	setup()
	out := new(I)
	if err := to(in, out, nil); err != nil {
		return nil, err
	}
	if meta, ok := any(out).(metav1.Object); ok && meta.GetName() == "" && meta.GetGenerateName() != "" {
		meta.SetName(generated(meta.GetGenerateName()))
	}
	return out, nil
}

// generated is a name as the API server makes it: at most 63 characters, the last five of them random.
func generated(base string) string {
	const longest, random = 63, "00000"
	return base[:min(len(base), longest-len(random))] + random
}

// validate asks Kubernetes about a new object.
func validate[V, I any](in *V, to convert[V, I], check func(*I) field.ErrorList) field.ErrorList {
	out, err := internal(in, to)
	if err != nil {
		return field.ErrorList{field.InternalError(nil, err)}
	}
	return check(out)
}

// validateUpdate asks Kubernetes about a change.
func validateUpdate[V, I any](updated, old *V, to convert[V, I], check func(updated, old *I) field.ErrorList) field.ErrorList {
	newObject, err := internal(updated, to)
	if err != nil {
		return field.ErrorList{field.InternalError(nil, err)}
	}
	return validate(old, to, func(oldObject *I) field.ErrorList { return check(newObject, oldObject) })
}

// inDefaultNamespace gives an object that says none the namespace "default".
func inDefaultNamespace(meta metav1.Object) {
	if meta.GetNamespace() == "" {
		meta.SetNamespace(metav1.NamespaceDefault)
	}
}

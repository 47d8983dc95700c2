package object

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/translate"
)

// Manifest is an object of a manifest that is kept, defaulted and valid.
type Manifest struct {
	Resource string
	kind     kind
	object   object
	said     object // as it was written, without defaults
}

type object interface {
	runtime.Object
	metav1.Object
}

// Of is the Manifest of a typed object; ok is false for a kind that is not
// kept from manifests.
func Of(o runtime.Object) (m Manifest, ok bool) {
	k, ok := kindFor(o)
	if !ok {
		return m, false
	}
	copied, ok := o.DeepCopyObject().(object)
	if !ok {
		return m, false
	}
	copied.GetObjectKind().SetGroupVersionKind(v1.SchemeGroupVersion.WithKind(k.name))
	return Manifest{Resource: k.resource, kind: k, object: copied, said: copied}, true
}

// Saying is the manifest with what was written of it, before Kubernetes'
// defaults: that is what kubectl apply notes down.
func (m Manifest) Saying(written runtime.Object) Manifest {
	if written == nil || !m.kind.is(written) {
		return m
	}
	said, ok := written.DeepCopyObject().(object)
	if !ok {
		return m
	}
	said.GetObjectKind().SetGroupVersionKind(v1.SchemeGroupVersion.WithKind(m.kind.name))
	said.SetNamespace(m.object.GetNamespace())
	m.said = said
	return m
}

// Key names the object.
func (m Manifest) Key() Key { return Key{m.Resource, m.object.GetNamespace(), m.object.GetName()} }

// Stamp is what a new object gets that its manifest does not say.
type Stamp struct {
	UID types.UID
	Now time.Time
	// Services are all there are: each has an address of its own.
	Services []*v1.Service
}

// InvalidError says which fields of an object that is there cannot be changed
// as the manifest wants it.
type InvalidError struct{ Fields field.ErrorList }

func (e *InvalidError) Error() string { return e.Fields.ToAggregate().Error() }

// Apply is the next revision of an object when its manifest is applied as
// kubectl apply does it and the API server stores it: fields that the manifest
// says are set, those that it said the last time and does not any more are
// removed, and all else is left as it is. Of a current object that is so
// already, Apply answers the record itself; a zero current is none.
func (m Manifest) Apply(current Record, stamp Stamp) (Record, error) {
	modified, err := m.annotated()
	if err != nil {
		return Record{}, err
	}
	if current.Revision == 0 {
		return m.first(modified, stamp)
	}
	patch, err := m.patch(current, modified)
	if err != nil || string(patch) == "{}" {
		return current, err
	}
	return m.changed(current, patch, stamp)
}

// first is a new object: what the API server decides is not the manifest's.
func (m Manifest) first(modified []byte, stamp Stamp) (Record, error) {
	next, err := m.decode(modified)
	if err != nil {
		return Record{}, err
	}
	fitAnnotations(next)
	next.SetUID(stamp.UID)
	next.SetCreationTimestamp(metav1.NewTime(stamp.Now).Rfc3339Copy())
	next.SetDeletionTimestamp(nil)
	next.SetDeletionGracePeriodSeconds(nil)
	next.SetSelfLink("")
	next.SetResourceVersion("")
	next.SetGeneration(0)
	next.SetManagedFields(nil)
	if err := begin(next, stamp); err != nil {
		return Record{}, err
	}
	return m.record(next, 1)
}

// begin does what the API server does to new objects of some kinds.
func begin(next object, stamp Stamp) error {
	switch o := next.(type) {
	case *v1.Service:
		o.Status = v1.ServiceStatus{}
		return kube.AddressService(o, nil, stamp.Services)
	case *v1.PersistentVolumeClaim:
		translate.BindClaim(o)
	case *v1.Namespace:
		o.Status = v1.NamespaceStatus{Phase: v1.NamespaceActive}
	}
	return nil
}

// address gives a changed Service the addresses of its new type, and those it
// had where it says no others.
func address(next, old object, stamp Stamp) error {
	service, ok := next.(*v1.Service)
	before, was := old.(*v1.Service)
	if !ok || !was {
		return nil
	}
	return kube.AddressService(service, before, stamp.Services)
}

func (m Manifest) changed(current Record, patch []byte, stamp Stamp) (Record, error) {
	merged, err := strategicpatch.StrategicMergePatch(current.JSON, patch, m.object)
	if err != nil {
		return Record{}, fmt.Errorf("change %s %s: %w", m.Resource, current.Name, err)
	}
	next, err := m.decode(merged)
	if err != nil {
		return Record{}, err
	}
	fitAnnotations(next)
	old, err := m.decode(current.JSON)
	if err != nil {
		return Record{}, err
	}
	next.SetUID(old.GetUID())
	next.SetCreationTimestamp(old.GetCreationTimestamp())
	next.SetResourceVersion("")
	m.kind.settle(next)
	if err := address(next, old, stamp); err != nil {
		return Record{}, err
	}
	if errs := m.validateUpdate(next, old); len(errs) > 0 {
		return Record{}, &InvalidError{errs}
	}
	changed, err := m.record(next, current.Revision+1)
	if bytes.Equal(changed.JSON, current.JSON) { // it was but for defaults
		return current, err
	}
	return changed, err
}

func (m Manifest) record(next object, revision int64) (Record, error) {
	data, err := json.Marshal(next)
	if err != nil {
		return Record{}, fmt.Errorf("encode %s %s: %w", m.Resource, next.GetName(), err)
	}
	return Record{
		Resource: m.Resource, Namespace: next.GetNamespace(), Name: next.GetName(),
		UID: next.GetUID(), Revision: revision, JSON: data,
	}, nil
}

func (m Manifest) decode(data []byte) (object, error) {
	next := m.kind.create()
	if err := json.Unmarshal(data, next); err != nil {
		return nil, fmt.Errorf("decode %s: %w", m.Resource, err)
	}
	return next, nil
}

// validateUpdate is the API server's answer to the change.
func (m Manifest) validateUpdate(next, old object) field.ErrorList {
	version := old.GetResourceVersion()
	if version == "" { // Kubernetes wants one; records have revisions instead
		old.SetResourceVersion("0")
		next.SetResourceVersion("0")
		defer next.SetResourceVersion("")
	}
	return m.inWords(m.kind.judge(next, old), next, old)
}

// patch is what kubectl apply sends for a change.
func (m Manifest) patch(current Record, modified []byte) ([]byte, error) {
	now, err := m.decode(current.JSON)
	if err != nil {
		return nil, err
	}
	meta, err := strategicpatch.NewPatchMetaFromStruct(m.object)
	if err != nil {
		return nil, fmt.Errorf("change %s: %w", m.Resource, err)
	}
	last, err := m.defaulted(now.GetAnnotations()[v1.LastAppliedConfigAnnotation])
	if err != nil {
		return nil, err
	}
	patch, err := strategicpatch.CreateThreeWayMergePatch(last, modified, current.JSON, meta, true)
	if err != nil {
		return nil, fmt.Errorf("change %s %s: %w", m.Resource, current.Name, err)
	}
	return patch, nil
}

// defaulted is what was applied the last time as the API server understands it,
// so that it can be compared with what is there; nothing where it is not known.
func (m Manifest) defaulted(last string) ([]byte, error) {
	before, err := m.decode([]byte(last))
	if last == "" || err != nil {
		return nil, nil // nobody applied it, or by other means
	}
	m.kind.settle(before)
	fields, err := fieldsOf(before) // a default of its status is not what was applied
	if err != nil {
		return nil, err
	}
	return json.Marshal(fields)
}

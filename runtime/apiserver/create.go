package apiserver

import (
	"context"
	"fmt"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/apiserver/wire"
)

// nameTries is how many generated names are tried before giving up.
const nameTries = 8

// create makes an object from the body of the request.
func (s *Server) create(w http.ResponseWriter, r *http.Request, t target) error {
	if t.kind.Namespaced && t.namespace == "" {
		return apierrors.NewMethodNotSupported(t.kind.GroupResource(), "create without a namespace")
	}
	dry, err := dryRun(r.URL.Query()["dryRun"])
	if err != nil {
		return err
	}
	obj, err := s.readObject(w, r, t)
	if err != nil {
		return err
	}
	item, err := s.make(r.Context(), t, obj, dry)
	if err != nil {
		return err
	}
	warn(w, t.kind.Warnings(obj, item.Object))
	if more := t.kind.Hooks.Warn; more != nil {
		warn(w, more(cluster{s}, item.Object))
	}
	return s.answerItem(w, r, t, http.StatusCreated, item)
}

// readObject decodes the object of a request and checks that it fits the path.
func (s *Server) readObject(w http.ResponseWriter, r *http.Request, t target) (store.Object, error) {
	body, err := wire.ReadBody(r)
	if err != nil {
		return nil, err
	}
	obj := t.kind.New()
	strays, err := wire.Decode(body, t.kind.GroupVersionKind(), obj)
	if err != nil {
		return nil, err
	}
	warnings, err := wire.Strays(r.URL.Query().Get("fieldValidation"), t.kind.GroupVersionKind(), strays)
	if err != nil {
		return nil, err
	}
	warn(w, warnings)
	return obj, fitPath(obj, t)
}

// fitPath checks namespace and name of a body against the path, and fills in the namespace.
func fitPath(obj store.Object, t target) error {
	switch {
	case obj.GetNamespace() == "" && t.kind.Namespaced:
		obj.SetNamespace(t.namespace)
	case obj.GetNamespace() != t.namespace && t.kind.Namespaced:
		return apierrors.NewBadRequest("the namespace of the provided object does not match the namespace sent on the request")
	case !t.kind.Namespaced:
		obj.SetNamespace("")
	}
	if t.name != "" && obj.GetName() != "" && obj.GetName() != t.name {
		return apierrors.NewBadRequest(fmt.Sprintf("the name of the object (%s) does not match the name on the URL (%s)", obj.GetName(), t.name))
	}
	if t.name != "" {
		obj.SetName(t.name)
	}
	return nil
}

// make gives a new object what the server decides, checks it and stores it.
func (s *Server) make(ctx context.Context, t target, obj store.Object, dry dryness) (*store.Item, error) {
	if obj.GetResourceVersion() != "" {
		return nil, apierrors.NewBadRequest("resourceVersion should not be set on objects to be created")
	}
	if err := s.namespaceOpen(t); err != nil {
		return nil, err
	}
	generated := obj.GetName() == "" && obj.GetGenerateName() != ""
	for try := 1; ; try++ {
		if generated {
			obj.SetName(generateName(obj.GetGenerateName()))
		}
		item, err := s.makeNamed(ctx, t, obj.DeepCopyObject().(store.Object), dry)
		if !generated || !apierrors.IsAlreadyExists(err) || try == nameTries {
			return item, err
		}
	}
}

// generateName appends five random characters, and shortens the base so that the name fits a label.
func generateName(base string) string {
	const longest, random = 63, 5
	return base[:min(len(base), longest-random)] + rand.String(random)
}

func (s *Server) makeNamed(ctx context.Context, t target, obj store.Object, dry dryness) (*store.Item, error) {
	defer s.inTurn(t.kind)()
	s.stampNew(t.kind, obj)
	if err := s.shape(t.kind, obj); err != nil {
		return nil, err
	}
	t.name = obj.GetName()
	item, err := s.write(ctx, t, dry, func(current *store.Item) (store.Object, error) {
		if current != nil {
			return nil, apierrors.NewAlreadyExists(t.kind.GroupResource(), t.name)
		}
		return obj, s.namespaceOpen(t) // it may have been deleted while the object was looked at
	})
	if made := t.kind.Hooks.Made; err == nil && !dry && made != nil {
		err = made(cluster{s}, item.Object)
	}
	return item, err
}

// inTurn lets one write at a time take what others left free, where the kind asks for it.
func (s *Server) inTurn(k *kind.Kind) (done func()) {
	if !k.Hooks.InTurn {
		return func() {}
	}
	s.turn.Lock()
	return s.turn.Unlock
}

// stampNew sets the metadata that is the server's, whatever the client sent.
func (s *Server) stampNew(k *kind.Kind, obj store.Object) {
	k.Stamp(obj)
	obj.SetUID(uuid.NewUUID())
	obj.SetCreationTimestamp(metav1.NewTime(s.Now()).Rfc3339Copy())
	obj.SetDeletionTimestamp(nil)
	obj.SetDeletionGracePeriodSeconds(nil)
	obj.SetSelfLink("")
	obj.SetManagedFields(nil)
	obj.SetGeneration(0)
	if k.Spec != nil {
		obj.SetGeneration(1)
	}
}

// dryness says whether a write is only tried.
type dryness bool

func dryRun(wishes []string) (dryness, error) {
	for _, wish := range wishes {
		if wish != metav1.DryRunAll {
			return false, apierrors.NewBadRequest(fmt.Sprintf("invalid dryRun %q: want %s", wish, metav1.DryRunAll))
		}
	}
	return len(wishes) > 0, nil
}

// write is store.Update; a dry run stops before anything is changed and answers
// what it would be.
func (s *Server) write(ctx context.Context, t target, dry dryness, change func(*store.Item) (store.Object, error)) (*store.Item, error) {
	if !dry {
		defer s.poke()
		// A write that has begun is finished even if the client leaves: half of it would be worse.
		return s.store.Update(context.WithoutCancel(ctx), t.key(), change)
	}
	current := s.store.Get(t.key())
	next, err := change(current)
	if err != nil {
		return nil, err
	}
	if next == nil {
		return current, nil
	}
	return store.Preview(next)
}

// shape fills in what a new object does not say and checks it.
func (s *Server) shape(k *kind.Kind, obj store.Object) error {
	if k.Rules.Default != nil {
		k.Rules.Default(obj)
	}
	if err := k.AdmitNew(cluster{s}, obj); err != nil {
		return err
	}
	if k.Rules.Prepare != nil {
		if err := k.Rules.Prepare(obj); err != nil {
			return apierrors.NewBadRequest(err.Error())
		}
	}
	if k.Rules.Validate != nil {
		return invalid(k, obj, k.Rules.Validate(obj))
	}
	return nil
}

// invalid is the 422 for the problems that a check found, or nil.
func invalid(k *kind.Kind, obj store.Object, errs field.ErrorList) error {
	if len(errs) > 0 {
		return apierrors.NewInvalid(k.GroupKind(), obj.GetName(), errs)
	}
	return nil
}

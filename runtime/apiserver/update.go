package apiserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/apiserver/wire"
)

// conflictTries is how often a write that can be made anew is, when another
// process changed the object in the engine meanwhile.
const conflictTries = 4

// edit makes of an object what a client wants it to be.
type edit func(current *store.Item) (store.Object, error)

// update replaces an object, or the part of it that is the subresource's.
func (s *Server) update(w http.ResponseWriter, r *http.Request, t target) error {
	dry, err := dryRun(r.URL.Query()["dryRun"])
	if err != nil {
		return err
	}
	obj, err := s.readObject(w, r, t)
	if err != nil {
		return err
	}
	if t.kind.Rules.CreateOnUpdate && s.store.Get(t.key()) == nil {
		item, err := s.make(r.Context(), t, obj, dry)
		if err != nil {
			return err
		}
		return s.answerItem(w, r, t, http.StatusCreated, item)
	}
	item, err := s.modify(r.Context(), t, dry, func(*store.Item) (store.Object, error) {
		return obj.DeepCopyObject().(store.Object), nil
	})
	if err != nil {
		return err
	}
	warn(w, t.kind.UpdateWarnings(t.sub, item.Object))
	return s.answerItem(w, r, t, http.StatusOK, item)
}

// patch changes an object as a patch says.
func (s *Server) patch(w http.ResponseWriter, r *http.Request, t target) error {
	dry, err := dryRun(r.URL.Query()["dryRun"])
	if err != nil {
		return err
	}
	body, err := wire.ReadBody(r)
	if err != nil {
		return err
	}
	if body, err = wire.PatchJSON(body); err != nil {
		return err
	}
	if body.Type == string(types.ApplyPatchType) {
		if !t.kind.MergesApply || !flag(r.URL.Query(), "force") {
			return wire.ApplyRefused()
		}
		body.Type = string(types.StrategicMergePatchType)
	}
	p := &patcher{kind: t.kind, body: body, wish: r.URL.Query().Get("fieldValidation")}
	item, err := s.modify(r.Context(), t, dry, p.apply)
	if err != nil {
		return err
	}
	warn(w, append(p.warnings, t.kind.UpdateWarnings(t.sub, item.Object)...))
	return s.answerItem(w, r, t, http.StatusOK, item)
}

// persist makes a write again, on what the engine has by then, as long as another
// process is faster. A client that has read a version of the object for its write
// has a conflict only if something that clients see was changed since.
func (s *Server) persist(ctx context.Context, t target, write func() (*store.Item, error)) (*store.Item, error) {
	item, err := write()
	for try := 1; errors.As(err, new(behindError)) && try < conflictTries; try++ {
		if err := s.lookAgain(ctx, t); err != nil {
			return nil, err
		}
		item, err = write()
	}
	return item, err
}

// patcher is an edit by a patch.
type patcher struct {
	kind     *kind.Kind
	body     wire.Body
	wish     string // fieldValidation
	warnings []string
}

func (p *patcher) apply(current *store.Item) (store.Object, error) {
	data, err := wire.Patch(p.body, current.JSON, p.kind.New())
	if err != nil {
		return nil, err
	}
	next := p.kind.New()
	strays, err := wire.DecodeJSON(data, p.kind.GroupVersionKind(), next)
	if err != nil {
		return nil, err
	}
	p.warnings, err = wire.Strays(p.wish, p.kind.GroupVersionKind(), strays)
	return next, err
}

// modify writes an object that is there. The edit may be asked for more than once.
func (s *Server) modify(ctx context.Context, t target, dry dryness, edit edit) (*store.Item, error) {
	defer s.inTurn(t.kind)()
	change := func(current *store.Item) (store.Object, error) {
		if current == nil {
			return nil, t.notFound()
		}
		next, err := edit(current)
		if err != nil {
			return nil, err
		}
		return s.revise(t, next, current.Object)
	}
	return s.persist(ctx, t, func() (*store.Item, error) { return s.write(ctx, t, dry, change) })
}

// revise checks a write and makes of it the next version of the object: old
// itself if nothing changes, nil if that was the last finalizer.
func (s *Server) revise(t target, next, old store.Object) (store.Object, error) {
	if err := upToDate(t, next, old); err != nil {
		return nil, err
	}
	t.kind.Stamp(next)
	keepMeta(next, old)
	if t.kind.Rules.Default != nil {
		t.kind.Rules.Default(next)
	}
	if admit := t.kind.Hooks.AdmitUpdate; admit != nil && t.sub == "" {
		if err := admit(cluster{s}, next, old); err != nil {
			return nil, err
		}
	}
	if err := t.kind.PrepareUpdate(t.sub, next, old); err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	keepMeta(next, old)
	if err := invalid(t.kind, next, t.kind.Check(t.sub, next, old)); err != nil {
		return nil, err
	}
	if place := t.kind.Hooks.Place; place != nil {
		place(cluster{s}, next)
	}
	if equality.Semantic.DeepEqual(next, old) {
		return old, nil
	}
	if t.kind.Released(next) {
		return nil, nil
	}
	return next, nil
}

// upToDate refuses a write that was made for another object or for an older version of it.
func upToDate(t target, next, old store.Object) error {
	if uid := next.GetUID(); uid != "" && uid != old.GetUID() {
		//lint:ignore ST1005 these are Kubernetes' own words
		return conflict(t, fmt.Errorf("Precondition failed: UID in precondition: %v, UID in object meta: %v", uid, old.GetUID()))
	}
	if version := next.GetResourceVersion(); version != "" && version != old.GetResourceVersion() {
		return conflict(t, errModified)
	}
	return nil
}

// keepMeta puts back the metadata that only the server writes. A generation that
// was counted meanwhile stays.
func keepMeta(next, old store.Object) {
	next.SetUID(old.GetUID())
	next.SetCreationTimestamp(old.GetCreationTimestamp())
	next.SetDeletionTimestamp(old.GetDeletionTimestamp())
	next.SetDeletionGracePeriodSeconds(old.GetDeletionGracePeriodSeconds())
	next.SetResourceVersion(old.GetResourceVersion())
	next.SetGenerateName(old.GetGenerateName())
	next.SetSelfLink("")
	next.SetManagedFields(nil)
	if next.GetGeneration() != old.GetGeneration()+1 {
		next.SetGeneration(old.GetGeneration())
	}
}

package apiserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/apiserver/wire"
)

// deletesAtOnce is how many objects of a collection are deleted side by side.
const deletesAtOnce = 8

// errModified is what Kubernetes says about a write to an older version.
var errModified = errors.New("the object has been modified; please apply your changes to the latest version and try again")

func conflict(t target, why error) error {
	return apierrors.NewConflict(t.kind.GroupResource(), t.name, why)
}

// delete removes an object or begins to.
func (s *Server) delete(w http.ResponseWriter, r *http.Request, t target) error {
	options, err := deleteOptionsOf(r)
	if err != nil {
		return err
	}
	return s.deleteOne(w, r, t, options)
}

func (s *Server) deleteOne(w http.ResponseWriter, r *http.Request, t target, options metav1.DeleteOptions) error {
	item, err := s.remove(r.Context(), t, options)
	if err != nil {
		return err
	}
	if t.kind.Hooks.AnswersLast || item.Object.GetDeletionTimestamp() != nil {
		return s.answerItem(w, r, t, http.StatusOK, item)
	}
	s.answer(w, http.StatusOK, success(&metav1.StatusDetails{
		Name: item.Object.GetName(), Group: t.kind.Group, Kind: t.kind.Plural, UID: item.Object.GetUID(),
	}))
	return nil
}

// deleteCollection deletes what a selection holds, and answers it.
func (s *Server) deleteCollection(w http.ResponseWriter, r *http.Request, t target) error {
	selection, err := selectionOf(r, t)
	if err != nil {
		return err
	}
	options, err := deleteOptionsOf(r)
	if err != nil {
		return err
	}
	items, version := s.store.List(t.kind.Resource(), t.namespace)
	g, ctx := errgroup.WithContext(r.Context())
	g.SetLimit(deletesAtOnce)
	var chosen []*store.Item
	for _, item := range items {
		if !selection.has(item) {
			continue
		}
		chosen = append(chosen, item)
		one := target{kind: t.kind, namespace: item.Object.GetNamespace(), name: item.Object.GetName()}
		g.Go(func() error {
			if _, err := s.remove(ctx, one, options); !apierrors.IsNotFound(err) {
				return err
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	data, err := s.former(r, t.kind).list(chosen, version)
	if err != nil {
		return err
	}
	s.answerJSON(w, http.StatusOK, data)
	return nil
}

// evict is delete by another door: there are no disruption budgets to ask.
func (s *Server) evict(w http.ResponseWriter, r *http.Request, t target) error {
	if r.Method != http.MethodPost {
		return apierrors.NewMethodNotSupported(t.kind.GroupResource(), r.Method)
	}
	body, err := wire.ReadBody(r)
	if err != nil {
		return err
	}
	var eviction policyv1.Eviction
	if _, err := wire.Decode(body, policyv1.SchemeGroupVersion.WithKind("Eviction"), &eviction); err != nil {
		return err
	}
	options := metav1.DeleteOptions{}
	if eviction.DeleteOptions != nil {
		options = *eviction.DeleteOptions
	}
	if _, err := s.remove(r.Context(), t, options); err != nil {
		return err
	}
	s.answer(w, http.StatusCreated, success(nil))
	return nil
}

// remove removes an object, or marks it as going: a pod until its containers have
// ended, a namespace until it is empty, and anything while it has finalizers.
func (s *Server) remove(ctx context.Context, t target, options metav1.DeleteOptions) (*store.Item, error) {
	dry, err := dryRun(options.DryRun)
	if err != nil {
		return nil, err
	}
	change := func(current *store.Item) (store.Object, error) {
		if current == nil {
			return nil, t.notFound()
		}
		if err := deletable(t); err != nil {
			return nil, err
		}
		if err := preconditions(t, current.Object, options.Preconditions); err != nil {
			return nil, err
		}
		return s.going(t.kind, current.Object, options), nil
	}
	return s.persist(ctx, t, func() (*store.Item, error) { return s.write(ctx, t, dry, change) })
}

// deletable refuses to delete what every cluster has.
func deletable(t target) error {
	if t.kind.Hooks.Protected == nil {
		return nil
	}
	if why := t.kind.Hooks.Protected(t.name); why != nil {
		return apierrors.NewForbidden(t.kind.GroupResource(), t.name, why)
	}
	return nil
}

// going is what an object becomes when it is deleted: nil if it goes at once, the
// object itself if it was going already.
func (s *Server) going(k *kind.Kind, obj store.Object, options metav1.DeleteOptions) store.Object {
	next := obj.DeepCopyObject().(store.Object)
	grace, hooks := int64(0), k.Hooks
	if hooks.Grace != nil {
		grace = hooks.Grace(next, options.GracePeriodSeconds)
	}
	if hooks.Going != nil {
		hooks.Going(next)
	}
	if at, before := obj.GetDeletionTimestamp(), obj.GetDeletionGracePeriodSeconds(); at != nil && before != nil {
		if hooks.Grace == nil || grace >= *before {
			return obj
		}
		s.mark(next, at.Add(-kube.Seconds(*before)), grace)
	} else {
		s.mark(next, s.Now(), grace)
		if next.GetGeneration() > 0 {
			next.SetGeneration(next.GetGeneration() + 1)
		}
	}
	if k.Released(next) {
		return nil
	}
	return next
}

// mark sets the time at which the object shall be gone: grace seconds after from.
func (s *Server) mark(obj store.Object, from time.Time, grace int64) {
	at := metav1.NewTime(from.Add(kube.Seconds(grace))).Rfc3339Copy()
	obj.SetDeletionTimestamp(&at)
	obj.SetDeletionGracePeriodSeconds(&grace)
}

func preconditions(t target, obj store.Object, want *metav1.Preconditions) error {
	if want == nil {
		return nil
	}
	if want.UID != nil && *want.UID != obj.GetUID() {
		return conflict(t, fmt.Errorf("the UID in the precondition (%s) does not match the UID in record (%s). The object might have been deleted and then recreated", *want.UID, obj.GetUID()))
	}
	if want.ResourceVersion != nil && *want.ResourceVersion != obj.GetResourceVersion() {
		return conflict(t, fmt.Errorf("the ResourceVersion in the precondition (%s) does not match the ResourceVersion in record (%s). The object might have been modified", *want.ResourceVersion, obj.GetResourceVersion()))
	}
	return nil
}

// deleteOptionsOf reads the options of a DELETE: from the body, or from the query.
func deleteOptionsOf(r *http.Request) (metav1.DeleteOptions, error) {
	var options metav1.DeleteOptions
	body, err := wire.ReadBody(r)
	if err != nil {
		return options, err
	}
	if len(body.Data) > 0 {
		kind := schema.GroupVersionKind{Version: "v1", Kind: "DeleteOptions"}
		_, err := wire.Decode(body, kind, &options)
		return options, err
	}
	query := r.URL.Query()
	options.DryRun = query["dryRun"]
	if text := query.Get("gracePeriodSeconds"); text != "" {
		grace, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return options, apierrors.NewBadRequest(fmt.Sprintf("invalid gracePeriodSeconds %q: want a number", text))
		}
		options.GracePeriodSeconds = &grace
	}
	return options, nil
}

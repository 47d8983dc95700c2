package apiserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/apiserver/wire"
)

// bookmarkEvery is how often a watch that wants bookmarks hears how far it is.
const bookmarkEvery = time.Minute

// watcher sends one watch to one client.
type watcher struct {
	*former
	selection selection
	options   watchOptions
	w         http.ResponseWriter
	cursor    *store.Cursor
}

// watch streams the changes of a selection until the client leaves, the timeout
// comes, or the client is so slow that the history it needs is gone.
func (s *Server) watch(w http.ResponseWriter, r *http.Request, t target) error {
	selection, err := selectionOf(r, t)
	if err != nil {
		return err
	}
	options, err := watchOptionsOf(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), options.timeout)
	defer cancel()
	out := &watcher{former: s.former(r, t.kind), selection: selection, options: options, w: w}
	w.Header().Set("Content-Type", wire.JSON)
	w.Header().Set("Cache-Control", "no-cache, private")
	w.WriteHeader(http.StatusOK)
	if err := out.run(ctx, s); err != nil && ctx.Err() == nil {
		s.Log.Debug("watch ended", "resource", t.kind.Resource(), "error", err)
	}
	return nil
}

func (o *watcher) run(ctx context.Context, s *Server) error {
	if err := o.begin(s); err != nil {
		return o.expired(err)
	}
	for {
		if err := http.NewResponseController(o.w).Flush(); err != nil {
			return err
		}
		events, err := o.next(ctx)
		if err != nil {
			return o.expired(err)
		}
		o.now = s.Now()
		for _, event := range events {
			if err := o.event(event); err != nil {
				return err
			}
		}
		if len(events) == 0 {
			if err := o.bookmark(nil); err != nil {
				return err
			}
		}
	}
}

// begin opens the cursor and sends what there is, if that is wanted.
func (o *watcher) begin(s *Server) (err error) {
	resource := o.kind.Resource()
	if o.options.from != 0 && !o.options.initial {
		o.cursor, err = s.store.Watch(resource, o.options.from)
		return err
	}
	items, version := s.store.List(resource, o.selection.namespace)
	if o.cursor, err = s.store.Watch(resource, version); err != nil {
		return err
	}
	for _, item := range items {
		if !o.selection.has(item) {
			continue
		}
		if err := o.send(watch.Added, item); err != nil {
			return err
		}
	}
	if o.options.initial && o.options.bookmarks {
		return o.bookmark(map[string]string{metav1.InitialEventsAnnotationKey: "true"})
	}
	return nil
}

// next waits for events; with bookmarks wanted it returns none after a while.
func (o *watcher) next(ctx context.Context) ([]store.Event, error) {
	if !o.options.bookmarks {
		return o.cursor.Next(ctx)
	}
	short, cancel := context.WithTimeout(ctx, bookmarkEvery)
	defer cancel()
	events, err := o.cursor.Next(short)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return nil, nil
	}
	return events, err
}

// event sends a change as the selection sees it: what enters it is ADDED and
// what leaves it is DELETED, whatever has happened to the object itself.
func (o *watcher) event(e store.Event) error {
	before, after := o.selection.has(e.Prev), !e.Gone && o.selection.has(e.Item)
	switch {
	case before && after:
		return o.send(watch.Modified, e.Item)
	case after:
		return o.send(watch.Added, e.Item)
	case before && e.Gone:
		return o.send(watch.Deleted, e.Item)
	case before:
		left, err := atVersion(e.Prev, e.Item.Version)
		if err != nil {
			return err
		}
		return o.send(watch.Deleted, left)
	}
	return nil
}

// atVersion is the item under a later version: the last that a selection saw of it.
func atVersion(item *store.Item, version uint64) (*store.Item, error) {
	obj := item.Object.DeepCopyObject().(store.Object)
	obj.SetResourceVersion(strconv.FormatUint(version, 10))
	data, err := json.Marshal(obj)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", obj.GetName(), err)
	}
	return &store.Item{Object: obj, JSON: data, Version: version}, nil
}

func (o *watcher) send(kind watch.EventType, item *store.Item) error {
	data, err := o.one(item)
	if err != nil {
		return err
	}
	o.columns = false
	return o.frame(kind, data)
}

func (o *watcher) frame(kind watch.EventType, object []byte) error {
	if _, err := fmt.Fprintf(o.w, `{"type":%q,"object":`, kind); err != nil {
		return err
	}
	_, err := o.w.Write(append(object[:len(object):len(object)], '}', '\n'))
	return err
}

// bookmark tells how far the watch is, by an object with nothing but that in it.
func (o *watcher) bookmark(annotations map[string]string) error {
	if o.kind.New == nil {
		return nil
	}
	obj := o.kind.New()
	o.kind.Stamp(obj)
	obj.SetAnnotations(annotations)
	item, err := atVersion(&store.Item{Object: obj}, o.cursor.Version())
	if err != nil {
		return err
	}
	return o.send(watch.Bookmark, item)
}

// expired tells the client that its history is gone; it has to list again.
func (o *watcher) expired(err error) error {
	var gone *store.ExpiredError
	if !errors.As(err, &gone) {
		return err
	}
	data, marshalErr := json.Marshal(wire.StatusOf(apierrors.NewResourceExpired(
		gone.Error() + ": the server has no history that old (it may have been started since): list again")))
	if marshalErr != nil {
		return marshalErr
	}
	return o.frame(watch.Error, data)
}

package apiserver

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
)

// target is what a request is about.
type target struct {
	kind      *kind.Kind
	namespace string
	name      string
	sub       string // subresource
	rest      string // what follows the subresource, with its slash
}

func (t target) key() store.Key { return t.kind.Key(t.namespace, t.name) }

func (t target) notFound() error {
	return apierrors.NewNotFound(t.kind.GroupResource(), t.name)
}

// handler answers a request or says why not; the Status is written by route.
type handler func(http.ResponseWriter, *http.Request, target) error

// route finds out what a request is about and has it answered.
func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	segments := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	var gv schema.GroupVersion
	switch {
	case segments[0] == "api" && len(segments) > 2:
		gv, segments = schema.GroupVersion{Version: segments[1]}, segments[2:]
	case segments[0] == "apis" && len(segments) > 3:
		gv, segments = schema.GroupVersion{Group: segments[1], Version: segments[2]}, segments[3:]
	default:
		s.routeOther(w, r, segments)
		return
	}
	if gv.Group == metricsGroup {
		s.check(w, s.metrics(w, r, segments))
		return
	}
	t, ok := s.target(gv, segments)
	if ok {
		s.check(w, s.dispatch(w, r, t))
		return
	}
	if review := s.review(gv, segments); review != nil {
		s.check(w, review(w, r, target{}))
		return
	}
	s.check(w, nowhere(r))
}

// check writes the Status of an error; nil means that the answer was given.
func (s *Server) check(w http.ResponseWriter, err error) {
	if err != nil {
		s.fail(w, err)
	}
}

func nowhere(r *http.Request) error {
	err := apierrors.NewGenericServerResponse(http.StatusNotFound, r.Method, schema.GroupResource{}, "", "", 0, true)
	err.ErrStatus.Message = "the server could not find the requested resource"
	err.ErrStatus.Details = nil
	return err
}

// target reads [namespaces/NS/]PLURAL[/NAME[/SUB[/REST]]].
func (s *Server) target(gv schema.GroupVersion, segments []string) (target, bool) {
	t := target{}
	if segments[0] == "namespaces" && len(segments) > 2 && !namespacePart(segments[2]) {
		t.namespace, segments = segments[1], segments[2:]
	}
	if t.kind = s.kinds.Lookup(gv, segments[0]); t.kind == nil {
		return t, false
	}
	if t.namespace != "" && !t.kind.Namespaced {
		return t, false
	}
	if len(segments) > 1 {
		t.name = segments[1]
	}
	if len(segments) > 2 {
		t.sub = segments[2]
	}
	if len(segments) > 3 {
		t.rest = "/" + strings.Join(segments[3:], "/")
	}
	return t, t.name == "" || t.namespace != "" || !t.kind.Namespaced
}

// namespacePart tells namespaces/NS/status from namespaces/NS/pods.
func namespacePart(segment string) bool {
	return segment == "status" || segment == "finalize"
}

func (s *Server) dispatch(w http.ResponseWriter, r *http.Request, t target) error {
	verb, serve := s.verb(r, t)
	if err := s.permit(r, cmp.Or(verb, "create"), t); err != nil {
		return err
	}
	if t.sub != "" {
		return s.dispatchSub(w, r, t)
	}
	if serve == nil {
		return apierrors.NewMethodNotSupported(t.kind.GroupResource(), r.Method)
	}
	if !t.kind.Allows(verb) {
		return refuse(t.kind, verb)
	}
	return serve(w, r, t)
}

// refuse explains verbs that a kind does not have.
func refuse(k *kind.Kind, verb string) error {
	err := apierrors.NewMethodNotSupported(k.GroupResource(), verb)
	if k.New == nil {
		err.ErrStatus.Message = fmt.Sprintf("minipod keeps no %s, for nothing here would act on them: it runs pods", k.Plural)
	}
	return err
}

func (s *Server) verb(r *http.Request, t target) (string, handler) {
	switch {
	case r.Method == http.MethodGet && wantsWatch(r):
		return "watch", s.watch
	case r.Method == http.MethodGet && t.name == "":
		return "list", s.list
	case r.Method == http.MethodGet:
		return "get", s.get
	case r.Method == http.MethodPost && t.name == "":
		return "create", s.create
	case r.Method == http.MethodPut && t.name != "":
		return "update", s.update
	case r.Method == http.MethodPatch && t.name != "":
		return "patch", s.patch
	case r.Method == http.MethodDelete && t.name != "":
		return "delete", s.delete
	case r.Method == http.MethodDelete:
		return "deletecollection", s.deleteCollection
	}
	return "", nil
}

// dispatchSub serves what is below an object's name.
func (s *Server) dispatchSub(w http.ResponseWriter, r *http.Request, t target) error {
	sub := t.kind.Subresource(t.sub)
	switch serve := s.special(t.sub); {
	case sub == nil:
		return nowhere(r)
	case len(sub.Verbs) == 0:
		return apierrors.NewMethodNotSupported(t.kind.GroupResource(), t.sub)
	case serve != nil:
		return serve(w, r, t)
	case t.rest == "":
		return s.part(w, r, t)
	}
	return nowhere(r)
}

// special returns the handler of a subresource that is more than a part of the object.
func (s *Server) special(sub string) handler {
	switch sub {
	case "log":
		return s.log
	case "exec":
		return s.exec
	case "attach":
		return s.attach
	case "portforward":
		return s.portForward
	case "proxy":
		return s.proxy
	case "eviction":
		return s.evict
	}
	return nil
}

// part serves the subresources that read and write a part of the object itself.
func (s *Server) part(w http.ResponseWriter, r *http.Request, t target) error {
	switch r.Method {
	case http.MethodGet:
		return s.get(w, r, t)
	case http.MethodPut:
		return s.update(w, r, t)
	case http.MethodPatch:
		return s.patch(w, r, t)
	}
	return apierrors.NewMethodNotSupported(t.kind.GroupResource(), r.Method)
}

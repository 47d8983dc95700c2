package apiserver

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/minipod/minipod/runtime/access"
	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
)

// PodHandler answers the requests of pods, which show a token of their own.
func (s *Server) PodHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, err := s.API.Verify(bearer(r), s.Now())
		if err != nil || !s.there(token.Bound) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="minipod"`)
			s.fail(w, apierrors.NewUnauthorized("the bearer token is missing or wrong: pods have one in "+access.Folder))
			return
		}
		s.route(w, r.WithContext(context.WithValue(r.Context(), podKey{}, token.Bound)))
	})
}

// there reports whether all that a token is bound to is there.
func (s *Server) there(b access.Bound) bool {
	pod := s.store.Get(store.Key{Resource: kind.Pods, Namespace: b.Namespace, Name: b.Pod.Name})
	account := s.store.Get(store.Key{Resource: kind.ServiceAccounts, Namespace: b.Namespace, Name: b.Account.Name})
	return pod != nil && account != nil && string(pod.Object.GetUID()) == b.Pod.UID
}

// podKey is where the context of a request has the pod that sent it.
type podKey struct{}

// asker is the pod that sent a request, or the service account that it is to be
// answered for; ok is false for the user of serve, who may do everything.
func asker(r *http.Request) (pod access.Bound, ok bool) {
	pod, ok = r.Context().Value(podKey{}).(access.Bound)
	return pod, ok
}

// permit refuses what a pod may not do.
func (s *Server) permit(r *http.Request, verb string, t target) error {
	pod, ok := asker(r)
	if !ok || mayPod(pod, verb, t) {
		return nil
	}
	where := "at the cluster scope"
	if t.namespace != "" {
		where = fmt.Sprintf("in the namespace %q", t.namespace)
	}
	resource := t.kind.Plural
	if t.sub != "" {
		resource += "/" + t.sub
	}
	//lint:ignore ST1005 it is what a cluster says, which begins so
	return apierrors.NewForbidden(t.kind.GroupResource(), t.name, fmt.Errorf("User %q cannot %s resource %q in API group %q %s: a pod may read its namespace, and write there all but pods",
		pod.User(), verb, resource, t.kind.Group, where))
}

// mayPod says what a pod may do. Who can make pods or reach into them can do
// on the engine's machine what root can: no pod may, or a container would be
// no wall. Other namespaces are none of its business; what is in no namespace
// it may look at.
func mayPod(pod access.Bound, verb string, t target) bool {
	reads := slices.Contains([]string{"get", "list", "watch"}, verb)
	switch {
	case !t.kind.Namespaced:
		return reads && t.sub == ""
	case t.namespace != pod.Namespace:
		return false
	case t.kind.Resource() == kind.Pods:
		return reads && slices.Contains([]string{"", "log", "status"}, t.sub)
	}
	return true
}

package apiserver

import (
	"fmt"
	"net/http"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/minipod/minipod/runtime/access"
	"github.com/minipod/minipod/runtime/apiserver/wire"
)

// reviewKind is a question that is asked by creating an object, and answered by it.
type reviewKind struct {
	gv                     schema.GroupVersion
	plural, singular, kind string
	// answer makes the empty object and the function that fills in the answer.
	answer func() (runtime.Object, func())
	// pod does the same for a pod that asks; nil: pods may not.
	pod func(*Server, access.Bound) (runtime.Object, func())
}

// reviews are the questions about what one may do. Whoever knows the token of serve may do everything.
func reviews() []reviewKind {
	return []reviewKind{
		{authorizationv1.SchemeGroupVersion, "selfsubjectaccessreviews", "selfsubjectaccessreview", "SelfSubjectAccessReview",
			func() (runtime.Object, func()) {
				o := &authorizationv1.SelfSubjectAccessReview{}
				return o, func() { o.Status = authorizationv1.SubjectAccessReviewStatus{Allowed: true} }
			}, podAccess},
		{authorizationv1.SchemeGroupVersion, "selfsubjectrulesreviews", "selfsubjectrulesreview", "SelfSubjectRulesReview",
			func() (runtime.Object, func()) {
				o := &authorizationv1.SelfSubjectRulesReview{}
				return o, func() { o.Status = allRules() }
			}, nil},
		{authorizationv1.SchemeGroupVersion, "subjectaccessreviews", "subjectaccessreview", "SubjectAccessReview",
			func() (runtime.Object, func()) {
				o := &authorizationv1.SubjectAccessReview{}
				return o, func() { o.Status = authorizationv1.SubjectAccessReviewStatus{Allowed: true} }
			}, nil},
		{authenticationv1.SchemeGroupVersion, "selfsubjectreviews", "selfsubjectreview", "SelfSubjectReview",
			func() (runtime.Object, func()) {
				o := &authenticationv1.SelfSubjectReview{}
				return o, func() {
					o.Status.UserInfo = authenticationv1.UserInfo{Username: ownUser, Groups: []string{superuser, "system:authenticated"}}
				}
			}, podSelf},
	}
}

// podSelf tells a pod who it is.
func podSelf(_ *Server, pod access.Bound) (runtime.Object, func()) {
	o := &authenticationv1.SelfSubjectReview{}
	return o, func() { o.Status.UserInfo = authenticationv1.UserInfo{Username: pod.User(), Groups: pod.Groups()} }
}

// podAccess tells a pod whether it may do something. Paths that are about no
// resource it may read.
func podAccess(s *Server, pod access.Bound) (runtime.Object, func()) {
	o := &authorizationv1.SelfSubjectAccessReview{}
	return o, func() {
		a := o.Spec.ResourceAttributes
		if a == nil {
			o.Status.Allowed = o.Spec.NonResourceAttributes != nil && o.Spec.NonResourceAttributes.Verb == "get"
			return
		}
		k := s.kinds.ByResource(schema.GroupResource{Group: a.Group, Resource: a.Resource}.String())
		o.Status.Allowed = k != nil && mayPod(pod, a.Verb, target{kind: k, namespace: a.Namespace, name: a.Name, sub: a.Subresource})
	}
}

func allRules() authorizationv1.SubjectRulesReviewStatus {
	all := []string{"*"}
	return authorizationv1.SubjectRulesReviewStatus{
		ResourceRules:    []authorizationv1.ResourceRule{{Verbs: all, APIGroups: all, Resources: all}},
		NonResourceRules: []authorizationv1.NonResourceRule{{Verbs: all, NonResourceURLs: all}},
	}
}

// review returns the handler of a question, or nil.
func (s *Server) review(gv schema.GroupVersion, segments []string) handler {
	for _, one := range reviews() {
		if one.gv == gv && len(segments) == 1 && segments[0] == one.plural {
			return func(w http.ResponseWriter, r *http.Request, _ target) error { return s.answerReview(w, r, one) }
		}
	}
	return nil
}

func (s *Server) answerReview(w http.ResponseWriter, r *http.Request, review reviewKind) error {
	if r.Method != http.MethodPost {
		return apierrors.NewMethodNotSupported(schema.GroupResource{Group: review.gv.Group, Resource: review.plural}, r.Method)
	}
	if form := wire.FormOf(r.Header.Get("Accept")); form != wire.Whole {
		return wire.NotAcceptable(fmt.Sprintf("the answer to a %s has no form %s", review.kind, form))
	}
	body, err := wire.ReadBody(r)
	if err != nil {
		return err
	}
	obj, fill := review.answer()
	if pod, ok := asker(r); ok {
		if review.pod == nil {
			return apierrors.NewForbidden(schema.GroupResource{Group: review.gv.Group, Resource: review.plural}, "", fmt.Errorf("user %q may not ask this: it is for the user of minipod serve", pod.User()))
		}
		obj, fill = review.pod(s, pod)
	}
	if _, err := wire.Decode(body, review.gv.WithKind(review.kind), obj); err != nil {
		return err
	}
	fill()
	obj.GetObjectKind().SetGroupVersionKind(review.gv.WithKind(review.kind))
	if meta, ok := obj.(metav1.Object); ok {
		meta.SetCreationTimestamp(metav1.NewTime(s.Now()).Rfc3339Copy())
	}
	s.answer(w, http.StatusCreated, obj)
	return nil
}

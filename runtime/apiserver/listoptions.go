package apiserver

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
)

// maxWatch ends a watch that sets no end itself; clients watch again.
const maxWatch = time.Hour

// selection is the part of a resource that a list or a watch is about.
type selection struct {
	kind      *kind.Kind
	namespace string
	labels    labels.Selector
	fields    fields.Selector
}

// has reports whether the selection holds the item.
func (s selection) has(item *store.Item) bool {
	if item == nil || (s.namespace != "" && item.Object.GetNamespace() != s.namespace) {
		return false
	}
	if !s.labels.Matches(labels.Set(item.Object.GetLabels())) {
		return false
	}
	return s.fields.Empty() || s.fields.Matches(s.kind.Selectable(item.Object))
}

// selectionOf reads the selectors of a request.
func selectionOf(r *http.Request, t target) (selection, error) {
	query := r.URL.Query()
	byLabel, err := labels.Parse(query.Get("labelSelector"))
	if err != nil {
		return selection{}, apierrors.NewBadRequest(fmt.Sprintf("unable to parse the label selector: %v", err))
	}
	byField, err := fields.ParseSelector(query.Get("fieldSelector"))
	if err != nil {
		return selection{}, apierrors.NewBadRequest(fmt.Sprintf("unable to parse the field selector: %v", err))
	}
	if err := knownFields(t.kind, byField); err != nil {
		return selection{}, err
	}
	if t.name != "" {
		byField = fields.AndSelectors(byField, fields.OneTermEqualSelector("metadata.name", t.name))
	}
	return selection{kind: t.kind, namespace: t.namespace, labels: byLabel, fields: byField}, nil
}

// knownFields refuses a field that the kind cannot be selected by: it would match nothing, in silence.
func knownFields(k *kind.Kind, selector fields.Selector) error {
	if k.New == nil {
		return nil
	}
	known := k.Selectable(k.New())
	for _, requirement := range selector.Requirements() {
		if _, ok := known[requirement.Field]; !ok {
			return apierrors.NewBadRequest(fmt.Sprintf("field label not supported: %s", requirement.Field))
		}
	}
	return nil
}

// watchOptions is what a watch asks for besides its selection.
type watchOptions struct {
	from      uint64 // 0: begin with what there is
	initial   bool   // send what there is first, and a bookmark behind it
	bookmarks bool
	timeout   time.Duration
}

func wantsWatch(r *http.Request) bool {
	on, err := strconv.ParseBool(r.URL.Query().Get("watch"))
	return err == nil && on
}

func watchOptionsOf(r *http.Request) (watchOptions, error) {
	query := r.URL.Query()
	o := watchOptions{timeout: maxWatch}
	var errs field.ErrorList
	o.from = number(query, "resourceVersion", &errs)
	o.bookmarks = boolean(query, "allowWatchBookmarks", &errs)
	o.initial = boolean(query, "sendInitialEvents", &errs)
	if seconds := number(query, "timeoutSeconds", &errs); seconds > 0 {
		o.timeout = min(kube.Seconds(int64(min(seconds, math.MaxInt64))), maxWatch)
	}
	match := query.Get("resourceVersionMatch")
	given := query.Get("sendInitialEvents") != ""
	if given && match != string(metav1.ResourceVersionMatchNotOlderThan) {
		errs = append(errs, field.Forbidden(field.NewPath("resourceVersionMatch"), "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
	}
	if !given && match != "" {
		errs = append(errs, field.Forbidden(field.NewPath("resourceVersionMatch"), "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
	}
	if len(errs) > 0 {
		return o, apierrors.NewInvalid(metav1.SchemeGroupVersion.WithKind("ListOptions").GroupKind(), "", errs)
	}
	return o, nil
}

func number(query url.Values, name string, errs *field.ErrorList) uint64 {
	text := query.Get(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		*errs = append(*errs, field.Invalid(field.NewPath(name), text, "want a number"))
	}
	return n
}

func boolean(query url.Values, name string, errs *field.ErrorList) bool {
	text := query.Get(name)
	if text == "" {
		return false
	}
	on, err := strconv.ParseBool(text)
	if err != nil {
		*errs = append(*errs, field.Invalid(field.NewPath(name), text, "want true or false"))
	}
	return on
}

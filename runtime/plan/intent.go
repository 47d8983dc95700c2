package plan

import (
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// Intent is what is wanted of a pod as a whole. The newest revision of its
// manifest says it, to everyone who is at work on the pod.
type Intent string

// The intents.
const (
	Wanted Intent = ""        // it is to run
	Ended  Intent = "ended"   // its containers have ended for good
	Halted Intent = "stopped" // stopped on purpose; wanted again later
	Going  Intent = "removed" // it is being removed: its deletionTimestamp says so
)

// Intent is what is wanted of the pod. One whose manifest cannot be read is
// left as it is.
func (w World) Intent() Intent {
	switch {
	case w.Want == nil:
		return Wanted
	case w.Want.Pod.DeletionTimestamp != nil:
		return Going
	}
	switch i := Intent(w.Want.Pod.Annotations[translate.AnnotationIntent]); i {
	case Ended, Halted:
		return i
	}
	return Wanted
}

// Policy is the restart policy of a pause: what Docker itself does with it
// after a crash or a restart of the engine. It follows the intent. An engine
// that cannot change one loses only that.
type Policy string

// The policies. After a kill of the engine Docker starts again only what has
// the policy always.
const (
	PolicyAlways Policy = Policy(container.RestartPolicyAlways)
	PolicyNo     Policy = Policy(container.RestartPolicyDisabled)
)

// Policy is the restart policy that follows from the intent.
func (i Intent) Policy() Policy {
	if i == Wanted {
		return PolicyAlways
	}
	return PolicyNo
}

// PolicyOf reads the policy of a container; an empty name is none.
func PolicyOf(p container.RestartPolicy) Policy {
	if p.IsNone() {
		return PolicyNo
	}
	return Policy(p.Name)
}

// start is how often the pod was started again on purpose: attempts that were
// made for an earlier start are followed by new ones, whatever their policy.
func (w World) start() int {
	if w.Want == nil {
		return 0
	}
	return translate.StartOf(w.Want.Pod)
}

// ended is the pod with the intent Ended. The grace is as for with.
func (w World) ended(grace *int64, now time.Time) *v1.Pod {
	pod := w.remembering(with(w.Want.Pod, Ended, grace))
	w.keepEnds(pod, now)
	return pod
}

// remembering has a manifest carry the addresses that the pod has now, which the
// engine forgets when the pause stops: a node shows them for a pod that has
// ended (pkg/kubelet/pleg, getPodIPs). The manifest is changed.
func (w World) remembering(pod *v1.Pod) *v1.Pod {
	if w.Pause != nil && len(w.Pause.IPs) > 0 {
		metav1.SetMetaDataAnnotation(&pod.ObjectMeta, translate.AnnotationAddresses, strings.Join(w.Pause.IPs, ","))
	}
	return pod
}

// Addresses are the pod's, IPv4 first; of one that has ended those that it had.
// A pod has none before its volumes are Mounted.
func (w World) Addresses() []string {
	switch {
	case w.Pause == nil, !w.Mounted():
		return nil
	case len(w.Pause.IPs) > 0 || w.Want == nil:
		return w.Pause.IPs
	}
	had := w.Want.Pod.Annotations[translate.AnnotationAddresses]
	return strings.FieldsFunc(had, func(r rune) bool { return r == ',' })
}

// with is the pod with an intent that is not Going. The grace is that of a
// stop, in seconds; nil is the pod's own.
func with(pod *v1.Pod, i Intent, grace *int64) *v1.Pod {
	pod = pod.DeepCopy()
	if pod.Annotations == nil {
		pod.Annotations = map[string]string{}
	}
	delete(pod.Annotations, translate.AnnotationGrace)
	delete(pod.Annotations, translate.AnnotationReason)
	delete(pod.Annotations, translate.AnnotationMessage)
	delete(pod.Annotations, translate.AnnotationAddresses)
	delete(pod.Annotations, translate.AnnotationEnds)
	if grace != nil {
		pod.Annotations[translate.AnnotationGrace] = strconv.FormatInt(*grace, 10)
	}
	if i == Wanted {
		delete(pod.Annotations, translate.AnnotationIntent)
	} else {
		pod.Annotations[translate.AnnotationIntent] = string(i)
	}
	return pod
}

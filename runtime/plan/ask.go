package plan

import (
	"strconv"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/translate"
)

// What users ask of a pod becomes a revision of its manifest. Each function
// answers the operation that writes it down; ok is false where it is so
// already. An operation that comes too late is asked for again, of the world
// as it is then.

// Remove asks for the pod's removal. The grace is in seconds; nil is the
// pod's own. Who asks for a shorter one than was given hastens the removal.
func Remove(w World, grace *int64, now time.Time) (op Op, ok bool) {
	if w.Gone() {
		return Op{}, false
	}
	pod := w.remembering(w.manifest())
	seconds := ownGrace(pod)
	if grace != nil {
		seconds = max(0, *grace)
	}
	if w.Leaving() {
		if seconds >= w.GraceSeconds() {
			return Op{}, false
		}
		seconds = min(seconds, w.GraceSeconds())
	} else if pod.Generation > 0 {
		pod.Generation++ // as the API server does (apiserver/pkg/registry/rest, BeforeDelete)
	}
	until := metav1.NewTime(now.Add(kube.Seconds(seconds)).Truncate(time.Second))
	pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = &until, &seconds
	return w.revise(pod), true
}

// Stop asks for the pod's containers to be stopped and kept. The grace is in
// seconds; nil is the pod's own.
func Stop(w World, grace *int64) (op Op, ok bool) {
	if w.Want == nil || w.Leaving() {
		return Op{}, false
	}
	if w.Intent() == Halted && (grace == nil || *grace >= w.GraceSeconds()) {
		return Op{}, false
	}
	return w.revise(with(w.Want.Pod, Halted, grace)), true
}

// Start asks for a pod that was stopped or has ended to be run again, in new
// containers. One that is to run already is left as it is.
func Start(w World) (op Op, ok bool) {
	if w.Want == nil || w.Leaving() || w.Intent() == Wanted && !terminal(outcome(w)) {
		return Op{}, false
	}
	pod := with(w.Want.Pod, Wanted, nil)
	pod.Annotations[translate.AnnotationStart] = strconv.Itoa(w.start() + 1)
	return w.revise(pod), true
}

// Amend asks for another manifest of the pod, with the intent that it has.
func Amend(w World, pod *v1.Pod) Op {
	if w.Want != nil {
		pod = translate.Keep(w.Want.Pod, pod)
	}
	return w.revise(pod)
}

// revise writes the next revision down. Creating it takes the number, so of
// two who write at once one succeeds.
func (w World) revise(pod *v1.Pod) Op {
	return Op{Kind: Revise, Revision: max(w.Revision, 1) + 1, Pod: pod}
}

// manifest is a copy of the wanted pod; where there is none that can be read,
// one that has its name.
func (w World) manifest() *v1.Pod {
	if w.Want != nil {
		return w.Want.Pod.DeepCopy()
	}
	return &v1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: w.Namespace, Name: w.Name, UID: w.UID}}
}

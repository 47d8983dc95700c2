package translate

import (
	"maps"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// Annotations by which a revision of a manifest says what is wanted of the
// pod. They are minipod's own and not shown to users: see Shown.
const (
	annotations = "dev.minipod/"
	// AnnotationIntent is stopped or ended.
	AnnotationIntent = annotations + "intent"
	// AnnotationReason says why a pod was ended before its work was done.
	AnnotationReason = annotations + "reason"
	// AnnotationMessage says more of the reason.
	AnnotationMessage = annotations + "message"
	// AnnotationAddresses are the addresses that the pod had when it was ended,
	// with commas between.
	AnnotationAddresses = annotations + "addresses"
	// AnnotationEnds is how the containers had ended when the pod was ended, as JSON.
	AnnotationEnds = annotations + "ends"
	// AnnotationGrace is the grace of a stop, in seconds.
	AnnotationGrace = annotations + "grace"
	// AnnotationStart counts how often the pod was started again.
	AnnotationStart = annotations + "start"
	// AnnotationResets are the starts that a rule to restart all containers has asked
	// for, and when, as START=TIME with commas between; the last few of them.
	AnnotationResets = annotations + "resets"
)

// StartOf is how often a pod was started again; 0 is never.
func StartOf(pod *v1.Pod) int { return max(0, number(pod.Annotations[AnnotationStart])) }

// Shown is the pod without minipod's own annotations; the pod itself is not
// changed.
func Shown(pod *v1.Pod) *v1.Pod {
	shown := pod.DeepCopy()
	maps.DeleteFunc(shown.Annotations, own)
	if len(shown.Annotations) == 0 {
		shown.Annotations = nil
	}
	return shown
}

// Keep is the next manifest of a pod with minipod's own annotations of the
// one before; neither is changed.
func Keep(before, next *v1.Pod) *v1.Pod {
	kept := Shown(next)
	for key, value := range before.Annotations {
		if !own(key, value) {
			continue
		}
		if kept.Annotations == nil {
			kept.Annotations = map[string]string{}
		}
		kept.Annotations[key] = value
	}
	return kept
}

func own(key, _ string) bool { return strings.HasPrefix(key, annotations) }

// Same reports whether two blueprints are of one manifest with one set of
// options: those that make a difference. What is wanted of a pod meanwhile
// makes it no other one, nor does what an API server adds. Where the options of
// want leave it open whether processes are shared, either will do.
func Same(want, have *Blueprint) bool {
	if want == nil || have == nil {
		return false
	}
	opts := have.Options
	if want.Options.SharePID == nil {
		opts.SharePID = nil
	}
	return canonical(want.Pod, want.Options) == canonical(have.Pod, opts)
}

func canonical(pod *v1.Pod, opts Options) string {
	pod = Bare(pod)
	return encode([]any{pod.ObjectMeta, pod.Spec, opts.Bare()})
}

// Bare are the options that make a pod another one: without those on how images
// are pulled, without what was assumed, which follows from what is written, and
// without what was found out of the engine.
func (o Options) Bare() Options {
	o.Pull, o.AssumedAlways = "", nil
	o.PodCgroup, o.NoAppArmor, o.NoSELinux, o.NoRuntime, o.API = false, false, false, false, false
	return o
}

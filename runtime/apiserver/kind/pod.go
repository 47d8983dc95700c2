package kind

import (
	"slices"

	v1 "k8s.io/api/core/v1"
	"k8s.io/klog/v2"

	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/apiserver/table"
)

func podHooks() Hooks {
	return Hooks{
		Columns:     table.Pods(),
		Kept:        AsPods,
		Admit:       admitted(admitPod),
		AdmitUpdate: func(_ Cluster, next, _ store.Object) error { tolerateNode(asPod(next)); return nil },
		Place:       func(c Cluster, o store.Object) { placePod(c, asPod(o)) },
		Warn: func(c Cluster, made store.Object) []string {
			return append(c.LeftOut(made), shunning(c, asPod(made))...)
		},
		Grace:       func(o store.Object, asked *int64) int64 { return podGrace(asPod(o), asked) },
		Held:        func(o store.Object) bool { return hasTimeLeft(asPod(o)) },
		AnswersLast: true,
	}
}

// placePod gives a pod to the node when nothing holds it back any more.
func placePod(c Cluster, pod *v1.Pod) {
	if len(pod.Spec.SchedulingGates) == 0 && pod.Spec.NodeName == "" && pod.DeletionTimestamp == nil {
		pod.Spec.NodeName = c.Node()
	}
}

// shunning says what would keep a scheduler from giving a pod to its node.
func shunning(c Cluster, pod *v1.Pod) []string {
	node, ok := c.Get(Nodes, "", pod.Spec.NodeName).(*v1.Node)
	if !ok {
		return nil
	}
	const still = ", and the pod runs there all the same: nothing is scheduled"
	var lines []string
	if node.Spec.Unschedulable {
		lines = append(lines, "spec.nodeName: node "+node.Name+" is cordoned"+still)
	}
	for i, taint := range node.Spec.Taints {
		tolerates := func(t v1.Toleration) bool { return t.ToleratesTaint(klog.Background(), &node.Spec.Taints[i], false) }
		if taint.Effect == v1.TaintEffectNoSchedule && !slices.ContainsFunc(pod.Spec.Tolerations, tolerates) {
			lines = append(lines, "spec.tolerations: node "+node.Name+" has the taint "+taint.ToString()+still)
		}
	}
	return lines
}

// podGrace is how long a pod has to end: what was asked for, or what the pod
// says; nothing if it never ran or has ended.
func podGrace(pod *v1.Pod, asked *int64) int64 {
	grace := int64(0)
	switch {
	case asked != nil:
		grace = *asked
	case pod.Spec.TerminationGracePeriodSeconds != nil:
		grace = *pod.Spec.TerminationGracePeriodSeconds
	}
	if pod.Spec.NodeName == "" || pod.Status.Phase == v1.PodSucceeded || pod.Status.Phase == v1.PodFailed {
		return 0
	}
	if grace < 0 {
		return 1
	}
	return grace
}

// hasTimeLeft reports whether a pod that is being deleted is held by its
// containers, which have a time to end.
func hasTimeLeft(pod *v1.Pod) bool {
	return pod.DeletionGracePeriodSeconds == nil || *pod.DeletionGracePeriodSeconds > 0
}

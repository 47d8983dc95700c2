package apiserver

import (
	"context"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"

	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
)

// taintEvery is how often is looked whether a pod has to leave its node.
const taintEvery = time.Second

// keepTaints deletes the pods that do not tolerate a NoExecute taint of the node,
// as Kubernetes' taint eviction does. Its error is that of ctx.
func (s *Server) keepTaints(ctx context.Context) error {
	ticker := time.NewTicker(taintEvery)
	defer ticker.Stop()
	since := map[types.UID]time.Time{} // the pods that the node's taints bear on
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			since = s.evictTainted(ctx, since)
		}
	}
}

// evictTainted deletes the pods whose time is over, and answers which the taints
// bear on, and since when.
func (s *Server) evictTainted(ctx context.Context, before map[types.UID]time.Time) map[types.UID]time.Time {
	since := map[types.UID]time.Time{}
	taints := s.noExecute()
	if len(taints) == 0 {
		return since
	}
	items, _ := s.store.List(kind.Pods, "")
	for _, item := range items {
		pod := item.Object.(*v1.Pod)
		stay, leaves := tolerance(pod, taints)
		if pod.DeletionTimestamp != nil || pod.Spec.NodeName == "" || !leaves {
			continue
		}
		at, known := before[pod.UID]
		if !known {
			at = s.Now()
		}
		since[pod.UID] = at
		if s.Now().Sub(at) < stay {
			continue
		}
		if err := s.evictPod(ctx, pod); err != nil && !apierrors.IsNotFound(err) && ctx.Err() == nil {
			s.Log.Warn("evict a pod", "pod", pod.Name, "error", err)
		}
	}
	return since
}

// noExecute are the taints of the node that pods have to leave for.
func (s *Server) noExecute() []v1.Taint {
	item := s.store.Get(s.nodes.key())
	if item == nil {
		return nil
	}
	var taints []v1.Taint
	for _, t := range item.Object.(*v1.Node).Spec.Taints {
		if t.Effect == v1.TaintEffectNoExecute {
			taints = append(taints, t)
		}
	}
	return taints
}

// tolerance is how long a pod may stay beside the taints; leaves is false where
// it may for ever.
func tolerance(pod *v1.Pod, taints []v1.Taint) (stay time.Duration, leaves bool) {
	for i := range taints {
		tolerated := false
		for _, t := range pod.Spec.Tolerations {
			if !t.ToleratesTaint(klog.Background(), &taints[i], false) {
				continue
			}
			tolerated = true
			if t.TolerationSeconds == nil {
				continue
			}
			if d := kube.Seconds(max(0, *t.TolerationSeconds)); !leaves || d < stay {
				stay, leaves = d, true
			}
		}
		if !tolerated {
			return 0, true
		}
	}
	return stay, leaves
}

// evictPod says why the pod goes, and deletes it.
func (s *Server) evictPod(ctx context.Context, pod *v1.Pod) error {
	t := target{kind: s.kinds.ByResource(kind.Pods), namespace: pod.Namespace, name: pod.Name}
	s.tellOf(pod, "TaintManagerEviction", "Marking for deletion Pod "+pod.Namespace+"/"+pod.Name)
	uid := pod.UID
	status := t
	status.sub = "status"
	_, err := s.modify(ctx, status, false, func(current *store.Item) (store.Object, error) {
		next := current.Object.DeepCopyObject().(*v1.Pod)
		next.Status.Conditions = append(next.Status.Conditions, v1.PodCondition{
			Type: v1.DisruptionTarget, Status: v1.ConditionTrue, LastTransitionTime: metav1.NewTime(s.Now()), ObservedGeneration: next.Generation,
			Reason: "DeletionByTaintManager", Message: "Taint manager: deleting due to NoExecute taint",
		})
		return next, nil
	})
	if err != nil {
		return err
	}
	_, err = s.remove(ctx, t, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}})
	return err
}

func (s *Server) tellOf(pod *v1.Pod, reason, message string) {
	about := v1.ObjectReference{Kind: "Pod", APIVersion: "v1", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID}
	err := s.Record(&v1.Event{InvolvedObject: about, Type: v1.EventTypeNormal, Reason: reason, Message: message, Source: v1.EventSource{Component: "taint-eviction-controller"}})
	if err != nil {
		s.Log.Warn("record an event", "error", err)
	}
}

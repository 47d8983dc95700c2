package table

import (
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/status"
)

// Pods prints pods.
func Pods() Printer {
	return Printer{
		conditions: func(o store.Object) []metav1.TableRowCondition { return ended(o.(*v1.Pod)) },
		Columns:    columns("Name", "Ready", "Status", "Restarts", "Age", "wide:IP", "wide:Node", "wide:Nominated Node", "wide:Readiness Gates"),
		row:        func(o store.Object, now time.Time) []any { return podRow(o.(*v1.Pod), now) },
	}
}

func podRow(pod *v1.Pod, now time.Time) []any {
	r := status.PodRow(pod, now)
	return []any{r.Name, r.Ready, r.Status, r.Restarts, r.Age, r.IP, r.Node, r.Nominated, r.Gates}
}

// ended marks the rows of pods that have ended.
func ended(pod *v1.Pod) []metav1.TableRowCondition {
	if pod.Status.Phase != v1.PodSucceeded && pod.Status.Phase != v1.PodFailed {
		return nil
	}
	message := "The pod has completed successfully."
	if pod.Status.Phase == v1.PodFailed {
		message = "The pod failed."
	}
	return []metav1.TableRowCondition{{
		Type: metav1.RowCompleted, Status: metav1.ConditionTrue, Reason: string(pod.Status.Phase), Message: message,
	}}
}

package await

import (
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func pod(phase v1.PodPhase, ready v1.ConditionStatus) *v1.Pod {
	p := &v1.Pod{}
	p.Name = "web"
	p.Labels = map[string]string{"app": "a=b"}
	p.Spec.Containers = []v1.Container{{Name: "one", Image: "x"}, {Name: "two", Image: "y"}}
	p.Status.Phase = phase
	p.Status.Conditions = []v1.PodCondition{{Type: v1.PodReady, Status: ready}}
	return p
}

func TestMet(t *testing.T) {
	up, young := pod(v1.PodRunning, v1.ConditionTrue), pod(v1.PodPending, v1.ConditionFalse)
	for _, c := range []struct {
		text      string
		up, young bool
	}{
		{"condition=Ready", true, false},
		{"condition=ready", true, false},
		{"condition=Ready=False", false, true},
		{"condition=Ready=true", true, false},
		{"condition=PodScheduled", false, false},
		{"phase=Running", true, false},
		{"phase=pending", false, true},
		{"create", true, true},
		{"delete", false, false},
		{"jsonpath={.status.phase}=Running", true, false},
		{"jsonpath=.status.phase='Pending'", false, true},
		{"jsonpath=status.phase", true, true},
		{"jsonpath={.status.podIP}", false, false},
		{`jsonpath={.status.conditions[?(@.type=="Ready")].status}=True`, true, false},
		{`jsonpath={.metadata.labels.app}=a=b`, true, true},
		{`jsonpath={.spec.containers[?(@.name=="two")].image}=y`, true, true},
	} {
		cond, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		for p, want := range map[*v1.Pod]bool{up: c.up, young: c.young} {
			if got, err := cond.Met(p); got != want || err != nil {
				t.Errorf("%s of a pod that is %s: %t, %v", c.text, p.Status.Phase, got, err)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "ready", "condition=", "phase=", "jsonpath=", "jsonpath={", "jsonpath={.a}=", "deleted", "condition"} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	many, err := Parse("jsonpath={.spec.containers[*].name}=one")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := many.Met(pod(v1.PodRunning, v1.ConditionTrue)); err == nil {
		t.Error("two values are compared with one")
	}
}

// A pod that has ended never comes to be Ready; it may still come to be gone.
func TestBarred(t *testing.T) {
	going := pod(v1.PodRunning, v1.ConditionFalse)
	going.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)}
	ended := pod(v1.PodFailed, v1.ConditionFalse)
	ended.DeletionTimestamp = going.DeletionTimestamp
	stopped := pod(v1.PodPending, v1.ConditionFalse)
	stopped.Status.Reason = "Stopped"
	for _, c := range []struct {
		text, want string
		pod        *v1.Pod
	}{
		{"condition=Ready", "has ended (Failed)", pod(v1.PodFailed, v1.ConditionFalse)},
		{"condition=Ready", "has ended (Succeeded)", pod(v1.PodSucceeded, v1.ConditionFalse)},
		{"condition=Ready", "is being removed", going},
		{"condition=Ready", "is stopped", stopped},
		{"condition=Ready", "", pod(v1.PodPending, v1.ConditionFalse)},
		{"condition=Ready=false", "", pod(v1.PodFailed, v1.ConditionFalse)},
		{"condition=PodScheduled", "", pod(v1.PodFailed, v1.ConditionFalse)},
		{"phase=Succeeded", "has ended (Failed)", pod(v1.PodFailed, v1.ConditionFalse)},
		{"phase=Running", "is being removed", going},
		{"phase=Succeeded", "", going},
		{"phase=failed", "", going},
		{"phase=Succeeded", "has ended (Failed)", ended},
		{"delete", "", going},
		{"jsonpath={.status.podIP}", "", pod(v1.PodFailed, v1.ConditionFalse)},
	} {
		cond, err := Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := cond.Barred(c.pod); got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
}

package kind

import (
	"fmt"
	"maps"
	"slices"

	v1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// admitPod does to a new pod what Kubernetes' admission plugins do (ServiceAccount,
// RuntimeClass, Priority, DefaultTolerationSeconds), and what its scheduler does:
// there is one node, so every pod that nothing holds back is given to it.
func admitPod(c Cluster, pod *v1.Pod) error {
	for _, step := range []func(Cluster, *v1.Pod) error{admitAccount, admitRuntimeClass, admitPriority} {
		if err := step(c, pod); err != nil {
			return apierrors.NewForbidden(v1.Resource("pods"), pod.Name, err)
		}
	}
	tolerateNode(pod)
	placePod(c, pod)
	return nil
}

// tolerateNode is DefaultTolerationSeconds, which Kubernetes asks at updates too.
func tolerateNode(pod *v1.Pod) {
	tolerate(pod, v1.TaintNodeNotReady)
	tolerate(pod, v1.TaintNodeUnreachable)
}

func admitAccount(c Cluster, pod *v1.Pod) error {
	if pod.Spec.ServiceAccountName == "" {
		pod.Spec.ServiceAccountName = "default"
	}
	name := pod.Spec.ServiceAccountName
	pod.Spec.DeprecatedServiceAccount = name
	account := c.Get(ServiceAccounts, pod.Namespace, name)
	if account == nil {
		return fmt.Errorf("error looking up service account %s/%s: serviceaccount %q not found", pod.Namespace, name, name)
	}
	if len(pod.Spec.ImagePullSecrets) == 0 {
		pod.Spec.ImagePullSecrets = slices.Clone(account.(*v1.ServiceAccount).ImagePullSecrets)
	}
	if c.Tokens() && automount(pod, account.(*v1.ServiceAccount)) {
		mountToken(pod)
	}
	return nil
}

func admitRuntimeClass(c Cluster, pod *v1.Pod) error {
	if pod.Spec.RuntimeClassName == nil {
		if len(pod.Spec.Overhead) > 0 {
			return fmt.Errorf("pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")
		}
		return nil
	}
	found := c.Get(RuntimeClasses, "", *pod.Spec.RuntimeClassName)
	if found == nil {
		return fmt.Errorf("pod rejected: RuntimeClass %q not found", *pod.Spec.RuntimeClassName)
	}
	class := found.(*nodev1.RuntimeClass)
	var overhead v1.ResourceList
	if class.Overhead != nil {
		overhead = class.Overhead.PodFixed
	}
	if len(pod.Spec.Overhead) > 0 && !equality.Semantic.DeepEqual(pod.Spec.Overhead, overhead) {
		return fmt.Errorf("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
	}
	pod.Spec.Overhead = overhead.DeepCopy()
	if class.Scheduling == nil {
		return nil
	}
	return followClass(pod, class.Scheduling)
}

// followClass gives the pod the node selector and the tolerations of its runtime class.
func followClass(pod *v1.Pod, scheduling *nodev1.Scheduling) error {
	for key, value := range scheduling.NodeSelector {
		if own, ok := pod.Spec.NodeSelector[key]; ok && own != value {
			return fmt.Errorf("conflict: runtimeClass.scheduling.nodeSelector[%s] = %s; pod.spec.nodeSelector[%s] = %s", key, value, key, own)
		}
	}
	if len(scheduling.NodeSelector) > 0 {
		merged := maps.Clone(scheduling.NodeSelector)
		maps.Copy(merged, pod.Spec.NodeSelector)
		pod.Spec.NodeSelector = merged
	}
	for _, toleration := range scheduling.Tolerations {
		if !slices.ContainsFunc(pod.Spec.Tolerations, func(own v1.Toleration) bool { return own.MatchToleration(&toleration) }) {
			pod.Spec.Tolerations = append(pod.Spec.Tolerations, toleration)
		}
	}
	return nil
}

func admitPriority(c Cluster, pod *v1.Pod) error {
	class, err := priorityClass(c, pod.Spec.PriorityClassName)
	if err != nil {
		return err
	}
	priority, policy := int32(0), v1.PreemptLowerPriority
	if class != nil {
		pod.Spec.PriorityClassName, priority = class.Name, class.Value
		if class.PreemptionPolicy != nil {
			policy = *class.PreemptionPolicy
		}
	}
	if pod.Spec.Priority != nil && *pod.Spec.Priority != priority {
		return fmt.Errorf("the integer value of priority (%d) must not be provided in pod spec; priority admission controller computed %d from the given PriorityClass name", *pod.Spec.Priority, priority)
	}
	if own := pod.Spec.PreemptionPolicy; own != nil && *own != policy {
		return fmt.Errorf("the string value of PreemptionPolicy (%s) must not be provided in pod spec; priority admission controller computed %s from the given PriorityClass name", *own, policy)
	}
	pod.Spec.Priority, pod.Spec.PreemptionPolicy = &priority, &policy
	return nil
}

// priorityClass finds a class by name, or without a name the one that is the
// default for all; nil: there is none.
func priorityClass(c Cluster, name string) (*schedulingv1.PriorityClass, error) {
	if name != "" {
		found := c.Get(PriorityClasses, "", name)
		if found == nil {
			return nil, fmt.Errorf("no PriorityClass with name %s was found", name)
		}
		return found.(*schedulingv1.PriorityClass), nil
	}
	var lowest *schedulingv1.PriorityClass
	for _, one := range c.List(PriorityClasses) {
		class := one.(*schedulingv1.PriorityClass)
		if class.GlobalDefault && (lowest == nil || class.Value < lowest.Value) {
			lowest = class
		}
	}
	return lowest, nil
}

// tolerate lets the pod stay for five minutes on a node with the taint, unless it says something else.
func tolerate(pod *v1.Pod, taint string) {
	for _, own := range pod.Spec.Tolerations {
		if (own.Key == taint || own.Key == "") && (own.Effect == v1.TaintEffectNoExecute || own.Effect == "") {
			return
		}
	}
	seconds := int64(300)
	pod.Spec.Tolerations = append(pod.Spec.Tolerations, v1.Toleration{
		Key: taint, Operator: v1.TolerationOpExists, Effect: v1.TaintEffectNoExecute, TolerationSeconds: &seconds,
	})
}

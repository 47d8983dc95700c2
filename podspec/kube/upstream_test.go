package kube_test

import (
	"io"
	"os"
	"strings"
	"testing"

	coordinationv1 "k8s.io/api/coordination/v1"
	v1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/klog/v2"

	"github.com/minipod/minipod/podspec/kube"
)

func meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: "default", ResourceVersion: "1"}
}

func somePod() *v1.Pod {
	pod := &v1.Pod{ObjectMeta: meta("web"), Spec: v1.PodSpec{Containers: []v1.Container{{
		Name: "web", Image: "nginx", Resources: v1.ResourceRequirements{Requests: v1.ResourceList{"cpu": resource.MustParse("100m")}},
	}}}}
	kube.DefaultPod(pod)
	return pod
}

// verdicts runs one kind's validators: the object is valid, and both changes are refused with these words.
type verdicts[T any] struct {
	object    func() T
	create    func(T) field.ErrorList
	update    func(updated, old T) field.ErrorList
	spoil     func(T)
	bad       string
	forbidden func(T)
	refused   string
}

func (v verdicts[T]) run(t *testing.T) {
	t.Helper()
	if errs := v.create(v.object()); len(errs) > 0 {
		t.Errorf("a valid object is refused: %v", errs)
	}
	if errs := v.update(v.object(), v.object()); len(errs) > 0 {
		t.Errorf("no change is refused: %v", errs)
	}
	spoilt := v.object()
	v.spoil(spoilt)
	if errs := v.create(spoilt); errs == nil || !strings.Contains(errs.ToAggregate().Error(), v.bad) {
		t.Errorf("want %q, got %v", v.bad, errs)
	}
	changed := v.object()
	v.forbidden(changed)
	if errs := v.update(changed, v.object()); errs == nil || !strings.Contains(errs.ToAggregate().Error(), v.refused) {
		t.Errorf("want %q, got %v", v.refused, errs)
	}
}

func TestValidators(t *testing.T) {
	yes := true
	t.Run("Pod", verdicts[*v1.Pod]{
		somePod, kube.ValidatePod, kube.ValidatePodUpdate,
		func(p *v1.Pod) { p.Spec.Containers[0].Image = "" }, "spec.containers[0].image: Required value",
		func(p *v1.Pod) { p.Spec.RestartPolicy = "Never" }, "pod updates may not change fields other than",
	}.run)
	t.Run("Pod status", verdicts[*v1.Pod]{
		somePod, kube.ValidatePod, kube.ValidatePodStatusUpdate,
		func(p *v1.Pod) { p.Spec.TerminationGracePeriodSeconds = nil }, "spec.terminationGracePeriodSeconds: Required value",
		func(p *v1.Pod) { p.Status.Conditions = []v1.PodCondition{{Type: "not/a/name"}} }, "status.conditions[0].Type: Invalid value",
	}.run)
	t.Run("Pod ephemeral containers", verdicts[*v1.Pod]{
		somePod, kube.ValidatePod, kube.ValidateEphemeralContainersUpdate,
		func(p *v1.Pod) { p.Spec.EphemeralContainers = []v1.EphemeralContainer{{}} }, "cannot be set on create",
		func(p *v1.Pod) { p.Spec.EphemeralContainers = []v1.EphemeralContainer{{}} }, "spec.ephemeralContainers[0].name: Required value",
	}.run)
	t.Run("Pod resize", verdicts[*v1.Pod]{
		somePod, kube.ValidatePod, kube.ValidatePodResize,
		func(p *v1.Pod) { p.Spec.Containers[0].Resources.Requests["cpu"] = resource.MustParse("-1") }, "must be greater than or equal to 0",
		func(p *v1.Pod) { p.Spec.Containers[0].Resources.Requests = nil }, "resource requests cannot be removed",
	}.run)
	t.Run("PodTemplate", verdicts[*v1.PodTemplate]{
		func() *v1.PodTemplate {
			p := &v1.PodTemplate{ObjectMeta: meta("t"), Template: v1.PodTemplateSpec{Spec: somePod().Spec}}
			kube.DefaultPodTemplate(p)
			return p
		}, kube.ValidatePodTemplate, kube.ValidatePodTemplateUpdate,
		func(p *v1.PodTemplate) { p.Template.Spec.Containers = nil }, "template.spec.containers: Required value",
		func(p *v1.PodTemplate) { p.Template.Spec.Containers = nil }, "template.spec.containers: Required value",
	}.run)
	t.Run("ConfigMap", verdicts[*v1.ConfigMap]{
		func() *v1.ConfigMap {
			c := &v1.ConfigMap{ObjectMeta: meta("c"), Immutable: &yes, Data: map[string]string{"k": "v"}}
			kube.DefaultConfigMap(c)
			return c
		}, kube.ValidateConfigMap, kube.ValidateConfigMapUpdate,
		func(c *v1.ConfigMap) { c.Data["a b"] = "" }, "a valid config key must consist",
		func(c *v1.ConfigMap) { c.Data["k"] = "w" }, "field is immutable when `immutable` is set",
	}.run)
	t.Run("Secret", verdicts[*v1.Secret]{
		func() *v1.Secret {
			s := &v1.Secret{ObjectMeta: meta("s"), StringData: map[string]string{"k": "v"}}
			kube.DefaultSecret(s)
			return s
		}, kube.ValidateSecret, kube.ValidateSecretUpdate,
		func(s *v1.Secret) { s.Type = v1.SecretTypeTLS }, "data[tls.crt]: Required value",
		func(s *v1.Secret) { s.Type = "other" }, "type: Invalid value",
	}.run)
	t.Run("PersistentVolumeClaim", verdicts[*v1.PersistentVolumeClaim]{
		someClaim, kube.ValidatePersistentVolumeClaim, kube.ValidatePersistentVolumeClaimUpdate,
		func(c *v1.PersistentVolumeClaim) { c.Spec.AccessModes = nil }, "spec.accessModes: Required value",
		func(c *v1.PersistentVolumeClaim) { c.Spec.VolumeName = "v"; c.Spec.AccessModes[0] = v1.ReadOnlyMany }, "spec is immutable after creation",
	}.run)
	t.Run("PersistentVolumeClaim status", verdicts[*v1.PersistentVolumeClaim]{
		someClaim, kube.ValidatePersistentVolumeClaim, kube.ValidatePersistentVolumeClaimStatusUpdate,
		func(c *v1.PersistentVolumeClaim) { c.Name = "" }, "name or generateName is required",
		func(c *v1.PersistentVolumeClaim) {
			c.Status.Capacity = v1.ResourceList{"storage": resource.MustParse("-1")}
		}, "must be a valid resource quantity",
	}.run)
	t.Run("Namespace", verdicts[*v1.Namespace]{
		someNamespace, kube.ValidateNamespace, kube.ValidateNamespaceUpdate,
		func(n *v1.Namespace) { n.Name = "a.b" }, "must not contain dots",
		func(n *v1.Namespace) { n.UID = "other" }, "field is immutable",
	}.run)
	t.Run("Namespace status", verdicts[*v1.Namespace]{
		someNamespace, kube.ValidateNamespace, kube.ValidateNamespaceStatusUpdate,
		func(n *v1.Namespace) { n.Namespace = "a" }, "metadata.namespace: Forbidden",
		func(n *v1.Namespace) { n.Status.Phase = v1.NamespaceTerminating }, "may only be 'Active' if `deletionTimestamp` is empty",
	}.run)
	t.Run("Namespace finalize", verdicts[*v1.Namespace]{
		someNamespace, kube.ValidateNamespace, kube.ValidateNamespaceFinalizeUpdate,
		func(n *v1.Namespace) { n.Spec.Finalizers = []v1.FinalizerName{"a b"} }, "spec.finalizers",
		func(n *v1.Namespace) { n.Spec.Finalizers = []v1.FinalizerName{"a b"} }, "spec.finalizers",
	}.run)
	t.Run("ServiceAccount", verdicts[*v1.ServiceAccount]{
		func() *v1.ServiceAccount {
			a := &v1.ServiceAccount{ObjectMeta: meta("a")}
			kube.DefaultServiceAccount(a)
			return a
		}, kube.ValidateServiceAccount, kube.ValidateServiceAccountUpdate,
		func(a *v1.ServiceAccount) { a.Name = "A" }, "metadata.name: Invalid value",
		func(a *v1.ServiceAccount) { a.UID = "other" }, "field is immutable",
	}.run)
	t.Run("Service", verdicts[*v1.Service]{
		someService, kube.ValidateService, kube.ValidateServiceUpdate,
		func(s *v1.Service) { s.Spec.Ports[0].Port = 0 }, "spec.ports[0].port: Invalid value: 0",
		func(s *v1.Service) { s.Spec.ClusterIP, s.Spec.ClusterIPs = "10.0.0.1", []string{"10.0.0.1"} }, "spec.clusterIPs",
	}.run)
	t.Run("Service status", verdicts[*v1.Service]{
		someService, kube.ValidateService, kube.ValidateServiceStatusUpdate,
		func(s *v1.Service) { s.Name = "A" }, "metadata.name: Invalid value",
		func(s *v1.Service) { s.Status.LoadBalancer.Ingress = []v1.LoadBalancerIngress{{IP: "x"}} }, "status.loadBalancer.ingress",
	}.run)
	t.Run("Event", verdicts[*v1.Event]{
		func() *v1.Event {
			e := &v1.Event{ObjectMeta: meta("e"), InvolvedObject: v1.ObjectReference{Kind: "Pod", Namespace: "default", APIVersion: "v1"}}
			kube.DefaultEvent(e)
			return e
		}, kube.ValidateEvent, kube.ValidateEventUpdate,
		func(e *v1.Event) { e.InvolvedObject.Namespace = "other" }, "involvedObject.namespace",
		func(e *v1.Event) { e.InvolvedObject.Namespace = "other" }, "involvedObject.namespace",
	}.run)
	t.Run("Lease", verdicts[*coordinationv1.Lease]{
		func() *coordinationv1.Lease {
			l := &coordinationv1.Lease{ObjectMeta: meta("l")}
			kube.DefaultLease(l)
			return l
		}, kube.ValidateLease, kube.ValidateLeaseUpdate,
		func(l *coordinationv1.Lease) { l.Spec.LeaseDurationSeconds = new(int32) }, "must be greater than 0",
		func(l *coordinationv1.Lease) { l.Spec.LeaseDurationSeconds = new(int32) }, "must be greater than 0",
	}.run)
	t.Run("RuntimeClass", verdicts[*nodev1.RuntimeClass]{
		func() *nodev1.RuntimeClass {
			c := &nodev1.RuntimeClass{ObjectMeta: metav1.ObjectMeta{Name: "c", ResourceVersion: "1"}, Handler: "runc"}
			kube.DefaultRuntimeClass(c)
			return c
		}, kube.ValidateRuntimeClass, kube.ValidateRuntimeClassUpdate,
		func(c *nodev1.RuntimeClass) { c.Handler = "" }, "handler: Required value",
		func(c *nodev1.RuntimeClass) { c.Handler = "crun" }, "field is immutable",
	}.run)
	t.Run("PriorityClass", verdicts[*schedulingv1.PriorityClass]{
		func() *schedulingv1.PriorityClass {
			c := &schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: "c", ResourceVersion: "1"}, Value: 1}
			kube.DefaultPriorityClass(c)
			return c
		}, kube.ValidatePriorityClass, kube.ValidatePriorityClassUpdate,
		func(c *schedulingv1.PriorityClass) { c.Value = 2000000000 }, "maximum allowed value",
		func(c *schedulingv1.PriorityClass) { c.Value = 2 }, "may not be changed in an update",
	}.run)
}

func someClaim() *v1.PersistentVolumeClaim {
	c := &v1.PersistentVolumeClaim{ObjectMeta: meta("c"), Spec: v1.PersistentVolumeClaimSpec{
		AccessModes: []v1.PersistentVolumeAccessMode{v1.ReadWriteOnce},
		Resources:   v1.VolumeResourceRequirements{Requests: v1.ResourceList{"storage": resource.MustParse("1Gi")}},
	}}
	kube.DefaultPersistentVolumeClaim(c)
	return c
}

func someNamespace() *v1.Namespace {
	n := &v1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "n", ResourceVersion: "1"}}
	kube.DefaultNamespace(n)
	return n
}

func someService() *v1.Service {
	s := &v1.Service{ObjectMeta: meta("s"), Spec: v1.ServiceSpec{ClusterIP: "None", Ports: []v1.ServicePort{{Port: 80}}}}
	kube.DefaultService(s)
	return s
}

// A pod without a service account is judged with the one that admission gives it.
func TestTokenOfDefaultAccount(t *testing.T) {
	token := v1.VolumeProjection{ServiceAccountToken: &v1.ServiceAccountTokenProjection{Path: "token"}}
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a"}, Spec: v1.PodSpec{
		Containers: []v1.Container{{Name: "c", Image: "i"}},
		Volumes: []v1.Volume{{Name: "v", VolumeSource: v1.VolumeSource{
			Projected: &v1.ProjectedVolumeSource{Sources: []v1.VolumeProjection{token}},
		}}},
	}}
	kube.DefaultPod(pod)
	if refused := kube.ValidatePod(pod); len(refused) > 0 || pod.Spec.ServiceAccountName != "" {
		t.Errorf("%v, account %q", refused, pod.Spec.ServiceAccountName)
	}
}

func TestGenerateNameCounts(t *testing.T) {
	pod := somePod()
	pod.Name, pod.GenerateName = "", strings.Repeat("a", 80)+"-"
	if errs := kube.ValidatePod(pod); len(errs) > 0 {
		t.Errorf("a pod that waits for its name is refused: %v", errs)
	}
	if pod.Name != "" {
		t.Errorf("validation named the pod %s", pod.Name)
	}
}

func TestSecretStringDataMovesIntoData(t *testing.T) {
	s := &v1.Secret{Data: map[string][]byte{"a": []byte("1"), "b": []byte("2")}, StringData: map[string]string{"b": "3"}}
	kube.DefaultSecret(s)
	if string(s.Data["a"]) != "1" || string(s.Data["b"]) != "3" || s.StringData != nil || s.Type != v1.SecretTypeOpaque {
		t.Errorf("got %+v", s)
	}
}

func TestExpand(t *testing.T) {
	got := kube.Expand("$(A) $(B) $(C) $$(A) $A", map[string]string{"A": "1"}, map[string]string{"A": "2", "B": "3"})
	if want := "1 3 $(C) $(A) $A"; got != want {
		t.Errorf("want %s, got %s", want, got)
	}
}

// TestNothingReachesStderr: what Kubernetes' packages log is nobody's business once a pod was validated.
func TestNothingReachesStderr(t *testing.T) {
	kube.ValidatePod(somePod())
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr := os.Stderr
	os.Stderr = w
	klog.Error("noise")
	klog.Flush()
	os.Stderr = stderr
	w.Close()
	if text, err := io.ReadAll(r); err != nil || len(text) > 0 {
		t.Errorf("got %q, %v", text, err)
	}
}

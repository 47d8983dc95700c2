package podspec

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/rand"

	"github.com/minipod/minipod/podspec/kube"
)

// template is the pod template of an object that makes pods.
type template struct {
	at    string // its path in the object
	spec  *v1.PodTemplateSpec
	first int // the number of the first pod, and how many there are
	count int
	once  string // why there is one pod and no more, where the object does not say so
	set   *appsv1.StatefulSet
	none  string // why no pod is made, where it is not for the replicas
	// indexed is for a Job that gives each pod an index.
	indexed bool
	// labels are those that the controller gives all pods, beside the template's own.
	labels map[string]string
}

// workloads are the kinds that make pods of a template.
func workloads() []kind {
	const apps, batch = "apps/v1", "batch/v1"
	return []kind{
		workload(apps, kindOf[appsv1.Deployment]("Deployment", kube.DefaultDeployment, kube.ValidateDeployment),
			func(d *appsv1.Deployment) *template {
				t := replicated(&d.Spec.Template, d.Spec.Replicas)
				t.labels = map[string]string{appsv1.DefaultDeploymentUniqueLabelKey: hash(t.spec)}
				return t
			}),
		workload(apps, kindOf[appsv1.ReplicaSet]("ReplicaSet", kube.DefaultReplicaSet, kube.ValidateReplicaSet),
			func(r *appsv1.ReplicaSet) *template { return replicated(&r.Spec.Template, r.Spec.Replicas) }),
		workload(apps, kindOf[appsv1.StatefulSet]("StatefulSet", kube.DefaultStatefulSet, kube.ValidateStatefulSet), statefulTemplate),
		workload(apps, kindOf[appsv1.DaemonSet]("DaemonSet", kube.DefaultDaemonSet, kube.ValidateDaemonSet),
			func(d *appsv1.DaemonSet) *template {
				t := single(&d.Spec.Template, "this is the only node")
				t.labels = map[string]string{
					appsv1.DefaultDaemonSetUniqueLabelKey: hash(t.spec), templateGeneration: "1",
				}
				return t
			}),
		workload("v1", kindOf[v1.ReplicationController]("ReplicationController", kube.DefaultReplicationController, kube.ValidateReplicationController),
			func(r *v1.ReplicationController) *template { return replicated(r.Spec.Template, r.Spec.Replicas) }),
		workload(batch, kindOf[batchv1.Job]("Job", kube.DefaultJob, kube.ValidateJob),
			func(j *batchv1.Job) *template {
				return ofJob(j.Name, &j.Spec, "once, completions and parallelism are not counted")
			}),
		workload(batch, kindOf[batchv1.CronJob]("CronJob", kube.DefaultCronJob, kube.ValidateCronJob),
			func(c *batchv1.CronJob) *template {
				t := ofJob(c.Name, &c.Spec.JobTemplate.Spec, "once and now, no schedule is kept")
				t.at = "spec.jobTemplate.spec.template"
				return t
			}),
	}
}

// workload completes a kind that makes pods.
func workload[P runtime.Object](version string, k kind, of func(P) *template) kind {
	k.version = version
	k.pods = func(o runtime.Object) *template {
		typed, ok := o.(P)
		if !ok {
			return nil
		}
		return of(typed)
	}
	k.warn = func(o runtime.Object) []kube.Warning {
		if t := k.pods(o); t != nil && t.spec != nil {
			return kube.WarnWorkload(o, t.spec, t.at)
		}
		return nil
	}
	return k
}

// replicated is a template that is run so many times, or once where nothing is said.
func replicated(spec *v1.PodTemplateSpec, replicas *int32) *template {
	t := &template{at: "spec.template", spec: spec, count: 1}
	if replicas != nil {
		t.count = int(*replicas)
	}
	return t
}

func single(spec *v1.PodTemplateSpec, why string) *template {
	return &template{at: "spec.template", spec: spec, count: 1, once: why}
}

// ofJob is the template of a Job, which is run once, as the first of its pods.
// Its pods have its name as a label, and no UID: nothing has one that makes them.
func ofJob(name string, s *batchv1.JobSpec, why string) *template {
	t := single(&s.Template, why)
	if name != "" && (s.ManualSelector == nil || !*s.ManualSelector) {
		t.labels = map[string]string{batchv1.JobNameLabel: name, legacyJobName: name}
	}
	if t.indexed = isIndexed(s); t.indexed {
		t.once += ", its index is 0"
	}
	switch {
	case s.Suspend != nil && *s.Suspend:
		t.count, t.none = 0, "is suspended"
	case s.Parallelism != nil && *s.Parallelism == 0:
		t.count, t.none = 0, "has a parallelism of 0"
	}
	return t
}

func statefulTemplate(s *appsv1.StatefulSet) *template {
	t := replicated(&s.Spec.Template, s.Spec.Replicas)
	t.set = s
	if s.Name != "" {
		t.labels = map[string]string{appsv1.StatefulSetRevisionLabel: s.Name + "-" + hash(t.spec)}
	}
	if s.Spec.Ordinals != nil {
		t.first = int(s.Spec.Ordinals.Start)
	}
	return t
}

const (
	legacyJobName      = "job-name"                // the older of the two labels with the name of a Job
	templateGeneration = "pod-template-generation" // how often the template of a DaemonSet was changed, from 1
)

// hash stands for what is in a template, as the one that controllers make stands for it: theirs is of another text.
func hash(t *v1.PodTemplateSpec) string {
	text, err := json.Marshal(t)
	if err != nil {
		return ""
	}
	sum := fnv.New32a()
	sum.Write(text)
	return rand.SafeEncodeString(strconv.FormatUint(uint64(sum.Sum32()), 10))
}

// template is the object's, where it makes pods of one.
func (k kind) template(o runtime.Object) *template {
	if k.pods == nil {
		return nil
	}
	if t := k.pods(o); t != nil && t.spec != nil {
		return t
	}
	return nil
}

// podOf is a pod of the template, without a name of its own. Fields that Kubernetes drops are dropped in the template too.
func (o *Object) podOf(t *template) *Object {
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: o.Meta().GetNamespace(), Labels: maps.Clone(t.spec.Labels), Annotations: t.spec.Annotations,
	}, Spec: *t.spec.Spec.DeepCopy()}
	for name, value := range t.labels {
		pod.Labels = withEntry(pod.Labels, name, value)
	}
	made := &Object{Kind: "Pod", Object: pod, file: o.file, root: o.root, template: t.at}
	kube.DefaultPod(pod)
	for _, w := range kube.TakePod(pod) {
		made.warn(w)
	}
	grace := t.spec.Spec.TerminationGracePeriodSeconds
	t.spec.Spec = *pod.Spec.DeepCopy()
	t.spec.Spec.TerminationGracePeriodSeconds = grace // Kubernetes mends a negative one in pods alone, and warns of it here
	return made
}

// maxReplicas is how many pods one object may make.
const maxReplicas = 1000

// replicas adds the pods that an object makes, and says what nobody does for them.
func (p *parser) replicas(o, model *Object, t *template) {
	if t.count > maxReplicas {
		line, col := o.locate("spec.replicas").position()
		p.report(line, col, "spec.replicas", "%d pods: minipod makes at most %d of one %s", t.count, maxReplicas, o.Kind)
		return
	}
	if o.Meta().GetName() == "" && o.Meta().GetGenerateName() == "" {
		return // validation has said so
	}
	o.warn(kube.Warning{Field: "kind", Message: t.what(o)})
	for i := range t.count {
		p.claims(o, t, t.first+i)
		replica := *model
		replica.Object = t.replica(model.Pod(), o.Meta(), t.first+i)
		if i > 0 {
			replica.Warnings = nil // they would be the same
		} else if !p.runnable(&replica) && !p.named {
			return
		}
		p.add(&replica)
	}
}

// claims adds the claims that a StatefulSet makes for one of its pods.
func (p *parser) claims(o *Object, t *template, number int) {
	if t.set == nil || t.set.Name == "" {
		return
	}
	for i, model := range t.set.Spec.VolumeClaimTemplates {
		claim := model.DeepCopy()
		claim.Name, claim.Namespace = claimName(model.Name, podName(t.set, number)), t.set.Namespace
		kube.DefaultPersistentVolumeClaim(claim)
		made := &Object{
			Kind: "PersistentVolumeClaim", Object: claim, file: o.file, root: o.root,
			template: fmt.Sprintf("spec.volumeClaimTemplates[%d]", i),
		}
		if number == t.first {
			for _, w := range kube.WarnPersistentVolumeClaim(claim) {
				made.warn(w)
			}
		}
		p.add(made)
	}
}

func podName(owner metav1.Object, number int) string {
	return owner.GetName() + "-" + strconv.Itoa(number)
}

func claimName(template, pod string) string { return template + "-" + pod }

// runnable has Kubernetes judge a pod where its template has passed: a name may be too long with its number.
func (p *parser) runnable(o *Object) bool {
	before := len(p.problems)
	for _, e := range kube.ValidatePod(o.Pod()) {
		line, col := o.locate(e.Field).hint(e, 0).position()
		p.report(line, col, o.documentPath(e.Field), "%s", e.ErrorBody())
	}
	return len(p.problems) == before
}

// what says which pods come of an object.
func (t *template) what(o *Object) string {
	if t.count == 0 {
		return fmt.Sprintf("this %s %s: no pod is made", o.Kind, cmp.Or(t.none, "has no replicas"))
	}
	return fmt.Sprintf("the pod template of this %s is run as %s: %s", o.Kind, t.names(o.Meta()), t.nobody())
}

// names are those of the pods.
func (t *template) names(owner metav1.Object) string {
	switch {
	case owner.GetName() == "":
		return fmt.Sprintf("pods with names made up of %s", owner.GetGenerateName())
	case t.count == 1:
		return "pod " + podName(owner, t.first)
	}
	return fmt.Sprintf("pods %s to %s", podName(owner, t.first), podName(owner, t.first+t.count-1))
}

// nobody says what no controller does here.
func (t *template) nobody() string {
	switch {
	case t.once != "":
		return t.once + ", and no controller replaces it"
	case t.count == 1:
		return "no controller scales or replaces it"
	}
	return "no controller scales or replaces them"
}

// replica is one of the pods. Those of a StatefulSet and of an Indexed Job have what their controllers give them to tell
// them apart.
func (t *template) replica(model *v1.Pod, owner metav1.Object, number int) *v1.Pod {
	pod := model.DeepCopy()
	if owner.GetName() == "" {
		pod.GenerateName = owner.GetGenerateName()
	} else {
		pod.Name = podName(owner, number)
	}
	if t.indexed {
		index(pod, number)
	}
	if t.set == nil || pod.Name == "" {
		return pod
	}
	pod.Labels = withEntry(pod.Labels, appsv1.StatefulSetPodNameLabel, pod.Name)
	pod.Labels = withEntry(pod.Labels, appsv1.PodIndexLabel, strconv.Itoa(number))
	pod.Spec.Hostname, pod.Spec.Subdomain = pod.Name, t.set.Spec.ServiceName
	for _, claim := range t.set.Spec.VolumeClaimTemplates {
		mountClaim(&pod.Spec, claim.Name, claimName(claim.Name, pod.Name))
	}
	return pod
}

// withEntry is a copy of labels or annotations with one more.
func withEntry(from map[string]string, name, value string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, from)
	all[name] = value
	return all
}

// mountClaim gives a pod the volume of a claim, in place of one of the same name.
func mountClaim(spec *v1.PodSpec, volume, claim string) {
	source := v1.VolumeSource{PersistentVolumeClaim: &v1.PersistentVolumeClaimVolumeSource{ClaimName: claim}}
	for i := range spec.Volumes {
		if spec.Volumes[i].Name == volume {
			spec.Volumes[i].VolumeSource = source
			return
		}
	}
	spec.Volumes = append(spec.Volumes, v1.Volume{Name: volume, VolumeSource: source})
}

package kube

import (
	"cmp"
	"context"

	appsapi "k8s.io/api/apps/v1"
	batchapi "k8s.io/api/batch/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/apps"
	appsv1 "k8s.io/kubernetes/pkg/apis/apps/v1"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/batch"
	batchv1 "k8s.io/kubernetes/pkg/apis/batch/v1"
	batchvalidation "k8s.io/kubernetes/pkg/apis/batch/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	corev1 "k8s.io/kubernetes/pkg/apis/core/v1"
	"k8s.io/kubernetes/pkg/apis/core/validation"
)

// DefaultDeployment fills in Kubernetes' defaults.
func DefaultDeployment(d *appsapi.Deployment) {
	inDefaultNamespace(d)
	appsv1.SetObjectDefaults_Deployment(d)
}

// ValidateDeployment is the API server's answer to the creation of a Deployment.
func ValidateDeployment(d *appsapi.Deployment) field.ErrorList {
	return validate(d, appsv1.Convert_v1_Deployment_To_apps_Deployment, func(d *apps.Deployment) field.ErrorList {
		return appsvalidation.ValidateDeployment(d, templateOptions(&d.Spec.Template))
	})
}

// DefaultReplicaSet fills in Kubernetes' defaults.
func DefaultReplicaSet(r *appsapi.ReplicaSet) {
	inDefaultNamespace(r)
	appsv1.SetObjectDefaults_ReplicaSet(r)
}

// ValidateReplicaSet is the API server's answer to the creation of a ReplicaSet.
func ValidateReplicaSet(r *appsapi.ReplicaSet) field.ErrorList {
	return validate(r, appsv1.Convert_v1_ReplicaSet_To_apps_ReplicaSet, func(r *apps.ReplicaSet) field.ErrorList {
		return appsvalidation.ValidateReplicaSet(r, templateOptions(&r.Spec.Template))
	})
}

// DefaultStatefulSet fills in Kubernetes' defaults.
func DefaultStatefulSet(s *appsapi.StatefulSet) {
	inDefaultNamespace(s)
	appsv1.SetObjectDefaults_StatefulSet(s)
}

// ValidateStatefulSet is the API server's answer to the creation of a StatefulSet.
func ValidateStatefulSet(s *appsapi.StatefulSet) field.ErrorList {
	return validate(s, appsv1.Convert_v1_StatefulSet_To_apps_StatefulSet, func(s *apps.StatefulSet) field.ErrorList {
		return appsvalidation.ValidateStatefulSet(s, appsvalidation.StatefulSetValidationOptions{}, templateOptions(&s.Spec.Template))
	})
}

// DefaultDaemonSet fills in Kubernetes' defaults.
func DefaultDaemonSet(d *appsapi.DaemonSet) {
	inDefaultNamespace(d)
	appsv1.SetObjectDefaults_DaemonSet(d)
}

// ValidateDaemonSet is the API server's answer to the creation of a DaemonSet.
func ValidateDaemonSet(d *appsapi.DaemonSet) field.ErrorList {
	return validate(d, appsv1.Convert_v1_DaemonSet_To_apps_DaemonSet, func(d *apps.DaemonSet) field.ErrorList {
		return appsvalidation.ValidateDaemonSet(d, templateOptions(&d.Spec.Template))
	})
}

// DefaultReplicationController fills in Kubernetes' defaults.
func DefaultReplicationController(r *v1.ReplicationController) {
	inDefaultNamespace(r)
	corev1.SetObjectDefaults_ReplicationController(r)
}

// ValidateReplicationController is the API server's answer to the creation of a ReplicationController.
func ValidateReplicationController(r *v1.ReplicationController) field.ErrorList {
	return validate(r, corev1.Convert_v1_ReplicationController_To_core_ReplicationController, func(r *core.ReplicationController) field.ErrorList {
		return validation.ValidateReplicationController(r, templateOptions(r.Spec.Template))
	})
}

// DefaultJob fills in Kubernetes' defaults.
func DefaultJob(j *batchapi.Job) {
	inDefaultNamespace(j)
	batchv1.SetObjectDefaults_Job(j)
}

// ValidateJob is the API server's answer to the creation of a Job, which it gives a UID and a selector of it first.
func ValidateJob(j *batchapi.Job) field.ErrorList {
	return validate(j, batchv1.Convert_v1_Job_To_batch_Job, func(j *batch.Job) field.ErrorList {
		if j.Spec.ManualSelector == nil || !*j.Spec.ManualSelector {
			selectByUID(j)
		}
		opts := batchvalidation.JobValidationOptions{PodValidationOptions: templateOptions(&j.Spec.Template), RequirePrefixedLabels: true}
		return batchvalidation.ValidateJobCreate(j, opts)
	})
}

// selectByUID adds what the API server makes up of a Job; labels that are there already stay, for validation to refuse.
func selectByUID(j *batch.Job) {
	j.UID = "uid"
	labels := map[string]string{
		batch.LegacyJobNameLabel: j.Name, batch.JobNameLabel: j.Name,
		batch.LegacyControllerUidLabel: string(j.UID), batch.ControllerUidLabel: string(j.UID),
	}
	for key, value := range j.Spec.Template.Labels {
		labels[key] = value
	}
	j.Spec.Template.Labels = labels
	if j.Spec.Selector == nil {
		j.Spec.Selector = &metav1.LabelSelector{}
	}
	metav1.AddLabelToSelector(j.Spec.Selector, batch.ControllerUidLabel, string(j.UID))
}

// DefaultCronJob fills in Kubernetes' defaults.
func DefaultCronJob(c *batchapi.CronJob) {
	inDefaultNamespace(c)
	batchv1.SetObjectDefaults_CronJob(c)
}

// ValidateCronJob is the API server's answer to the creation of a CronJob.
func ValidateCronJob(c *batchapi.CronJob) field.ErrorList {
	return validate(c, batchv1.Convert_v1_CronJob_To_batch_CronJob, func(c *batch.CronJob) field.ErrorList {
		return batchvalidation.ValidateCronJobCreate(c, templateOptions(&c.Spec.JobTemplate.Spec.Template))
	})
}

// WarnWorkload is what the API server warns of when it takes an object that makes pods of this template, which it has
// at a field. Of the name of a DaemonSet it says nothing.
func WarnWorkload(o runtime.Object, t *v1.PodTemplateSpec, at string) []Warning {
	return warn(t, corev1.Convert_v1_PodTemplateSpec_To_core_PodTemplateSpec, func(t *core.PodTemplateSpec) []string {
		var lines []string
		switch o := o.(type) {
		case *appsapi.DaemonSet:
		case metav1.Object:
			lines = nameLines(cmp.Or(o.GetName(), generated(o.GetGenerateName())), "Pod names and hostnames")
		}
		return append(lines, podutil.GetWarningsForPodTemplate(context.Background(), field.NewPath(at), t, nil)...)
	})
}

func templateOptions(t *core.PodTemplateSpec) validation.PodValidationOptions {
	return podutil.GetValidationOptionsFromPodTemplate(t, nil)
}

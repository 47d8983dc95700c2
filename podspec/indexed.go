package podspec

import (
	"slices"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	v1 "k8s.io/api/core/v1"
)

// indexEnv is the variable in which a container of an Indexed Job finds its index.
const indexEnv = "JOB_COMPLETION_INDEX"

// index gives a pod of an Indexed Job what its controller gives it to tell it from the others
// (pkg/controller/job/indexed_job_utils.go).
func index(pod *v1.Pod, number int) {
	text := strconv.Itoa(number)
	pod.Labels = withEntry(pod.Labels, batchv1.JobCompletionIndexAnnotation, text)
	pod.Annotations = withEntry(pod.Annotations, batchv1.JobCompletionIndexAnnotation, text)
	pod.Spec.Hostname = pod.Name
	for _, c := range containersOf(&pod.Spec) {
		if !slices.ContainsFunc(c.Env, func(e v1.EnvVar) bool { return e.Name == indexEnv }) {
			c.Env = append(c.Env, v1.EnvVar{Name: indexEnv, ValueFrom: &v1.EnvVarSource{FieldRef: &v1.ObjectFieldSelector{
				APIVersion: "v1", FieldPath: "metadata.labels['" + batchv1.JobCompletionIndexAnnotation + "']",
			}}})
		}
	}
}

func isIndexed(s *batchv1.JobSpec) bool {
	return s.CompletionMode != nil && *s.CompletionMode == batchv1.IndexedCompletion
}

package explain

import (
	"fmt"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// asides are what minipod does beside the lines on the board.
func (w *board) asides(last plan.Step, missing []string) {
	rows := w.volumeAsides()
	for _, u := range w.b.Units {
		rows = append(rows, unitAsides(u)...)
	}
	rows = append(rows, [2]string{"spec.restartPolicy", ending(w.b.Pod.Spec.RestartPolicy)})
	for _, what := range missing {
		rows = append(rows, [2]string{"missing", what + ": neither the manifests nor the engine have it, and minipod run says so"})
	}
	for _, f := range last.Faults() {
		rows = append(rows, [2]string{"and", "minipod run would end here: " + f.Err.Error()})
	}
	w.WriteString("\n# What minipod does beside this:\n" + table(rows))
}

// ending says what comes after the end of a container.
func ending(policy v1.RestartPolicy) string {
	switch policy {
	case v1.RestartPolicyNever:
		return "Never: a container that ends stays as it is"
	case v1.RestartPolicyOnFailure:
		return "OnFailure: restarted if it fails, at once, then within 5 min"
	}
	return "Always: restarted at once, then within 5 min"
}

func (w *board) volumeAsides() [][2]string {
	var rows [][2]string
	for i, v := range w.b.Pod.Spec.Volumes {
		path := fmt.Sprintf("spec.volumes[%d].", i)
		switch {
		case v.EmptyDir != nil && v.EmptyDir.Medium != v1.StorageMediumMemory:
			rows = append(rows, [2]string{path + "emptyDir", "is opened to every user (chmod 0777)"})
		case v.ConfigMap != nil:
			rows = append(rows, [2]string{path + "configMap", "its keys become files in the volume before a container starts"})
		case v.Secret != nil:
			rows = append(rows, [2]string{path + "secret", "its keys become files in the volume before a container starts"})
		case v.DownwardAPI != nil:
			rows = append(rows, [2]string{path + "downwardAPI", "fields of the pod become files in the volume"})
		case v.Projected != nil:
			rows = append(rows, [2]string{path + "projected", "all its sources become files in the one volume"})
		}
	}
	return rows
}

// unitAsides are the parts of a container that no flag stands for.
func unitAsides(u translate.Unit) [][2]string {
	var rows [][2]string
	say := func(given bool, field, text string) {
		if given {
			rows = append(rows, [2]string{u.Path + field, text})
		}
	}
	c := u.Container
	say(u.Kind == translate.Ephemeral, "", "ephemeral container "+u.Name+" was added while the pod ran")
	say(u.Kind == translate.Sidecar, ".restartPolicy", "a sidecar: it is started first, stopped last, and always restarted")
	say(c.StartupProbe != nil, ".startupProbe", "the other probes wait until it passes")
	say(c.LivenessProbe != nil, ".livenessProbe", "a container that fails it is restarted")
	say(c.ReadinessProbe != nil, ".readinessProbe", "a container that passes it is ready")
	if hooks := c.Lifecycle; hooks != nil {
		say(hooks.PostStart != nil, ".lifecycle.postStart", "runs when the container has started; the next one waits for it")
		say(hooks.PreStop != nil, ".lifecycle.preStop", "runs before the container is stopped")
	}
	return rows
}

package tell

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/docker"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// faultError says why a pod could not start, each fault at the field of the
// manifest that asked for what failed.
type faultError struct {
	pod      manifest.Pod
	stays    bool // the pod does
	problems podspec.Problems
	faults   []plan.Fault
	left     *loop.LeftoverError // what was made and is there still; nil for nothing
}

func (e *faultError) Error() string { return strings.Join(e.Lines(), "\n") }

// Lines has one for each fault, in the order of the manifest.
func (e *faultError) Lines() []string { return e.problems.Lines() }

func (e *faultError) Unwrap() []error {
	errs := make([]error, 0, len(e.faults))
	for _, f := range e.faults {
		errs = append(errs, f.Err)
	}
	return errs
}

// Hint is what to do about the first fault for which there is something.
func (e *faultError) Hint() string {
	for _, f := range e.faults {
		if hint := faultHint(e.pod, f); hint != "" {
			return hint
		}
	}
	switch {
	case e.stays:
		return lookHint(e.pod.Ref())
	case e.left != nil:
		return e.left.Hint()
	case e.pod.Source() != "-" && slices.ContainsFunc(e.faults, func(f plan.Fault) bool {
		return f.Op.Kind == plan.StartUnit && mountRefusal(f.Err.Error()) == "" // which says it all
	}):
		return "minipod diagnose " + e.pod.Source() + " looks for the cause"
	}
	return ""
}

func faultHint(m manifest.Pod, f plan.Fault) string {
	image := f.Op.Target
	u, _ := m.Blueprint.Unit(f.Op.Unit)
	var missing *translate.Missing
	if errors.As(f.Err, &missing) {
		return MissingHint(m, missing)
	}
	switch {
	case f.Op.Kind == plan.PullImage && errors.Is(f.Err, plan.ErrUnreachable) && u.Pull == v1.PullAlways:
		return "minipod run --pull=missing takes an image that the engine has; docker images lists them"
	case f.Op.Kind == plan.PullImage && errors.Is(f.Err, plan.ErrUnreachable):
		return fmt.Sprintf("docker pull %s tries it again; docker images lists those that need no registry", image)
	case f.Op.Kind == plan.PullImage && errors.Is(f.Err, plan.ErrPermanent):
		return fmt.Sprintf("is the name right? docker pull %s tries it, docker login gives credentials", image)
	case f.Op.Kind == plan.StartPause && portTroubleOf(f.Err) != noPortTrouble:
		return portTroubleOf(f.Err).hint()
	case f.Op.Kind == plan.StartPause && m.Blueprint.Options.Network != "":
		return "docker network ls lists the networks"
	}
	return ""
}

// HasFault tells an engine that refuses something from one that is not there.
func HasFault(err error) bool { return errors.As(err, new(*faultError)) }

// RunError is the error of a run with positions. What was left over, if
// anything, is still in it.
func RunError(m manifest.Pod, res loop.Result, err error) error {
	var lost *docker.UnreachableError
	var left *loop.LeftoverError
	faults := res.Step.Faults()
	switch {
	case errors.As(err, &lost) && errors.As(err, &left):
		return &lostError{LeftoverError: left, cause: lost}
	case len(faults) == 0:
		return positioned(m, err)
	}
	f := &faultError{pod: m, faults: faults, stays: errors.As(err, new(*loop.StaysError))}
	for _, wait := range res.Step.Waits {
		if !wait.Blocks() {
			continue
		}
		if p := faultProblem(m, wait); !slices.Contains(f.problems, p) {
			f.problems = append(f.problems, p)
		}
	}
	if errors.As(err, &f.left) {
		return errors.Join(f, f.left)
	}
	return f
}

// lostError says that the engine went away in the middle of a run; its hint
// is about what the run made.
type lostError struct {
	*loop.LeftoverError
	cause error
}

func (e *lostError) Error() string { return fmt.Sprintf("run pod %s: %v", e.Ref, e.cause) }

// faultProblem is a fault at the field or the option that asked for what
// failed, with Kubernetes' word for it.
func faultProblem(m manifest.Pod, w plan.Wait) podspec.Problem {
	text := fmt.Sprintf("%s (%s)", faultText(w), w.Reason)
	if network := m.Blueprint.Options.Network; network != "" && ofNetwork(*w.Fault) {
		return podspec.Problem{Message: fmt.Sprintf("--network %s: %s", network, text)}
	}
	return m.Problem(faultField(m, *w.Fault), text)
}

// ofNetwork reports whether a pause could not be started for its network.
func ofNetwork(f plan.Fault) bool {
	return f.Op.Kind == plan.StartPause && portTroubleOf(f.Err) == noPortTrouble && !errors.As(f.Err, new(*translate.Missing))
}

// faultField is the field that asked for what failed.
func faultField(m manifest.Pod, f plan.Fault) string {
	u, known := m.Blueprint.Unit(f.Op.Unit)
	var missing *translate.Missing
	switch {
	case errors.As(f.Err, &missing):
		return missing.Field
	case !known && f.Op.Kind == plan.StartPause:
		return portField(m, f.Err)
	case f.Op.Kind == plan.CheckPath:
		return f.Op.HostPath.Field
	case !known && f.Op.Kind == plan.PullImage:
		return imageField(m, f.Op.Target)
	case !known:
		return "metadata.name"
	case f.Op.Kind == plan.PullImage:
		return u.Path + ".image"
	case hostPathField(m, u, f.Err) != "":
		return hostPathField(m, u, f.Err)
	case mountField(u, f.Err) != "":
		return mountField(u, f.Err)
	case f.Op.Kind == plan.StartUnit:
		return startField(u.Path, f.Err.Error(), m.Written)
	}
	return u.Path
}

// startField is the field of a container, of those that are written, that the engine could not start it for.
func startField(at, refusal string, written func(string) bool) string {
	var fields []string
	switch {
	case strings.Contains(refusal, "unable to apply caps"):
		fields = []string{at + ".securityContext.privileged", at + ".securityContext.capabilities"}
	case strings.Contains(refusal, "exec"):
		fields = []string{at + ".command"}
	}
	if i := slices.IndexFunc(fields, written); i >= 0 {
		return fields[i]
	}
	return at
}

// hostPathField is the hostPath that the engine could not mount: its answer
// names the path, last or in quotes.
func hostPathField(m manifest.Pod, u translate.Unit, err error) string {
	text := err.Error()
	for i, v := range m.Pod().Spec.Volumes {
		mounted := slices.ContainsFunc(u.Container.VolumeMounts, func(vm v1.VolumeMount) bool { return vm.Name == v.Name })
		if v.HostPath == nil || !mounted {
			continue
		}
		if source := path.Clean(v.HostPath.Path); strings.HasSuffix(text, ": "+source) || strings.Contains(text, strconv.Quote(source)) {
			return fmt.Sprintf("spec.volumes[%d].hostPath.path", i)
		}
	}
	return ""
}

// mountField is the mount that the engine could not make: its answer names the
// place, or says that what is to be passed on is not shared.
func mountField(u translate.Unit, err error) string {
	text := err.Error()
	for i, m := range u.Container.VolumeMounts {
		at := fmt.Sprintf("%s.volumeMounts[%d]", u.Path, i)
		switch {
		case strings.Contains(text, " to rootfs at "+strconv.Quote(path.Join("/", m.MountPath))):
			return at + ".mountPath"
		case strings.Contains(text, notShared) && m.MountPropagation != nil && *m.MountPropagation != v1.MountPropagationNone:
			return at + ".mountPropagation"
		}
	}
	return ""
}

// positioned says where a manifest differs from the pod that is there.
func positioned(m manifest.Pod, err error) error {
	var differs *loop.DiffersError
	if !errors.As(err, &differs) {
		return err
	}
	return errors.Join(m.Differences(differs.Have), err)
}

// imageField is the volume whose image has the reference.
func imageField(m manifest.Pod, reference string) string {
	for i, v := range m.Pod().Spec.Volumes {
		if v.Image != nil && v.Image.Reference == reference {
			return fmt.Sprintf("spec.volumes[%d].image.reference", i)
		}
	}
	return "metadata.name"
}

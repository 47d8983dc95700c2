// Package explain prints what minipod does for a pod as docker commands: a
// shell script which, run by sh, makes the same pod.
//
// It holds values and functions only. The operations are those of
// plan.Simulate, so that the script and the loop cannot drift apart.
package explain

import (
	"fmt"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Options are what a script needs beside the pod.
type Options struct {
	// Source says for the heading where the pod is from: the name of its
	// manifest, or "as it runs".
	Source string
	// PauseArchives are gzip'd docker archives of minipod's own pause image
	// by the engine's architecture (amd64, arm64). They are left out when
	// the pod takes another pause image.
	PauseArchives map[string][]byte
	// Inputs are the ConfigMaps and Secrets that the pod refers to. All else
	// that is known only late the script finds out when it is run.
	Inputs translate.Inputs
}

// title names the pod for a heading.
func (o Options) title(pod *v1.Pod) string {
	name := "Pod " + comment(translate.RefOf(pod).String())
	if o.Source == "" {
		return name
	}
	return name + " (" + comment(o.Source) + ")"
}

// Script is the shell script that makes the pod. The pod's UID is to be one
// that is of no other use: the script puts a new one in its place each time
// it is run. An error says what no command line can.
func Script(b *translate.Blueprint, opts Options) (string, error) {
	if field := findNUL(b.Pod); field != "" {
		return "", nulError(field)
	}
	w := &writer{b: b, created: map[string]plan.Op{}, found: map[string]bool{}}
	w.words = words{uid: string(b.Pod.UID), pause: b.Pause.Name, late: w.lateExpression}
	opts.Inputs.Symbolic = true
	w.heading(opts)
	w.WriteString("\npod() {\n")
	steps := simulate(b, opts.Inputs)
	for _, step := range steps {
		for _, op := range step.Ops {
			w.op(op)
		}
	}
	w.stop(steps[len(steps)-1])
	w.WriteString("}\n")
	if needsPauseImage(b) {
		w.pauseImage(opts.PauseArchives)
		w.WriteString("\nimage\n")
	}
	w.WriteString("pod\n")
	return w.String(), nil
}

// simulate is what is done to make the pod where none is, and last what keeps
// it from coming up. Any time will do but the zero one, which is that of what has
// never been.
func simulate(b *translate.Blueprint, in translate.Inputs) []plan.Step {
	return plan.Simulate(plan.World{UID: b.Pod.UID, Want: b, Images: neverPulled(b), Inputs: in}, time.Unix(0, 0))
}

// neverPulled are the images that must be there: the script looks for them,
// and goes on in the belief that they are.
func neverPulled(b *translate.Blueprint) map[string]plan.Image {
	images := map[string]plan.Image{}
	for _, u := range b.Units {
		if u.Pull == v1.PullNever {
			images[u.Container.Image] = plan.ModelImage(u.Container.Image)
		}
	}
	return images
}

// stop ends the script where run would end: at what keeps the pod from
// coming up whatever the engine does.
func (w *writer) stop(last plan.Step) {
	for _, f := range last.Faults() {
		fmt.Fprintf(w, "\n# run ends here as well\nprintf '%%s\\n' %s >&2\nexit 1\n", w.quote(f.Err.Error()))
	}
}

// writer writes the script. An attempt that is created and started is one
// docker run: creates are kept until their start comes.
type writer struct {
	strings.Builder
	words
	b       *translate.Blueprint
	created map[string]plan.Op // by unit; the pause has none
	found   map[string]bool    // the shell that has found late values out
}

func (w *writer) heading(opts Options) {
	fmt.Fprintf(w, "#!/bin/sh\n# %s as docker commands. Run by sh, they make the same pod as minipod run.\n", opts.title(w.b.Pod))
	if w.b.SharesPID {
		fmt.Fprintf(w, "# The containers share the PID namespace of the pause: %s.\n", w.b.PIDWhy)
	}
	w.WriteString("set -eu\nuid=$(cat /proc/sys/kernel/random/uuid)\n" + fasterOthers)
}

// fasterOthers has docker run and create do with a container of the pod that is
// there already: a supervisor that sees the pod may make it first.
const fasterOthers = `
# Where a supervisor makes a container of the pod first, it is there.
docker() {
	case $1 in run | create) ;; *) command docker "$@"; return ;; esac
	said=$(command docker "$@" 2>&1) && { printf '%s\n' "$said"; return; } || code=$?
	for _ in 1 2 3; do
		case $said in *"already in use by container"*) ;; *) break ;; esac
		for id in $(command docker ps -aq --no-trunc --filter label=` + translate.LabelUID + `="$uid"); do
			case $said in *"$id"*) return 0 ;; esac
		done
		sleep 1 # it is being made
	done
	printf '%s\n' "$said" >&2
	return "$code"
}
`

func (w *writer) op(op plan.Op) {
	switch op.Kind {
	case plan.PullImage:
		w.pull(op)
	case plan.CreatePause:
		w.created[op.Unit] = op
	case plan.CreateUnit:
		w.created[op.Unit] = op
		unit, _ := w.b.Unit(op.Unit)
		w.demands(unit)
	case plan.StartPause:
		w.startPause(op)
	case plan.FillVolume:
		w.fillVolume(*op.Payload)
	case plan.CheckPath:
		w.checkPath(*op.HostPath)
	case plan.CopyImage:
		w.copyImage(op.Volumes[0])
	case plan.StartUnit:
		w.run("Container "+op.Unit, w.created[op.Unit].Request)
		w.awaitInit(op.Unit)
	}
}

// awaitInit waits for an init container: what comes after it starts when it has
// done its work.
func (w *writer) awaitInit(unit string) {
	if u, _ := w.b.Unit(unit); u.Kind == translate.Init {
		fmt.Fprintf(w, "test \"$(docker wait %s)\" = 0 # it has to succeed before the next container starts\n", w.quote(w.created[unit].Request.Name))
	}
}

// pull does what the policy says; Simulate starts with no images, so that
// every image is asked for here.
func (w *writer) pull(op plan.Op) {
	u, known := w.b.Unit(op.Unit)
	image := w.operand(op.Target)
	switch {
	case !known:
		fmt.Fprintf(w, "\n# The image of a volume\ndocker image inspect -f '{{.Id}}' %s 2>/dev/null || docker pull -q %s\n", image, image)
	case u.Lenient:
		fmt.Fprintf(w, "\n# %s.imagePullPolicy is Always by default: the local image stands in when the registry cannot be reached\n", u.Path)
		fmt.Fprintf(w, "docker pull -q %s || docker image inspect -f '{{.Id}}' %s\n", image, image)
	case u.Pull == v1.PullAlways:
		fmt.Fprintf(w, "\n# %s.imagePullPolicy: Always\ndocker pull -q %s\n", u.Path, image)
	default:
		fmt.Fprintf(w, "\n# %s.imagePullPolicy: %s\n", u.Path, u.Pull)
		fmt.Fprintf(w, "docker image inspect -f '{{.Id}}' %s 2>/dev/null || docker pull -q %s\n", image, image)
	}
}

// startPause runs the pause, and then gives the volumes on disk the mode of
// their root: docker run and not docker create, which would note down that
// its client wants the output. The pause itself does not look at them.
func (w *writer) startPause(op plan.Op) {
	title := "The pause: it owns the namespaces of the pod"
	if len(op.Volumes) > 0 {
		title += ", and holds its volumes"
	}
	w.run(title, w.created[op.Unit].Request)
	made, claims := sortVolumes(op.Volumes)
	if len(made) > 0 {
		fmt.Fprintf(w, "\n# An emptyDir is open to every user (mode %04o)\n", made[0].Mode)
		w.makeRoots(made)
	}
	for _, v := range claims {
		w.prepareClaim(v)
	}
	for _, p := range op.Payloads {
		w.fillVolume(*p)
	}
}

// demands holds a unit to what run looks at before it creates a container: an
// image that is never pulled is there, one that must not run as root names
// the number of another user.
func (w *writer) demands(u translate.Unit) {
	image := w.operand(u.Container.Image)
	if u.Pull == v1.PullNever {
		fmt.Fprintf(w, "\n# %s.imagePullPolicy: Never\ndocker image inspect -f '{{.Id}}' %s\n", u.Path, image)
	}
	if plan.ImageMustNotBeRoot(w.b.Pod, u) {
		fmt.Fprintf(w, "\n# %s has runAsNonRoot: the user of its image is to be a number, and not 0\n", u.Path)
		fmt.Fprintf(w, "user=$(docker image inspect -f '{{.Config.User}}' %s)\n", image)
		fmt.Fprintf(w, "case ${user%%%%:*} in ''|0|*[!0-9]*) printf '%%s\\n' %s >&2; exit 1 ;; esac\n", w.quote(u.Container.Image+" would run as root, or nobody knows"))
	}
}

// run is docker run -d, or create and start where stdin is for one client
// only, which docker run -d cannot say.
func (w *writer) run(title string, r *translate.Request) {
	if r.Config.StdinOnce {
		w.command("create", title, r)
		fmt.Fprintf(w, "docker start %s\n", w.quote(r.Name))
		return
	}
	w.command("run -d", title, r)
}

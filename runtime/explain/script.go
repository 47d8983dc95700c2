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

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// UIDMark is the UID to give a pod that is explained: the script puts a new
// one in its place each time it is run.
const UIDMark = "00000000-0000-4000-8000-000000000000"

// Options are what a script needs beside the pod.
type Options struct {
	// Source names the manifest, for the heading.
	Source string
	// PauseArchives are gzip'd docker archives of minipod's own pause image
	// by the engine's architecture (amd64, arm64). They are left out when
	// the pod takes another pause image.
	PauseArchives map[string][]byte
}

// Script is the shell script that makes the pod. The pod's UID must be
// UIDMark.
func Script(b *translate.Blueprint, opts Options) string {
	w := &writer{b: b, created: map[string]plan.Op{}}
	w.heading(opts)
	w.WriteString("\npod() {\n")
	for _, step := range plan.Simulate(plan.World{UID: b.Pod.UID, Want: b}, time.Time{}) {
		for _, op := range step.Ops {
			w.op(op)
		}
	}
	w.WriteString("}\n")
	if b.Options.PauseImage == "" {
		w.pauseImage(opts.PauseArchives)
		w.WriteString("\nimage\n")
	}
	w.WriteString("pod\n")
	return w.String()
}

// writer writes the script. An attempt that is created and started is one
// docker run: creates are kept until their start comes.
type writer struct {
	strings.Builder
	b       *translate.Blueprint
	created map[string]plan.Op
}

func (w *writer) heading(opts Options) {
	pod := w.b.Pod
	fmt.Fprintf(w, "#!/bin/sh\n# Pod %s", translate.RefOf(pod))
	if opts.Source != "" {
		fmt.Fprintf(w, " of %s", opts.Source)
	}
	w.WriteString(" as docker commands. Run by sh, they make the same pod as minipod run.\n")
	if w.b.SharesPID {
		fmt.Fprintf(w, "# The containers share the PID namespace of the pause: %s.\n", w.b.PIDWhy)
	}
	w.WriteString("set -eu\nuid=$(cat /proc/sys/kernel/random/uuid)\n")
}

func (w *writer) op(op plan.Op) {
	switch op.Kind {
	case plan.PullImage:
		w.pull(op)
	case plan.CreatePause, plan.CreateUnit:
		w.created[op.Target] = op
	case plan.StartPause:
		w.startPause(op)
	case plan.StartUnit:
		unit, _ := w.b.Unit(op.Unit)
		w.run("Container "+op.Unit, w.created[op.Target].Request, unit)
	}
}

// pull does what the policy says; Simulate starts with no images, so that
// every image is asked for here.
func (w *writer) pull(op plan.Op) {
	u, _ := w.b.Unit(op.Unit)
	image := quote(op.Target)
	switch {
	case u.Lenient:
		fmt.Fprintf(w, "\n# %s.imagePullPolicy is Always by default: the local image stands in when the registry cannot be reached\n", u.Path)
		fmt.Fprintf(w, "docker pull -q %s || docker image inspect -f '{{.Id}}' %s\n", image, image)
	case u.Pull == "Always":
		fmt.Fprintf(w, "\n# %s.imagePullPolicy: Always\ndocker pull -q %s\n", u.Path, image)
	default:
		fmt.Fprintf(w, "\n# %s.imagePullPolicy: %s\n", u.Path, u.Pull)
		fmt.Fprintf(w, "docker image inspect -f '{{.Id}}' %s 2>/dev/null || docker pull -q %s\n", image, image)
	}
}

// startPause runs the pause. Volumes on disk get the mode of their root
// between its creation and its start.
func (w *writer) startPause(op plan.Op) {
	request := w.created[op.Target].Request
	disk := diskVolumes(op.Volumes)
	if len(disk) == 0 {
		w.run("The pause: it owns the namespaces of the pod", request, translate.Unit{})
		return
	}
	w.command("create", "The pause: it owns the namespaces of the pod, and holds its volumes", request)
	w.WriteString("\n# An emptyDir is open to every user (mode 0777)\n")
	w.WriteString("dir=$(mktemp -d)\n")
	for _, v := range disk {
		fmt.Fprintf(w, "mkdir \"$dir/\"%s && chmod %04o \"$dir/\"%s\n", quote(v.Name), v.Mode, quote(v.Name))
	}
	gid := disk[0].GID // fsGroup is the pod's: one for all volumes
	fmt.Fprintf(w, "tar -C \"$dir\" --owner=0 --group=%d --numeric-owner -c . | docker cp - %s:%s\n", gid, quote(request.Name), translate.VolumeRoot)
	w.WriteString("rm -r \"$dir\"\n")
	fmt.Fprintf(w, "docker start %s\n", quote(request.Name))
}

func diskVolumes(volumes []translate.Volume) []translate.Volume {
	var disk []translate.Volume
	for _, v := range volumes {
		if !v.Memory {
			disk = append(disk, v)
		}
	}
	return disk
}

// run is docker run -d, or create and start where stdin is for one client
// only, which docker run -d cannot say.
func (w *writer) run(title string, r *translate.Request, u translate.Unit) {
	if r.Config.StdinOnce {
		w.command("create", title, r)
		fmt.Fprintf(w, "docker start %s\n", quote(r.Name))
		return
	}
	w.command("run -d", title, r)
}

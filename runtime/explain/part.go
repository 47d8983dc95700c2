package explain

import (
	"fmt"
	"path"
	"slices"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// madeFolders are the parts of a request that are made as folders where they
// are missing.
func madeFolders(r *translate.Request) []translate.Part {
	var list []translate.Part
	for _, p := range r.Parts {
		if !p.File && !p.Fixed && p.Path != "." {
			list = append(list, p)
		}
	}
	return list
}

// folderMode is the mode of a folder that is made: of the volume's root, where
// that is known.
func folderMode(b *translate.Blueprint, p translate.Part) int64 {
	for _, v := range b.Volumes {
		if v.Name == p.Volume {
			return v.Mode
		}
	}
	return 0o755
}

// isOpen reports whether containers write to the volume of a part, or the machine has
// it: a link in it may lead anywhere.
func isOpen(b *translate.Blueprint, p translate.Part) bool {
	return slices.ContainsFunc(b.Pod.Spec.Volumes, func(v v1.Volume) bool {
		return v.Name == p.Volume && (v.EmptyDir != nil || v.HostPath != nil || v.PersistentVolumeClaim != nil || v.Ephemeral != nil)
	})
}

// noLink has the script end where a part, or a folder that it is in, is a link:
// docker, which would follow it on the machine, does not tell where it leads.
func (w *writer) noLink(p translate.Part) {
	fmt.Fprintf(w, "\n# A link may lead out of volume %s: minipod run looks where, this script follows none\npart=%s\n", comment(p.Volume), w.quote(p.Path))
	fmt.Fprintf(w, "while [ \"$part\" != . ]; do\ncase $(docker cp %s:%s/\"$part\" - 2>/dev/null | tar -tv 2>/dev/null | head -n 1) in\n", w.quote(w.b.Pause.Name), w.quote(p.Whole))
	fmt.Fprintf(w, "l*) echo %s\"$part is a link\" >&2; exit 1 ;;\nesac\npart=$(dirname \"$part\")\ndone\n", w.quote(fmt.Sprintf("failed to prepare subPath for volumeMount %q of container %q: ", p.Volume, p.Container)))
}

// folders makes the parts of volumes that are missing.
func (w *writer) folders(r *translate.Request) {
	for _, p := range madeFolders(r) {
		if isOpen(w.b, p) {
			w.noLink(p)
		}
		pause, name := w.quote(w.b.Pause.Name), w.quote(p.Path)
		fmt.Fprintf(w, "\n# A part of volume %s that is missing is made as a folder\n", comment(p.Volume))
		fmt.Fprintf(w, "if ! docker cp %s:%s - >/dev/null 2>&1; then\n", pause, w.quote(path.Join(p.Whole, p.Path)))
		fmt.Fprintf(w, "dir=$(mktemp -d)\nmkdir -p \"$dir\"/%s && chmod %04o \"$dir\"/%s\n", name, folderMode(w.b, p), name)
		fmt.Fprintf(w, "tar -C \"$dir\" --owner=0 --group=%d --numeric-owner --no-recursion -c -- %s | docker cp - %s:%s\nrm -r \"$dir\"\nfi\n", p.GID, name, pause, w.quote(p.Whole))
	}
}

// folders makes the parts of volumes that are missing.
func (w *program) folders(r *translate.Request) {
	for _, p := range madeFolders(r) {
		fmt.Fprintf(w, "\n// A part of volume %s that is missing is made as a folder\n", comment(p.Volume))
		w.parts["unpack"] = true
		w.call("part", "makeFolders(%s, %s, %s, %#o, %d)", w.text(w.b.Pause.Name), w.text(p.Whole), w.text(p.Path), folderMode(w.b, p), p.GID)
	}
}

package explain

import (
	"fmt"
	"path"

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

// folders makes the parts of volumes that are missing.
func (w *writer) folders(r *translate.Request) {
	for _, p := range madeFolders(r) {
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

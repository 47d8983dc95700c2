package explain

import (
	"fmt"
	"path"

	"github.com/docker/docker/api/types/mount"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// checkPath makes a file of the machine that is missing. Of all else docker run
// looks only whether it is there, and makes a folder.
func (w *writer) checkPath(h translate.HostPath) {
	fmt.Fprintf(w, "\n# %s\n", comment(pathNote(h)))
	if h.Type != v1.HostPathFileOrCreate {
		return
	}
	name := w.quote(path.Base(h.Path))
	fmt.Fprintf(w, "look=$(docker create --network none --mount %s %s)\n", w.quote(mountText(mount.Mount{Type: mount.TypeBind, Source: path.Dir(h.Path), Target: "/host"})), w.operand(w.b.Pause.Config.Image))
	fmt.Fprintf(w, "if ! docker cp \"$look\":/host/%s - >/dev/null 2>&1; then\ndir=$(mktemp -d)\n: >\"$dir\"/%s && chmod 0644 \"$dir\"/%s\n", name, name, name)
	fmt.Fprintf(w, "tar -C \"$dir\" --owner=0 --group=0 --numeric-owner -c -- %s | docker cp - \"$look\":/host\nrm -r \"$dir\"\nfi\ndocker rm -v \"$look\"\n", name)
}

func pathNote(h translate.HostPath) string {
	note := fmt.Sprintf("Volume %s: run looks whether %s is a %s", h.Volume, h.Path, h.Noun())
	if h.Made() {
		note += ", and makes it where it is missing"
	}
	return note
}

// checkPath makes a file of the machine that is missing.
func (w *program) checkPath(h translate.HostPath) {
	fmt.Fprintf(w, "\n// %s\n", comment(pathNote(h)))
	if h.Type == v1.HostPathFileOrCreate {
		w.parts["unpack"] = true
		w.call("hostfile", "makeHostFile(%s, %s)", w.text(w.b.Pause.Config.Image), w.text(h.Path))
	}
}

// checkPath are the requests of a container that is never started, in which
// the engine tells what the path is.
func (w *calls) checkPath(h translate.HostPath) {
	look := map[string]any{"Type": "bind", "Source": h.Path, "Target": "/host"}
	body := map[string]any{"Image": w.b.Pause.Config.Image, "HostConfig": map[string]any{"NetworkMode": "none", "Mounts": []any{look}}}
	w.add(call{Method: "POST", Path: "/containers/create", Body: body, Note: pathNote(h)})
	w.add(call{Method: "HEAD", Path: "/containers/${Id}/archive?path=/host", Note: "its mode tells what it is"})
	w.add(call{Method: "DELETE", Path: "/containers/${Id}"})
}

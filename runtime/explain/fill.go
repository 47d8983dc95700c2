package explain

import (
	"encoding/base64"
	"fmt"
	"path"
	"unicode/utf8"

	"github.com/minipod/minipod/runtime/translate"
)

// fillVolume writes the files of a volume into a folder of the script's
// machine, and sends that to the volume. The link that makes them visible is
// sent last.
func (w *writer) fillVolume(p translate.Payload) {
	for _, f := range p.Files {
		for i, token := range translate.CutTokens(string(f.Data)) {
			if i%2 == 1 && !binary(f.Data) {
				w.findOnce(w.finding(token))
			}
		}
	}
	fmt.Fprintf(w, "\n# Volume %s, as the kubelet lays it out: files in a folder, and links to them through %s\n", comment(p.Volume.Name), translate.DataLink)
	w.WriteString("dir=$(mktemp -d)\n")
	in := func(name string) string { return `"$dir/"` + w.quote(path.Join(p.Volume.Name, name)) }
	for _, dir := range append([]string{""}, p.Folders()...) {
		name := in(path.Join(p.Folder(), dir))
		fmt.Fprintf(w, "mkdir -p %s && chmod %04o %s\n", name, p.FolderMode(), name)
	}
	for _, f := range p.Files {
		name := in(path.Join(p.Folder(), f.Path))
		fmt.Fprintf(w, "%s > %s && chmod %04o %s\n", w.printing(f.Data), name, f.Mode, name)
	}
	for _, link := range p.Links() {
		fmt.Fprintf(w, "ln -s %s %s\n", w.quote(path.Join(translate.DataLink, link)), in(link))
	}
	fmt.Fprintf(w, "chmod %04o \"$dir/\"%s\n", p.Volume.Mode, w.quote(p.Volume.Name))
	w.send(p, w.quote(p.Volume.Name))
	fmt.Fprintf(w, "ln -s %s %s\n", w.quote(p.Folder()), in(translate.DataLink))
	w.send(p, w.quote(path.Join(p.Volume.Name, translate.DataLink)))
	w.WriteString("rm -r \"$dir\"\n")
}

// send copies a part of what is in the folder to the volumes.
func (w *writer) send(p translate.Payload, what string) {
	fmt.Fprintf(w, "tar -C \"$dir\" --owner=0 --group=%d --numeric-owner -c %s | docker cp - %s:%s\n", p.Volume.GID, what, w.quote(w.b.Pause.Name), translate.VolumeRoot)
}

// printing is a command that writes the data.
func (w *writer) printing(data []byte) string {
	if binary(data) {
		return fmt.Sprintf("printf %%s %s | base64 -d", base64.StdEncoding.EncodeToString(data))
	}
	return "printf %s " + w.quote(string(data))
}

// binary tells what is no text. A token of Symbolic inputs is text: it has a
// NUL on both sides.
func binary(data []byte) bool {
	if !utf8.Valid(data) {
		return true
	}
	for i, token := range translate.CutTokens(string(data)) {
		if i%2 == 1 && !translate.IsToken(token) {
			return true
		}
	}
	return len(translate.CutTokens(string(data)))%2 == 0
}

// copyImage copies the files of an image into a volume, and says in the pause
// that it has.
func (w *writer) copyImage(v translate.Volume) {
	pause := w.quote(w.b.Pause.Name)
	fmt.Fprintf(w, "\n# Volume %s holds the files of an image\n", comment(v.Name))
	fmt.Fprintf(w, "image=$(docker create --network none --entrypoint /none %s)\n", w.operand(v.Image.Reference))
	fmt.Fprintf(w, "docker cp \"$image\":/. - | docker cp - %s:%s\ndocker rm -v \"$image\"\n", pause, v.Target)
	mark := w.quote(path.Base(v.CopiedMark()))
	fmt.Fprintf(w, "dir=$(mktemp -d)\n: > \"$dir/\"%s\ndocker cp \"$dir/\"%s %s:%s\nrm -r \"$dir\"\n", mark, mark, pause, path.Dir(v.CopiedMark()))
}

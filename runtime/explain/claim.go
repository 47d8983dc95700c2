package explain

import (
	"fmt"
	"path"
	"reflect"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// sortVolumes tells the volumes on disk that are made with the pod from those
// that claims stand for, which may be older: they are looked at first.
func sortVolumes(volumes []translate.Volume) (made, claims []translate.Volume) {
	for _, v := range volumes {
		switch {
		case v.Claim != "":
			claims = append(claims, v)
		case !v.Memory:
			made = append(made, v)
		}
	}
	return made, claims
}

// claimNote says what becomes of the volume of a claim.
func claimNote(v translate.Volume) string {
	note := fmt.Sprintf("Volume %s outlives pods: while it is as the engine makes it (empty, 0755, root's) it gets mode %04o", v.Name, v.Mode)
	switch v.Change {
	case v1.FSGroupChangeAlways:
		return fmt.Sprintf("%s; what an older one holds is given to group %d (fsGroup)", note, v.GID)
	case v1.FSGroupChangeOnRootMismatch:
		return fmt.Sprintf("%s; what an older one holds is given to group %d (fsGroup) unless its root is so already", note, v.GID)
	}
	return note + "; an older one stays as it is"
}

// prepareClaim looks at the first two entries of the volume: its root, and
// whether it holds anything.
func (w *writer) prepareClaim(v translate.Volume) {
	pause := w.quote(w.b.Pause.Name)
	fmt.Fprintf(w, "\n# %s\n", comment(claimNote(v)))
	fmt.Fprintf(w, "root=$(docker cp %s:%s - | tar -tv --numeric-owner | awk 'NR == 1 { print $1, $2 } NR == 2 { print \"used\"; exit }')\n", pause, w.quote(v.Target))
	fmt.Fprintf(w, "case $root in\n'drwxr-xr-x 0/0')\n")
	w.makeRoots([]translate.Volume{v})
	w.WriteString(";;\n")
	if v.Change == v1.FSGroupChangeOnRootMismatch {
		fmt.Fprintf(w, "drwxrws*/%d | drwxrws*/%d?used) ;;\n", v.GID, v.GID)
	}
	if v.Change != "" {
		w.WriteString("*)\n")
		w.helper(translate.Own([]translate.Volume{v}))
		w.WriteString(";;\n")
	}
	w.WriteString("esac\n")
}

// helper runs a container to its end of which nothing is left.
func (w *writer) helper(r translate.Request) {
	w.WriteString("docker run --rm --log-driver none")
	for _, f := range flagsOf(&r) {
		fmt.Fprintf(w, " \\\n  %s", w.flag(f))
	}
	fmt.Fprintf(w, " \\\n  %s", w.operand(r.Config.Image))
	for _, arg := range r.Config.Cmd {
		fmt.Fprintf(w, " %s", w.quote(arg))
	}
	w.WriteString("\n")
}

// prepareClaim is prepareClaim of the script.
func (w *program) prepareClaim(v translate.Volume) {
	pause := w.text(w.b.Pause.Name)
	fmt.Fprintf(w, "// %s\n", comment(claimNote(v)))
	w.call("claim", "if at := rootOf(%s, %q); at == (root{mode: 0o755}) {", pause, v.Target)
	w.makeRoots([]translate.Volume{v})
	switch v.Change {
	case v1.FSGroupChangeAlways:
		w.WriteString("} else {\n")
	case v1.FSGroupChangeOnRootMismatch:
		fmt.Fprintf(w, "} else if at.group != %d || at.mode&0o2770 != 0o2770 {\n", v.GID)
	}
	if v.Change != "" {
		r := translate.Own([]translate.Volume{v})
		w.call("help", "help(%s, %s)", w.literal(reflect.ValueOf(r.Config)), w.literal(reflect.ValueOf(r.Host)))
	}
	w.WriteString("}\n")
}

// prepareClaim are the requests of both cases.
func (w *calls) prepareClaim(v translate.Volume) {
	w.add(call{Method: "GET", Path: "/containers/" + w.b.Pause.Name + "/archive?path=" + v.Target, Note: claimNote(v)})
	w.put([]archiveEntry{rootEntry(v)}, "a tar archive of this, where the volume is as the engine makes it")
	if v.Change == "" {
		return
	}
	r := translate.Own([]translate.Volume{v})
	w.add(call{Method: "POST", Path: "/containers/create", Body: bodyFields(reflect.ValueOf(createBody{r.Config, r.Host})), Note: "where it is not"})
	w.add(call{Method: "POST", Path: "/containers/${Id}/start"})
	w.add(call{Method: "POST", Path: "/containers/${Id}/wait", Note: "it has to end with 0"})
}

func rootEntry(v translate.Volume) archiveEntry {
	return archiveEntry{Path: path.Base(v.Target) + "/", Mode: octal(v.Mode), GID: v.GID}
}

// makeRoots gives volumes the mode of their root, and the pod's group.
func (w *writer) makeRoots(volumes []translate.Volume) {
	w.WriteString("dir=$(mktemp -d)\n")
	for _, v := range volumes {
		fmt.Fprintf(w, "mkdir \"$dir/\"%s && chmod %04o \"$dir/\"%s\n", w.quote(v.Name), v.Mode, w.quote(v.Name))
	}
	gid := volumes[0].GID // fsGroup is the pod's: one for all volumes
	fmt.Fprintf(w, "tar -C \"$dir\" --owner=0 --group=%d --numeric-owner -c . | docker cp - %s:%s\n", gid, w.quote(w.b.Pause.Name), translate.VolumeRoot)
	w.WriteString("rm -r \"$dir\"\n")
}

// makeRoots is makeRoots of the script.
func (w *program) makeRoots(volumes []translate.Volume) {
	var entries strings.Builder
	for _, v := range volumes {
		fmt.Fprintf(&entries, "folder(%q, %#o),\n", v.Name, v.Mode)
	}
	w.call("unpack", "unpack(%s, %q, %d,\n%s)", w.text(w.b.Pause.Name), translate.VolumeRoot, volumes[0].GID, entries.String())
}

package explain

import (
	"fmt"
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"

	"github.com/minipod/minipod/runtime/translate"
)

// flag is one flag of a docker command and the Docker field it sets.
type flag struct {
	name, value string
	docker      string
}

// text is the flag as it is typed, --name=value kept apart by a blank.
func (f flag) text() string {
	if f.value == "" && f.name != "--entrypoint" {
		return f.name
	}
	return f.name + " " + quote(f.value)
}

// quote is a word for sh. The mark of the UID becomes the script's own.
func quote(word string) string {
	parts := strings.Split(word, UIDMark)
	for i, p := range parts {
		if p != "" || len(parts) == 1 {
			parts[i] = shellescape.Quote(p)
		}
	}
	return strings.Join(parts, `"$uid"`)
}

// command writes one docker command: above it a comment for each flag that
// says where it comes from, then a line a flag.
func (w *writer) command(verb, title string, r *translate.Request) {
	flags := flagsOf(r)
	fmt.Fprintf(w, "\n# %s\n", title)
	w.origins(r, flags)
	fmt.Fprintf(w, "docker %s --name %s", verb, quote(r.Name))
	for _, f := range flags {
		fmt.Fprintf(w, " \\\n  %s", f.text())
	}
	fmt.Fprintf(w, " \\\n  %s", quote(r.Config.Image))
	for _, arg := range r.Config.Cmd {
		fmt.Fprintf(w, " %s", quote(arg))
	}
	w.WriteString("\n")
}

// origins are the comments, in the order of the flags.
func (w *writer) origins(r *translate.Request, flags []flag) {
	rows := [][2]string{{"--name", r.Origin("Name")}}
	for _, f := range flags {
		row := [2]string{f.name, r.Origin(f.docker)}
		if row[1] != "" && !slices.Contains(rows, row) {
			rows = append(rows, row)
		}
	}
	for _, o := range []struct{ title, docker string }{{"image", "Config.Image"}, {"arguments", "Config.Cmd"}} {
		if from := r.Origin(o.docker); from != "" {
			rows = append(rows, [2]string{o.title, from})
		}
	}
	width := 0
	for _, row := range rows {
		width = max(width, len(row[0]))
	}
	for _, row := range rows {
		fmt.Fprintf(w, "#   %-*s  %s\n", width, row[0], oneLine(row[1]))
	}
}

// oneLine keeps a comment a comment.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

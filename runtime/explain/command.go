package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/minipod/minipod/runtime/translate"
)

// flag is one flag of a docker command and the Docker field it sets.
type flag struct {
	name, value string
	docker      string
}

// flag is the flag as it is typed, --name=value kept apart by a blank.
func (w words) flag(f flag) string {
	if f.value == "" && f.name != "--entrypoint" && f.name != "--dns-option" {
		return f.name
	}
	return f.name + " " + w.quote(f.value)
}

// command writes one docker command: above it a comment for each flag that
// says where it comes from, then a line a flag.
func (w *writer) command(verb, title string, r *translate.Request) {
	w.findOut(r)
	w.folders(r)
	after := w.profile(r)
	flags := flagsOf(r)
	fmt.Fprintf(w, "\n# %s\n", title)
	w.origins(r, flags)
	fmt.Fprintf(w, "docker %s --name %s", verb, w.quote(r.Name))
	for _, f := range flags {
		fmt.Fprintf(w, " \\\n  %s", w.flag(f))
	}
	fmt.Fprintf(w, " \\\n  %s", w.operand(r.Config.Image))
	for _, arg := range r.Config.Cmd {
		fmt.Fprintf(w, " %s", w.quote(arg))
	}
	if r.Name != w.b.Pause.Name {
		w.otherwise(verb, r.Name)
	}
	w.WriteString("\n" + after)
}

// otherwise goes on with a container that someone else has made: who keeps
// the pods of the engine may be faster once the pause is there. One that
// cannot be started fails once more.
func (w *writer) otherwise(verb, name string) {
	if verb == "create" {
		fmt.Fprintf(w, " ||\n  docker container inspect -f '{{.Id}}' %s # made by minipod supervise or serve meanwhile", w.quote(name))
		return
	}
	fmt.Fprintf(w, " ||\n  docker start %s # made by minipod supervise or serve meanwhile", w.quote(name))
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
	w.WriteString(table(rows))
}

// table is rows of two columns as comments.
func table(rows [][2]string) string {
	width := 0
	for _, row := range rows {
		width = max(width, len(row[0]))
	}
	var text strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&text, "#   %-*s  %s\n", width, row[0], comment(row[1]))
	}
	return text.String()
}

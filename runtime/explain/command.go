package explain

import (
	"fmt"
	"slices"

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
	w.WriteString(w.dockerLines("docker "+verb+" --name "+w.quote(r.Name), flags, r.Config.Image, r.Config.Cmd))
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

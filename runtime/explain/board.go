package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/mount"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Board is what a teacher would write on the board: the docker run lines of
// the pause and of the containers that join it, with the flags that a field of
// the manifest asks for. Run by sh they make containers that share the
// namespaces, but no pod: labels and contents of volumes are left to
// Script. What minipod does beside them is said in a line each.
func Board(b *translate.Blueprint, opts Options) (string, error) {
	if field := findNUL(b.Pod); field != "" {
		return "", nulError(field)
	}
	w := &board{b: b, said: map[[2]string]bool{}}
	w.words = words{uid: string(b.Pod.UID), pause: b.Pause.Name, late: w.lookup}
	opts.Inputs.Symbolic = true
	in, missing := suppose(b.Pod, opts.Inputs)
	steps := simulate(b, in)
	w.steps(steps)
	w.asides(steps[len(steps)-1], missing)
	return w.heading(opts) + w.String(), nil
}

// board writes the lines.
type board struct {
	strings.Builder
	words
	b    *translate.Blueprint
	said map[[2]string]bool // the comments on flags: each is written once
}

func (w *board) heading(opts Options) string {
	var text strings.Builder
	text.WriteString(lines("# ", "# ", opts.title(w.b.Pod)+" by hand: a pause, and containers that join it."))
	text.WriteString("# minipod explain --script prints all that makes the same pod.\n")
	if needsPauseImage(w.b) {
		text.WriteString("minipod explain --image | docker load\n")
	}
	if strings.Contains(w.String(), `"$uid"`) {
		text.WriteString("uid=$(cat /proc/sys/kernel/random/uuid)\n")
	}
	return text.String()
}

func (w *board) steps(steps []plan.Step) {
	for _, step := range steps {
		for _, op := range step.Ops {
			switch unit, _ := w.b.Unit(op.Unit); {
			case op.Kind == plan.CreatePause:
				w.run("The pause owns the namespaces and does nothing", "docker run -d", op.Request)
			case op.Kind == plan.CreateUnit && unit.Kind == translate.Init:
				w.run(fmt.Sprintf("Init container %s is %s: it runs to its end before the next line", unit.Name, unit.Path), "docker run", op.Request)
			case op.Kind == plan.CreateUnit:
				w.run(fmt.Sprintf("Container %s is %s", unit.Name, unit.Path), "docker run -d", op.Request)
			}
		}
	}
}

// run is one docker run, with a comment for each flag above it.
func (w *board) run(title, command string, r *translate.Request) {
	var kept []flag
	var rows [][2]string
	for _, f := range flagsOf(bare(r, w.uid)) {
		from := r.Origin(f.docker)
		if !essential(f, from) {
			continue
		}
		kept = append(kept, f)
		rows = append(rows, [2]string{f.name, from})
	}
	if len(r.Config.Cmd) > 0 {
		rows = append(rows, [2]string{"arguments", r.Origin("Config.Cmd")})
	}
	w.WriteString("\n" + lines("# ", "# ", comment(title)) + table(w.news(rows)))
	w.WriteString(w.dockerLines(command+" --name "+w.quote(r.Name), kept, r.Config.Image, r.Config.Cmd) + "\n")
}

// news are the comments that the board does not have yet, one for all flags
// that come from the same field.
func (w *board) news(rows [][2]string) [][2]string {
	var list [][2]string
	for _, row := range rows {
		if w.said[row] || row[1] == "" {
			continue
		}
		w.said[row] = true
		if i := slices.IndexFunc(list, func(other [2]string) bool { return other[1] == row[1] }); i >= 0 {
			list[i][0] += ", " + row[0]
			continue
		}
		list = append(list, row)
	}
	return list
}

// essential reports whether a flag is for the board: it says who shares what,
// or a field of the manifest or an option asks for it.
func essential(f flag, from string) bool {
	switch f.docker {
	case "HostConfig.NetworkMode", "HostConfig.IpcMode", "HostConfig.PidMode", "HostConfig.UTSMode":
		return true
	case "Config.StdinOnce": // docker run -d cannot say it
		return false
	}
	return strings.HasPrefix(from, "spec.") || strings.HasPrefix(from, "metadata.") || strings.HasPrefix(from, "-")
}

// bare is a request whose volumes have no labels, and names without the UID.
// Only the pause labels them; its image has no files for them to copy.
func bare(r *translate.Request, uid string) *translate.Request {
	host := *r.Host
	host.Mounts = nil
	for _, m := range r.Host.Mounts {
		m.Source = strings.TrimSuffix(m.Source, "_"+uid)
		if v := m.VolumeOptions; v != nil {
			m.VolumeOptions = &mount.VolumeOptions{NoCopy: v.NoCopy && v.Labels == nil, DriverConfig: v.DriverConfig}
		}
		host.Mounts = append(host.Mounts, m)
	}
	short := *r
	short.Host = &host
	return &short
}

// lookup finds a late value out where it stands.
func (w *board) lookup(token string) string {
	if folder, ok := translate.PlaceOf(token); ok {
		return w.place(folder)
	}
	if a, ok := translate.AllotmentOf(token); ok {
		return share(map[v1.ResourceName]string{
			v1.ResourceCPU: "$(docker info -f '{{.NCPU}}') * 1000", v1.ResourceMemory: "$(docker info -f '{{.MemTotal}}')", v1.ResourceEphemeralStorage: w.disk(),
		}[a.Resource], a)
	}
	if image, ok := translate.ImageUserOf(token); ok {
		return fmt.Sprintf("$(docker image inspect -f '{{or .Config.User 0}}' %s)", w.operand(image))
	}
	if f, ok := translate.FileKeyOf(token); ok {
		return fileValue(w.words, w.b.Pause.Name, f)
	}
	switch fieldOf(w.b.Pod, token) {
	case translate.ProfileFileToken:
		return "profile.json"
	case translate.FieldPodIP, translate.FieldPodIPs:
		return fmt.Sprintf("$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' %s)", w.quote(w.b.Pause.Name))
	case translate.FieldHostIP, translate.FieldHostIPs:
		return "$(docker network inspect -f '{{(index .IPAM.Config 0).Gateway}}' bridge)"
	}
	return "$(docker info -f '{{.Name}}')"
}

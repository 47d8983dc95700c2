package explain

import (
	"embed"
	"encoding/base64"
	"fmt"
	"go/format"
	"maps"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// parts are the functions that programs call; a program has those files that
// it needs.
//
//go:embed program/*.go
var parts embed.FS

// Program is a Go program that makes the same pod as Script, by the Docker
// API.
func Program(b *translate.Blueprint, opts Options) (string, error) {
	w := &program{b: b, created: map[string]plan.Op{}, imports: map[string]bool{}, parts: map[string]bool{"base": true}}
	opts.Inputs.Symbolic = true
	w.pauseImage(opts)
	steps := simulate(b, opts.Inputs)
	for _, step := range steps {
		for _, op := range step.Ops {
			w.op(op)
		}
	}
	for _, f := range steps[len(steps)-1].Faults() {
		w.imports["log"] = true
		fmt.Fprintf(w, "\nlog.Fatal(%s) // run ends here as well\n", strconv.Quote(f.Err.Error()))
	}
	return w.whole(opts)
}

// program writes the function main of a program.
type program struct {
	strings.Builder
	b       *translate.Blueprint
	created map[string]plan.Op
	imports map[string]bool
	parts   map[string]bool
}

// whole puts the program together.
func (w *program) whole(opts Options) (string, error) {
	var functions strings.Builder
	for _, name := range slices.Sorted(maps.Keys(w.parts)) {
		source, err := parts.ReadFile("program/" + name + ".go")
		if err != nil {
			return "", err
		}
		_, after, _ := strings.Cut(string(source), "import (\n")
		imports, body, _ := strings.Cut(after, "\n)\n")
		for _, line := range strings.Fields(imports) {
			w.imports[strings.Trim(line, `"`)] = true
		}
		functions.WriteString(body)
	}
	text := fmt.Sprintf("// %s by the Docker API. Run by go run, it makes the same pod as minipod run.\npackage main\n\nimport (\n%s)\n\nfunc main() {\n%s}\n%s",
		opts.title(w.b.Pod), importLines(w.imports), w.String(), functions.String())
	formatted, err := format.Source([]byte(text))
	return string(formatted), err
}

// importLines are the standard library's packages first.
func importLines(imports map[string]bool) string {
	var own, others strings.Builder
	for _, name := range slices.Sorted(maps.Keys(imports)) {
		if strings.Contains(name, ".") {
			fmt.Fprintf(&others, "%q\n", name)
		} else {
			fmt.Fprintf(&own, "%q\n", name)
		}
	}
	return own.String() + "\n" + others.String()
}

// call writes a statement that calls a function of a part.
func (w *program) call(part, format string, args ...any) {
	w.parts[part] = true
	fmt.Fprintf(w, format+"\n", args...)
}

func (w *program) pauseImage(opts Options) {
	if !needsPauseImage(w.b) {
		return
	}
	w.WriteString("// The pause image is loaded where the engine has none: nothing is pulled\n")
	var archives strings.Builder
	for _, arch := range slices.Sorted(maps.Keys(opts.PauseArchives)) {
		fmt.Fprintf(&archives, "%q: `\n%s`,\n", arch, wrap(base64.StdEncoding.EncodeToString(opts.PauseArchives[arch])))
	}
	w.call("image", "load(%q, map[string]string{\n%s})", translate.DefaultPauseImage, archives.String())
}

func (w *program) op(op plan.Op) {
	unit, _ := w.b.Unit(op.Unit)
	switch op.Kind {
	case plan.PullImage:
		w.pull(unit, op.Target)
	case plan.CreatePause:
		w.created[op.Unit] = op
	case plan.CreateUnit:
		w.created[op.Unit] = op
		if plan.ImageMustNotBeRoot(w.b.Pod, unit) {
			w.call("root", "mustNotBeRoot(%s)", w.text(unit.Container.Image))
		}
	case plan.StartPause:
		w.startPause(op)
	case plan.FillVolume:
		w.fillVolume(*op.Payload)
	case plan.CheckPath:
		w.checkPath(*op.HostPath)
	case plan.CopyImage:
		w.copyImage(op.Volumes[0])
	case plan.StartUnit:
		r := w.created[op.Unit].Request
		w.folders(r)
		w.create("Container "+op.Unit, "join(%s, %s, %s)", r)
		w.call("base", "start(%s)", w.text(r.Name))
		if unit.Kind == translate.Init {
			w.call("wait", "wait(%s)", w.text(r.Name))
		}
	}
}

func (w *program) pull(u translate.Unit, target string) {
	image := w.text(target)
	if u.Name == "" {
		w.WriteString("\n// The image of a volume\n")
	} else {
		fmt.Fprintf(w, "\n// %s.imagePullPolicy: %s\n", u.Path, u.Pull)
	}
	switch {
	case u.Lenient:
		w.call("pull", "if err := pull(%s); err != nil {\ncheck(have(%s)) // it is only the default: the local image stands in\n}", image, image)
	case u.Pull == v1.PullAlways:
		w.call("pull", "check(pull(%s))", image)
	default:
		w.call("pull", "if have(%s) != nil {\ncheck(pull(%s))\n}", image, image)
	}
}

func (w *program) create(title, format string, r *translate.Request) {
	fmt.Fprintf(w, "\n// %s\n", comment(title))
	host := w.literal(reflect.ValueOf(hostOf(r)))
	if r.OOMScore != "" {
		score := w.late(strings.Trim(r.OOMScore, "\x00"))
		host = strings.Replace(host, "HostConfig{", "HostConfig{OomScoreAdj: "+score+",\n", 1)
	}
	w.call("base", format, w.text(r.Name), w.literal(reflect.ValueOf(r.Config)), host)
}

func (w *program) startPause(op plan.Op) {
	r := w.created[op.Unit].Request
	w.create("The pause: it owns the namespaces of the pod", "check(create(%s, %s, %s))", r)
	made, claims := sortVolumes(op.Volumes)
	if len(made) > 0 {
		w.WriteString("// Volumes on disk are given the mode of their root\n")
		w.makeRoots(made)
	}
	for _, v := range claims {
		w.prepareClaim(v)
	}
	for _, p := range op.Payloads {
		w.fillVolume(*p)
	}
	w.call("base", "start(%s)", w.text(r.Name))
}

// copyImage copies the files of an image into a volume, and says in the pause
// that it has.
func (w *program) copyImage(v translate.Volume) {
	fmt.Fprintf(w, "\n// Volume %s holds the files of an image\n", comment(v.Name))
	w.call("copy", "copyImage(%s, %s, %q)", w.text(v.Image.Reference), w.text(w.b.Pause.Name), v.Target)
	w.call("unpack", "unpack(%s, %q, 0, file(%q, 0o644, \"\"))", w.text(w.b.Pause.Name), path.Dir(v.CopiedMark()), path.Base(v.CopiedMark()))
}

func (w *program) fillVolume(p translate.Payload) {
	in := func(name string) string { return strconv.Quote(path.Join(p.Volume.Name, name)) }
	var entries strings.Builder
	for _, dir := range append([]string{""}, p.Folders()...) {
		fmt.Fprintf(&entries, "folder(%s, %#o),\n", in(path.Join(p.Folder(), dir)), p.FolderMode())
	}
	for _, f := range p.Files {
		data := strconv.Quote(string(f.Data))
		if !binary(f.Data) {
			data = w.text(string(f.Data))
		}
		fmt.Fprintf(&entries, "file(%s, %#o, %s),\n", in(path.Join(p.Folder(), f.Path)), f.Mode, data)
	}
	for _, name := range p.Links() {
		fmt.Fprintf(&entries, "link(%s, %q),\n", in(name), path.Join(translate.DataLink, name))
	}
	fmt.Fprintf(&entries, "link(%s, %q),\n", in(translate.DataLink), p.Folder())
	fmt.Fprintf(w, "\n// Volume %s, as the kubelet lays it out: files in a folder, and links to them\n", comment(p.Volume.Name))
	w.call("unpack", "unpack(%s, %q, %d,\n%s)", w.text(w.b.Pause.Name), translate.VolumeRoot, p.Volume.GID, entries.String())
}

// late is the call that finds a late value out.
func (w *program) late(token string) string {
	if a, ok := translate.AllotmentOf(token); ok {
		if a.Resource == v1.ResourceEphemeralStorage {
			w.parts["disk"] = true
			return fmt.Sprintf("disk(%s, %d)", w.text(w.b.Pause.Name), a.Divisor)
		}
		w.parts["late"] = true
		if a.Resource == v1.ResourceCPU {
			return fmt.Sprintf("cpus(%d)", a.Divisor)
		}
		return fmt.Sprintf("memory(%d)", a.Divisor)
	}
	if folder, ok := translate.PlaceOf(token); ok {
		w.parts["place"] = true
		return fmt.Sprintf("place(%s, %q)", w.text(w.b.Pause.Name), folder)
	}
	if image, ok := translate.ImageUserOf(token); ok {
		w.parts["root"] = true
		return fmt.Sprintf("userOf(%s)", w.text(image))
	}
	if request, ok := translate.MemoryRequestOf(token); ok {
		w.parts["late"] = true
		return fmt.Sprintf("oomScore(%d)", request)
	}
	if f, ok := translate.FileKeyOf(token); ok {
		w.parts["file"] = true
		return fmt.Sprintf("fileValue(%s, %q, %q)", w.text(w.b.Pause.Name), f.Inside(), f.Key)
	}
	w.parts["late"] = true
	switch fieldOf(w.b.Pod, token) {
	case translate.FieldPodIP:
		return fmt.Sprintf("first(podIPs(%s))", w.text(w.b.Pause.Name))
	case translate.FieldPodIPs:
		return fmt.Sprintf("podIPs(%s)", w.text(w.b.Pause.Name))
	case translate.FieldHostIP:
		return "first(hostIPs())"
	case translate.FieldHostIPs:
		return "hostIPs()"
	}
	return "node()"
}

package explain

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"regexp"
	"strings"

	"github.com/docker/docker/api/types/container"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// call is one request to the Docker API.
type call struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Body   any    `json:"body,omitempty"`
	Note   string `json:"note,omitempty"`
}

// createBody is the body of POST /containers/create.
type createBody struct {
	*container.Config
	HostConfig *container.HostConfig
}

// archiveEntry is an entry of the tar archive that is the body of a PUT.
type archiveEntry struct {
	Path string `json:"path"`
	Mode string `json:"mode,omitempty"`
	GID  int    `json:"gid,omitempty"`
	Text string `json:"text,omitempty"`
	Data []byte `json:"base64,omitempty"` // what is no text
	Link string `json:"link,omitempty"`
}

// Calls are the requests to the Docker API that make the same pod as Script,
// as JSON. A value that is known only late is written as ${status.podIP}; the
// body of a PUT of an archive is listed by its entries.
func Calls(b *translate.Blueprint, opts Options) (string, error) {
	w := &calls{b: b, created: map[string]plan.Op{}}
	opts.Inputs.Symbolic = true
	if needsPauseImage(b) {
		w.add(call{Method: "POST", Path: "/images/load", Note: "the archive of " + translate.DefaultPauseImage + ", where the engine has none"})
	}
	steps := simulate(b, opts.Inputs)
	for _, step := range steps {
		for _, op := range step.Ops {
			w.op(op)
		}
	}
	for _, f := range steps[len(steps)-1].Faults() {
		w.add(call{Note: "run ends here: " + f.Err.Error()})
	}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(w.list)
	return namedTokens(text.String()), err
}

// namedTokens writes ${NAME} for each token, whose marks are \u0000 in JSON.
func namedTokens(text string) string {
	marks := [2]string{"${", "}"}
	n := 0
	return regexp.MustCompile(`\\u0000|\\.`).ReplaceAllStringFunc(text, func(escape string) string {
		if escape != `\u0000` {
			return escape
		}
		n++
		return marks[(n-1)%2]
	})
}

type calls struct {
	b       *translate.Blueprint
	created map[string]plan.Op
	list    []call
}

func (w *calls) add(c call) { w.list = append(w.list, c) }

func (w *calls) op(op plan.Op) {
	unit, _ := w.b.Unit(op.Unit)
	switch op.Kind {
	case plan.PullImage:
		w.add(call{Method: "POST", Path: "/images/create?fromImage=" + op.Target, Note: pullNote(unit)})
	case plan.CreatePause, plan.CreateUnit:
		w.created[op.Unit] = op
		r := op.Request
		fields := bodyFields(reflect.ValueOf(createBody{r.Config, hostOf(r)}))
		if host, ok := fields["HostConfig"].(map[string]any); ok && r.OOMScore != "" {
			host["OomScoreAdj"] = r.OOMScore
		}
		w.add(call{Method: "POST", Path: "/containers/create?name=" + r.Name, Body: fields})
	case plan.StartPause:
		w.prepare(op)
		w.start(op)
	case plan.FillVolume:
		w.put(payloadEntries(*op.Payload), archiveNote)
	case plan.CheckPath:
		w.checkPath(*op.HostPath)
	case plan.CopyImage:
		v := op.Volumes[0]
		w.add(call{Method: "PUT", Path: "/containers/" + w.b.Pause.Name + "/archive?path=" + v.Target, Note: "the files of image " + v.Image.Reference + ", as GET /archive of a container made of it answers them"})
	case plan.StartUnit:
		w.start(op)
		if unit.Kind == translate.Init {
			w.add(call{Method: "POST", Path: "/containers/" + w.created[op.Unit].Request.Name + "/wait", Note: "it has to end with 0"})
		}
	}
}

func (w *calls) start(op plan.Op) {
	w.add(call{Method: "POST", Path: "/containers/" + w.created[op.Unit].Request.Name + "/start"})
}

func pullNote(u translate.Unit) string {
	switch {
	case u.Lenient:
		return "where the registry cannot be reached the local image stands in"
	case u.Pull == v1.PullAlways:
		return ""
	}
	return "where the engine does not have it"
}

// prepare sets up the volumes: the roots of those on disk, and what they hold.
func (w *calls) prepare(op plan.Op) {
	made, claims := sortVolumes(op.Volumes)
	var entries []archiveEntry
	for _, v := range made {
		entries = append(entries, rootEntry(v))
	}
	for _, p := range op.Payloads {
		entries = append(entries, payloadEntries(*p)...)
	}
	if len(entries) > 0 {
		w.put(entries, archiveNote)
	}
	for _, v := range claims {
		w.prepareClaim(v)
	}
}

// archiveNote is said of the entries of an archive.
const archiveNote = "a tar archive of these"

func (w *calls) put(entries []archiveEntry, note string) {
	w.add(call{Method: "PUT", Path: "/containers/" + w.b.Pause.Name + "/archive?path=" + translate.VolumeRoot, Body: entries, Note: note})
}

func payloadEntries(p translate.Payload) []archiveEntry {
	in := func(name string) string { return path.Join(p.Volume.Name, name) }
	var entries []archiveEntry
	for _, dir := range append([]string{""}, p.Folders()...) {
		entries = append(entries, archiveEntry{Path: in(path.Join(p.Folder(), dir)) + "/", Mode: octal(p.FolderMode()), GID: p.Volume.GID})
	}
	for _, f := range p.Files {
		entry := archiveEntry{Path: in(path.Join(p.Folder(), f.Path)), Mode: octal(f.Mode), GID: p.Volume.GID}
		if binary(f.Data) {
			entry.Data = f.Data
		} else {
			entry.Text = string(f.Data)
		}
		entries = append(entries, entry)
	}
	for _, name := range p.Links() {
		entries = append(entries, archiveEntry{Path: in(name), Link: path.Join(translate.DataLink, name)})
	}
	return append(entries, archiveEntry{Path: in(translate.DataLink), Link: p.Folder()})
}

func octal(mode int64) string { return fmt.Sprintf("%04o", mode) }

package docker

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/pkg/jsonmessage"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
	"github.com/minipod/minipod/runtime/translate"
)

// engineOf is an engine that gives these answers, without a namespace of time
// or a socket.
func engineOf(t testing.TB, a answers) *Engine {
	e, err := New(Options{ConfigDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	e.patience.next = a
	return e
}

// found is what an engine answers of a pod.
type found struct {
	Containers []container.InspectResponse
	Volumes    []*volume.Volume
	Image      json.RawMessage
}

// FuzzWorld: whatever an engine says of its containers and volumes, there is
// a World, Next has an answer for it, and it can be shown.
func FuzzWorld(f *testing.F) {
	for _, seed := range worldSeeds(f) {
		f.Add(seed)
	}
	f.Setenv("DOCKER_HOST", "unix:///none.sock")
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f.Fuzz(func(t *testing.T, data []byte) {
		var in found
		if json.Unmarshal(data, &in) != nil {
			return
		}
		for i := range in.Containers {
			complete(&in.Containers[i], "id")
		}
		in.Volumes = present(in.Volumes)
		e := engineOf(t, func(call string) string {
			if strings.HasPrefix(call, "GET /images/") && len(in.Image) > 0 {
				return string(in.Image)
			}
			return "{}"
		})
		const uid types.UID = "u"
		w, err := e.world(t.Context(), uid, volumesOf(uid, in.Volumes), in.Containers, kept{in.Volumes, listed(in.Volumes)})
		if err != nil {
			return
		}
		for _, c := range w.Containers {
			if c.Attempt < 0 || c.Backoff < 0 || c.Start < 0 || c.Attempt+1 < 0 {
				t.Errorf("attempt %d, back-off %d, start %d", c.Attempt, c.Backoff, c.Start)
			}
		}
		step := plan.Next(w, now)
		for _, op := range step.Ops {
			if op.Subject() == "" || op.Key() == "" {
				t.Errorf("operation %+v on nothing", op)
			}
		}
		if pod := status.Pod(w, now); pod != nil {
			status.PodRow(pod, now)
		}
	})
}

// worldSeeds are a pod as it is made, and answers that lack this and that.
func worldSeeds(f *testing.F) [][]byte {
	f.Helper()
	const manifest = `{"metadata":{"name":"p","namespace":"default","uid":"u"},"spec":{"restartPolicy":"Always","terminationGracePeriodSeconds":1,` +
		`"containers":[{"name":"main","image":"busybox","imagePullPolicy":"IfNotPresent"}],"volumes":[{"name":"d","emptyDir":{}}]}}`
	identity := map[string]string{translate.LabelPod: "p", translate.LabelNamespace: "default", translate.LabelUID: "u"}
	with := func(more map[string]string) map[string]string {
		all := map[string]string{}
		for _, m := range []map[string]string{identity, more} {
			for k, v := range m {
				all[k] = v
			}
		}
		return all
	}
	pause := container.InspectResponse{
		ContainerJSONBase: &container.ContainerJSONBase{
			ID: "1", Name: "/p_POD", Created: "2026-01-02T03:04:05Z",
			State:      &container.State{Status: "running", StartedAt: "2026-01-02T03:04:05.5Z"},
			HostConfig: &container.HostConfig{RestartPolicy: container.RestartPolicy{Name: "always"}},
		},
		Config: &container.Config{Labels: with(map[string]string{
			translate.LabelType: translate.TypeSandbox, translate.LabelManifest: manifest, translate.LabelOptions: "{}",
		})},
	}
	unit := container.InspectResponse{
		ContainerJSONBase: &container.ContainerJSONBase{
			ID: "2", Name: "/p_main", State: &container.State{Status: "exited", ExitCode: -1, FinishedAt: "2026-01-02T03:04:05Z"},
		},
		Config: &container.Config{Labels: with(map[string]string{
			translate.LabelType: translate.TypeContainer, translate.LabelContainer: "main",
			translate.LabelAttempt: "9223372036854775807", translate.LabelBackoff: "-4",
		})},
	}
	disk := &volume.Volume{Name: "p_d_u", Labels: with(map[string]string{translate.LabelVolume: "d"})}
	revision := &volume.Volume{Name: "p_rev.2_u", Labels: with(map[string]string{
		translate.LabelVolume: "rev.2", translate.LabelRevision: "2", translate.LabelManifest: strings.Replace(manifest, `"uid":"u"`, `"uid":"u","deletionTimestamp":"2026-01-02T03:04:05Z"`, 1),
	})}
	var seeds [][]byte
	for _, in := range []found{
		{Containers: []container.InspectResponse{pause, unit}, Volumes: []*volume.Volume{disk}},
		{Containers: []container.InspectResponse{unit}, Volumes: []*volume.Volume{disk, revision}},
		{Containers: []container.InspectResponse{pause}, Volumes: []*volume.Volume{revision}, Image: []byte(`{"Id":"sha256:1","Config":null}`)},
	} {
		text, err := json.Marshal(in)
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, text)
	}
	return append(seeds,
		[]byte(`{"Containers":[{}],"Volumes":[null,{}]}`),
		[]byte(`{"Containers":[{"State":null,"Config":{"Labels":{"io.kubernetes.docker.type":"podsandbox","dev.minipod.manifest":"null"}}}]}`),
		[]byte(`{"Containers":[{"NetworkSettings":{"Networks":{"a":null},"Ports":{"x/y":[{"HostPort":"-1"}],"":null}}}]}`),
	)
}

// FuzzMessages: whatever an engine says of a pull, it ends.
func FuzzMessages(f *testing.F) {
	f.Add([]byte(`{"status":"Pulling","id":"x","progressDetail":{"current":1,"total":2}}` + "\n" + `{"errorDetail":{"message":"no"},"error":"no"}`))
	f.Add([]byte(`{"status":"a","progressDetail":{"current":-1,"total":-9223372036854775808}}`))
	f.Add([]byte(`null [] {`))
	f.Fuzz(func(t *testing.T, data []byte) {
		_ = readProgress(bytes.NewReader(data), "image", func(p engine.Progress) {
			if p.Current < 0 || p.Total < 0 {
				t.Errorf("progress %+v", p)
			}
		})
		_ = readMessages(bytes.NewReader(data), func(jsonmessage.JSONMessage) {})
	})
}

// FuzzLog: of whatever an engine sends as a log, no more comes out than went
// in, and what is from a terminal comes unchanged.
func FuzzLog(f *testing.F) {
	r := &recorded{stamped: true}
	r.write(1, "one\ntwo")
	r.write(2, strings.Repeat("x", 20)+"\n")
	f.Add(r.Bytes(), true, false)
	f.Add([]byte(stamp(1)+"a\r\n"+stamp(2)), true, true)
	f.Add([]byte("a\nb"), false, true)
	f.Fuzz(func(t *testing.T, data []byte, stamped, tty bool) {
		if !tty && hugeFrame(data) {
			return
		}
		var out bytes.Buffer
		l := log{tty: tty, ask: container.LogsOptions{Timestamps: stamped}}
		err := copyLog(bytes.NewReader(data), l, &lines{}, &out, &out)
		if out.Len() > len(data) || tty && (err != nil || !stamped && !bytes.Equal(out.Bytes(), data)) {
			t.Errorf("%q from %q: %v", out.Bytes(), data, err)
		}
		var seen lines
		_ = copyLog(bytes.NewReader(data), l, &seen, io.Discard, io.Discard)
		out.Reset()
		_ = copyLog(bytes.NewReader(data), l, &lines{skip: seen.ended}, &out, &out)
		if err == nil && out.Len() > 0 {
			t.Errorf("%q is left without all %d lines", out.Bytes(), seen.ended)
		}
	})
}

// hugeFrame reports whether a frame says that it is longer than all there is:
// its buffer is made before it comes.
func hugeFrame(data []byte) bool {
	for len(data) >= 8 {
		n := binary.BigEndian.Uint32(data[4:])
		if int64(n) > int64(len(data)) {
			return true
		}
		data = data[min(len(data), 8+int(n)):]
	}
	return false
}

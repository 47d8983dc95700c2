package docker

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/minipod/minipod/runtime/plan"
)

func TestInfo(t *testing.T) {
	info, err := live(t).Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if info.Hostname == "" || info.CPUs == 0 || info.Memory == 0 || info.OS != "linux" || info.Kernel == "" ||
		info.Version == "" || info.API == "" || !slices.Contains(info.Runtimes, info.Runtime) || len(info.Addresses) == 0 {
		t.Errorf("the facts are %+v, want all of them", info)
	}
}

func TestStats(t *testing.T) {
	e := live(t)
	p := startPod(t, e, onlyShell("sleep 3600"))
	first, err := e.Stats(t.Context(), p.name())
	if err != nil {
		t.Fatal(err)
	}
	run(t, e, p.name(), "sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done")
	second, err := e.Stats(t.Context(), p.name())
	if err != nil {
		t.Fatal(err)
	}
	if second.CPU <= first.CPU || second.Memory == 0 || second.Memory > second.Usage || !second.At.After(first.At) {
		t.Errorf("after work the stats are %+v, before %+v", second, first)
	}
	if rate := second.Rate(first); rate <= 0 {
		t.Errorf("the rate is %f cores, want some", rate)
	}
	if _, err := e.Stats(t.Context(), "no-such-container"); !errors.Is(err, plan.ErrStale) {
		t.Errorf("stats of no container answers %v, want %v", err, plan.ErrStale)
	}
}

func TestRate(t *testing.T) {
	at := time.Unix(1000, 0)
	earlier := Stats{At: at, CPU: 5 * time.Second}
	for name, c := range map[string]struct {
		later Stats
		want  float64
	}{
		"half a core":     {Stats{At: at.Add(4 * time.Second), CPU: 7 * time.Second}, 0.5},
		"no time":         {Stats{At: at, CPU: 7 * time.Second}, 0},
		"another process": {Stats{At: at.Add(time.Second), CPU: time.Second}, 0},
	} {
		if got := c.later.Rate(earlier); got != c.want {
			t.Errorf("%s: %f cores, want %f", name, got, c.want)
		}
	}
}

func TestCopy(t *testing.T) {
	e := live(t)
	p := startPod(t, e, onlyShell("sleep 3600"))
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	text := []byte("text\n")
	if err := w.WriteHeader(&tar.Header{Name: "file", Mode: 0o640, Uid: 7, Size: int64(len(text))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := e.CopyTo(t.Context(), p.name(), "/tmp", &archive); err != nil {
		t.Fatal(err)
	}
	if out, _, _ := run(t, e, p.name(), "stat", "-c", "%a %u", "/tmp/file"); out != "640 7\n" {
		t.Errorf("mode and owner are %q, want those of the archive", out)
	}
	from, err := e.CopyFrom(t.Context(), p.name(), "/tmp/file")
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	r := tar.NewReader(from)
	if h, err := r.Next(); err != nil || h.Name != "file" {
		t.Fatalf("the archive begins with %+v (%v), want the file", h, err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, text) {
		t.Errorf("the file holds %q (%v), want %q", got, err, text)
	}
	if _, err := e.CopyFrom(t.Context(), p.name(), "/not/there"); !errors.Is(err, plan.ErrStale) {
		t.Errorf("copying what is not there answers %v, want %v", err, plan.ErrStale)
	}
}

package tell

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/minipod/minipod/runtime/engine"
)

// pullSteps are what an engine says while it pulls an image of two layers.
func pullSteps() []engine.Progress {
	return []engine.Progress{
		{Image: "web", Layer: "latest", Status: "Pulling from library/web"},
		{Image: "web", Layer: "0123456789ab", Status: "Pulling fs layer"},
		{Image: "web", Layer: "ba9876543210", Status: "Already exists"},
		{Image: "web", Layer: "0123456789ab", Status: "Downloading", Current: 500_000, Total: 2_000_000},
		{Image: "web", Layer: "0123456789ab", Status: "Pull complete"},
		{Image: "web", Status: "Digest: sha256:..."},
	}
}

func TestPullInPlainLines(t *testing.T) {
	var b bytes.Buffer
	p := newPulls(NewConsole(&b), Full)
	for _, step := range pullSteps() {
		p.progress(step)
	}
	p.done("web", 1234*time.Millisecond, nil)
	if want := "image web: pulling\nimage web: pulled in 1.2s\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestPullThatNeverBegan(t *testing.T) {
	var b bytes.Buffer
	p := newPulls(NewConsole(&b), Full)
	p.done("web", time.Second, errors.New("refused"))
	if b.Len() > 0 {
		t.Errorf("got %q, want nothing", b.String())
	}
}

func TestPullOnTerminal(t *testing.T) {
	var b bytes.Buffer
	p := newPulls(Console{Writer: &b, terminal: true}, Brief)
	for _, step := range pullSteps() {
		p.drawn = time.Unix(1, 0) // as if each came long after the one before
		p.progress(step)
	}
	for _, want := range []string{
		"web 1 of 2 layers, 500kB of 2MB", "web 2 of 2 layers, 2MB of 2MB",
	} {
		if !strings.Contains(b.String(), "\r\x1b[K"+want) {
			t.Errorf("%q is not in %q", want, b.String())
		}
	}
	p.done("web", time.Second, nil)
	if !strings.HasSuffix(b.String(), "\r\x1b[Kimage web: pulled in 1s\n") {
		t.Errorf("the line is not taken away: %q", b.String())
	}
}

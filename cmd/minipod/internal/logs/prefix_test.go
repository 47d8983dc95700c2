package logs

import (
	"bytes"
	"testing"
)

func TestPrefixes(t *testing.T) {
	var out bytes.Buffer
	p := &Writers{Lines: NewLines(&out), Pod: "web", Prefixed: true}
	a, b := p.Writer("a"), p.Writer("b")
	for _, part := range []struct {
		w    *Writer
		text string
	}{{a, "one\ntw"}, {b, "other\n"}, {a, "o\nthree"}} {
		if n, err := part.w.Write([]byte(part.text)); n != len(part.text) || err != nil {
			t.Fatalf("Write(%q): %d, %v", part.text, n, err)
		}
	}
	a.Flush()
	b.Flush()
	want := "[pod/web/a] one\n[pod/web/b] other\n[pod/web/a] two\n[pod/web/a] three\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

// Each container has a colour of its own, whichever stream it writes to.
func TestColours(t *testing.T) {
	var out bytes.Buffer
	p := &Writers{Lines: NewLines(&out), Pod: "web", Prefixed: true}
	p.coloured = true
	for _, container := range []string{"a", "b", "a"} {
		if _, err := p.Writer(container).Write([]byte("x\n")); err != nil {
			t.Fatal(err)
		}
	}
	want := "\x1b[36m[pod/web/a]\x1b[0m x\n\x1b[33m[pod/web/b]\x1b[0m x\n\x1b[36m[pod/web/a]\x1b[0m x\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

package logs

import (
	"bytes"
	"testing"
)

func TestPrefixes(t *testing.T) {
	var out bytes.Buffer
	p := &Prefixes{Pod: "web", On: true}
	a, b := p.Writer(&out, "a"), p.Writer(&out, "b")
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

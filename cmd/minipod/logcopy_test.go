package main

import (
	"bytes"
	"testing"
)

func TestPrefixes(t *testing.T) {
	var out bytes.Buffer
	p := &prefixes{pod: "web", on: true}
	a, b := p.writer(&out, "a"), p.writer(&out, "b")
	for _, part := range []struct {
		w    *lineWriter
		text string
	}{{a, "one\ntw"}, {b, "other\n"}, {a, "o\nthree"}} {
		if n, err := part.w.Write([]byte(part.text)); n != len(part.text) || err != nil {
			t.Fatalf("Write(%q): %d, %v", part.text, n, err)
		}
	}
	a.flush()
	b.flush()
	want := "[pod/web/a] one\n[pod/web/b] other\n[pod/web/a] two\n[pod/web/a] three\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestLimit(t *testing.T) {
	var out bytes.Buffer
	reached := 0
	l := &limit{left: 5, reached: func() { reached++ }}
	w, other := l.writer(&out), l.writer(&out)
	for _, text := range []string{"abc", "def"} {
		if n, err := w.Write([]byte(text)); n != len(text) || err != nil {
			t.Fatalf("Write(%q): %d, %v", text, n, err)
		}
	}
	if n, err := other.Write([]byte("ghi")); n != 3 || err != nil {
		t.Fatalf("Write: %d, %v", n, err)
	}
	if out.String() != "abcde" || reached == 0 {
		t.Errorf("got %q, reached %d times", out.String(), reached)
	}
}

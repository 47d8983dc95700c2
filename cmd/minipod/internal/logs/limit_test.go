package logs

import (
	"bytes"
	"testing"
)

func TestLimit(t *testing.T) {
	var out bytes.Buffer
	reached := 0
	l := &Limit{Left: 5, Reached: func() { reached++ }}
	w, other := l.Writer(&out), l.Writer(&out)
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

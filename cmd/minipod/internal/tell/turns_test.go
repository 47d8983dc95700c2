package tell

import (
	"bytes"
	"testing"
)

func TestTurns(t *testing.T) {
	var both bytes.Buffer
	turns := NewTurns(NewConsole(&both), &both)
	say := func(i int, text string) {
		c, out := turns.Take(i)
		c.Say("%d %s", i, text)
		Result(out, "%d %s, result", i, text)
	}
	say(2, "a")
	say(0, "a")
	say(1, "a")
	turns.Done(1)
	say(0, "b")
	turns.Done(0)
	say(2, "b")
	turns.Done(2)
	want := "0 a\n0 a, result\n0 b\n0 b, result\n1 a\n1 a, result\n2 a\n2 a, result\n2 b\n2 b, result\n"
	if both.String() != want {
		t.Errorf("got %q, want %q", both.String(), want)
	}
}

package main

import (
	"io"
	"testing"
)

func TestNearest(t *testing.T) {
	root := newRootCommand(streams{in: nil, out: io.Discard, err: io.Discard})
	for word, want := range map[string]string{
		"ru": "run", "lgos": "logs", "strat": "start", "delte": "delete", "exe": "exec", "x": "", "zzzzzz": "", "restrat": "restart", "nope": "", "port": "port-forward",
	} {
		if got := nearestCommand(root, word); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
	run, _, err := root.Find([]string{"run"})
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]string{"repalce": "replace", "publsih": "publish", "name": "namespace", "nothing-like-it": ""} {
		if got := nearestFlag(run, word); got != want {
			t.Errorf("nearest to --%s is %q, want %q", word, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"ab", "", 2}, {"logs", "lgos", 1}, {"run", "ran", 1}, {"stop", "start", 3}, {"abc", "abcd", 1}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

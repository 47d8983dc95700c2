package main

import (
	"strings"
	"testing"

	"github.com/minipod/minipod/runtime/diagnose"
	"github.com/minipod/minipod/runtime/plan"
)

// What was looked at is said in words that can be read, one or many of it.
func TestLooked(t *testing.T) {
	g := &gatherer{world: plan.World{Pause: &plan.Pause{}, Containers: make([]plan.Container, 1)}}
	g.evidence.Answers = map[diagnose.Question]diagnose.Answer{}
	ask := func(kind diagnose.Kind, names ...string) {
		for _, name := range names {
			g.evidence.Answers[diagnose.Question{Kind: kind, Name: name}] = diagnose.Answer{}
		}
	}
	ask(diagnose.AskImageFile, "/bin/a", "/bin/b")
	ask(diagnose.AskFile, "/etc/a", "/etc/b")
	ask(diagnose.AskLog, "main")
	const want = "the manifest, the pause, 1 container, 0 events, 1 log, files of images, 2 files"
	if got := strings.Join(g.looked(), ", "); got != want {
		t.Errorf("looked at: %s\nwant: %s", got, want)
	}
}

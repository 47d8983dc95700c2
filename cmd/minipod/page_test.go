package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/minipod/minipod/cmd/minipod/internal/page"
)

//go:generate go test . -run TestPages -update

var update = flag.Bool("update", false, "write docs/commands")

// docs/commands has a page for every command, as the code has it, and no
// others.
func TestPages(t *testing.T) {
	const dir = "../../docs/commands"
	want := map[string]string{}
	for _, cmd := range page.Commands(newRootCommand(streams{in: strings.NewReader("")})) {
		want[page.Name(cmd)+".md"] = page.Markdown(cmd)
	}
	if *update {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range want {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := map[string]string{}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got[f.Name()] = string(text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/commands is not what the commands say; go generate ./cmd/minipod writes it (-code +pages):\n%s", diff)
	}
}

// The list of commands fits 80 columns.
func TestSummariesFit(t *testing.T) {
	root := newRootCommand(streams{in: strings.NewReader("")})
	for line := range strings.Lines(root.UsageString()) {
		if line = strings.TrimSuffix(line, "\n"); len(line) > 80 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
}

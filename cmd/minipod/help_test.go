package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/spf13/pflag"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/page"
	"github.com/minipod/minipod/runtime/namespace"
)

// What a flag takes is said in words, not in Go's types.
func TestFlagsNameTheirValues(t *testing.T) {
	for _, cmd := range page.Commands(newRootCommand(streams{out: io.Discard, err: io.Discard})) {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			name, _ := pflag.UnquoteUsage(f)
			if slices.Contains([]string{"string", "strings", "stringArray", "stringSlice", "int", "int32", "int64", "uint", "value"}, name) && !f.Hidden {
				t.Errorf("%s --%s takes a %s", cmd.CommandPath(), f.Name, name)
			}
		})
	}
}

// On a terminal the lists of flags and commands fit it.
func TestHelpFits(t *testing.T) {
	screen, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	defer terminal.Close()
	if err := pty.Setsize(terminal, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	root := newRootCommand(streams{out: terminal, err: io.Discard})
	root.InitDefaultHelpFlag()
	for _, cmd := range page.Commands(root) {
		_, flags, _ := strings.Cut(cmd.UsageString(), "Flags:")
		for line := range strings.Lines(flags) {
			if line = strings.TrimSuffix(line, "\n"); len(line) > 80 {
				t.Errorf("%s: %d columns: %s", cmd.CommandPath(), len(line), line)
			}
		}
	}
}

// A message that does not fit beside the other columns goes on below itself.
func TestEventsFit(t *testing.T) {
	table := &metav1.Table{
		ColumnDefinitions: []metav1.TableColumnDefinition{{Name: "Last Seen"}, {Name: "Message"}},
		Rows:              []metav1.TableRow{{Cells: []any{"2s", "one two three four five"}}, {Cells: []any{"1s", "six"}}},
	}
	var got [][]any
	for _, row := range fitMessages(table, namespace.Look{Width: 33}) {
		got = append(got, row.Cells)
	}
	want := [][]any{{"2s", "one two three four"}, {"", "five"}, {"1s", "six"}}
	if !slices.EqualFunc(got, want, slices.Equal[[]any]) {
		t.Errorf("rows %q, want %q", got, want)
	}
}

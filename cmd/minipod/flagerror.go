package main

import (
	"cmp"
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/minipod/minipod/cmd/minipod/internal/value"
)

// flagError says what is wrong with a flag, in words for who typed it.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	var unknown *pflag.NotExistError
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return err
	case errors.As(err, &invalid):
		flag := invalid.GetFlag()
		return usage(seeHelp(cmd), "--%s=%s: %s", flag.Name, invalid.GetValue(), wanted(flag, invalid))
	case errors.As(err, &missing):
		name := missing.GetFlag().Name
		return usage(cmp.Or(valueHint(cmd.Name(), name), seeHelp(cmd)), "--%s wants a value", name)
	case errors.As(err, &unknown) && !cmd.HasParent() && cmd.Flags().NArg() > 0:
		return unknownCommand(cmd, cmd.Flags().Args()...)
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown)
	}
	return usage(seeHelp(cmd), "%s", err)
}

// wanted is what a flag wants instead of a value.
func wanted(flag *pflag.Flag, err error) string {
	var want *value.WantError
	switch {
	case errors.As(err, &want):
		return want.Error()
	case flag.Value.Type() == "bool":
		return "want true or false"
	}
	return "want a " + flag.Value.Type()
}

// unknownFlag names the flag that is nearest.
func unknownFlag(cmd *cobra.Command, err *pflag.NotExistError) error {
	name, dashes := err.GetSpecifiedName(), "--"
	if err.GetSpecifiedShortnames() != "" {
		name, dashes = name[:1], "-"
	}
	hint, near := flagHint(cmd.Name(), name), nearestFlag(cmd, name)
	switch {
	case hint != "":
	case near != "" && dashes == "--":
		hint = "did you mean --" + near + "?"
	default:
		hint = seeHelp(cmd)
	}
	return usage(hint, "unknown flag: %s%s", dashes, name)
}

// nearEnough is how many letters a long word may differ in from what was meant.
const nearEnough = 2

func nearestFlag(cmd *cobra.Command, name string) string {
	nearest, least := "", mayDiffer(name)+1
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		d := distance(name, f.Name)
		if strings.HasPrefix(f.Name, name) {
			d = min(d, 1)
		}
		if d < least && !f.Hidden {
			nearest, least = f.Name, d
		}
	})
	return nearest
}

// mayDiffer is in how many letters a word may differ from the one that was meant: a
// third of its own, and not too many.
func mayDiffer(word string) int { return min(nearEnough, (len(word)+1)/3) }

// nearestCommand is the command that a word begins, or is nearest to; empty
// where none is near.
func nearestCommand(root *cobra.Command, word string) string {
	nearest, least := "", mayDiffer(word)+1
	for _, c := range root.Commands() {
		for _, name := range append([]string{c.Name()}, c.Aliases...) {
			d := distance(word, name)
			if strings.HasPrefix(name, word) {
				d = 0
			}
			if d < least && c.IsAvailableCommand() {
				nearest, least = name, d
			}
		}
	}
	return nearest
}

// distance is how many letters have to be put in, left out, changed, or
// exchanged with the next, to make a word of another.
func distance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			change := last[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, change)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

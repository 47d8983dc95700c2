package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/runtime/explain"
)

// fieldWidth is how wide the text about a field is.
const fieldWidth = 80

// namesField reports whether a word is the path of a field, as kubectl explain
// takes it, and no file.
func namesField(arg string) bool {
	first, _, dotted := strings.Cut(arg, ".")
	if _, err := os.Lstat(arg); err == nil {
		return false
	}
	switch strings.ToLower(first) {
	case "pod", "pods", "po":
		if !dotted {
			return true
		}
		fallthrough
	case "spec", "metadata", "status":
		if !dotted { // it may be a pod's name
			return false
		}
		_, err := explain.FindField(arg)
		return err == nil || !strings.HasSuffix(arg, ".yaml") && !strings.HasSuffix(arg, ".json")
	}
	return false
}

// fieldHint names the field that a word may mean which is no pod and no file.
func fieldHint(word string) string {
	for _, path := range []string{word, "spec." + word, "spec.containers." + word} {
		if f, err := explain.FindField(path); err == nil {
			return "minipod explain --field " + cmp.Or(f.Path, "pod") + " tells of the field"
		}
	}
	if saysKinds(word) {
		return "minipod explain --field tells of the fields of a Pod, and of no other kind"
	}
	return ""
}

func explainField(w io.Writer, path string) error {
	f, err := explain.FindField(path)
	if below, belowErr := explain.FindField("spec." + path); err != nil && belowErr == nil {
		f, err = below, nil // as one would say it
	}
	if err != nil {
		return fieldError{err}
	}
	if f.Path != "" {
		fmt.Fprintf(w, "%s <%s>\n\n", f.Path, f.Type)
	}
	fmt.Fprintf(w, "Kubernetes\n%s", paragraph(f.Doc))
	if f.Path != "" {
		fmt.Fprint(w, "\nminipod\n")
		for _, text := range f.Does() {
			fmt.Fprint(w, paragraph(text))
		}
	}
	if len(f.Fields) > 0 {
		fmt.Fprint(w, "\nFields\n")
		for _, child := range f.Fields {
			fmt.Fprintf(w, "  %s <%s>\n", child.Path[strings.LastIndex(child.Path, ".")+1:], child.Type)
		}
	}
	return nil
}

// paragraph wraps a text, two blanks in.
func paragraph(text string) string {
	var b strings.Builder
	for _, line := range strings.Split(text, "\n") {
		column := 0
		for _, word := range strings.Fields(line) {
			switch {
			case column == 0:
				b.WriteString("  ")
				column = 2
			case column+1+len(word) > fieldWidth:
				b.WriteString("\n  ")
				column = 2
			default:
				b.WriteString(" ")
				column++
			}
			b.WriteString(word)
			column += len(word)
		}
		if column > 0 {
			b.WriteString("\n")
		}
	}
	return b.String()
}

// completeField offers the fields below what is typed.
func completeField(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	above, _, _ := cutLast(word)
	f, err := explain.FindField(above)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	prefix := ""
	if above != "" {
		prefix = above + "."
	}
	var paths []cobra.Completion
	for _, child := range f.Fields {
		paths = append(paths, prefix+child.Path[strings.LastIndex(child.Path, ".")+1:])
	}
	return paths, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// cutLast cuts a path at its last dot.
func cutLast(path string) (above, last string, found bool) {
	i := strings.LastIndex(path, ".")
	if i < 0 {
		return "", path, false
	}
	return path[:i], path[i+1:], true
}

// fieldError says that a field is not there, and which are nearest.
type fieldError struct{ error }

func (e fieldError) Unwrap() error { return e.error }

// nearFields is how many fields are named that may have been meant.
const nearFields = 3

// Hint names them, and the command that lists all.
func (e fieldError) Hint() string {
	var none *explain.NoFieldError
	if !errors.As(e.error, &none) || len(none.Names()) == 0 {
		return ""
	}
	word := strings.ToLower(none.Word)
	away := func(name string) int {
		if name = strings.ToLower(name); strings.HasPrefix(name, word) || strings.HasPrefix(word, name) {
			return 0
		}
		return distance(word, name)
	}
	above := cmp.Or(none.Above.Path, "pod")
	lists := fmt.Sprintf("minipod explain --field %s lists all", above)
	if f, err := explain.FindField("spec." + none.Word); err == nil && none.Above.Path != "spec" {
		return fmt.Sprintf("did you mean %s? %s", f.Path, lists)
	}
	names := slices.DeleteFunc(none.Names(), func(name string) bool { return away(name) > max(nearEnough, len(word)/2) })
	if len(names) == 0 {
		return lists
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(away(a), away(b)) })
	return fmt.Sprintf("did you mean %s? %s", strings.Join(names[:min(nearFields, len(names))], ", "), lists)
}

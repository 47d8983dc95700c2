package page_test

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/page"
)

// What roff or Markdown would act on is shown as it is.
func TestPagesShowWhatIsMeant(t *testing.T) {
	root := &cobra.Command{Use: "tool", Short: "A tool"}
	cmd := &cobra.Command{Use: "do WHAT", Short: "Do it", Long: ".so it says: a\\b <c> *\n'tis all", Run: func(*cobra.Command, []string) {}}
	cmd.Flags().StringP("file", "f", "", "a `name` of a file")
	cmd.Flags().Bool("secret", false, "not for you")
	if err := cmd.Flags().MarkHidden("secret"); err != nil {
		t.Fatal(err)
	}
	hidden := &cobra.Command{Use: "hidden", Hidden: true, Run: cmd.Run}
	root.AddCommand(cmd, hidden)
	man := page.Man(cmd)
	for _, want := range []string{".TH TOOL-DO 1\n", "\n\\&.so it says: a\\eb <c> *\n\\&'tis all\n", ".TP\n\\-f, \\-\\-file name\na name of a file\n", "SEE ALSO\ntool(1)\n"} {
		if !strings.Contains(man, want) {
			t.Errorf("the manual page lacks %q:\n%s", want, man)
		}
	}
	text := page.Markdown(cmd)
	for _, want := range []string{"# tool do\n", `a\b &lt;c> \*`, "-f, --file name"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(man+text+page.Markdown(root), "secret") || len(page.Commands(root)) != 2 {
		t.Errorf("what is hidden is shown:\n%s%s", man, text)
	}
	if !strings.Contains(page.Markdown(root), "| [tool do](tool-do.md) | Do it |\n") {
		t.Errorf("the page of all commands:\n%s", page.Markdown(root))
	}
}

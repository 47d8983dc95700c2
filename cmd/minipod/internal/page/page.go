// Package page writes the pages of commands: Markdown for docs/commands, and
// manual pages. All that they say is in the commands themselves.
package page

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Name is the name of a command's page without its ending: minipod-run.
func Name(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// Commands are a command and all below it that are meant for users.
func Commands(root *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{root}
	for _, cmd := range root.Commands() {
		if cmd.IsAvailableCommand() && cmd.Name() != "help" && cmd.Name() != "completion" {
			list = append(list, Commands(cmd)...)
		}
	}
	return list
}

// Markdown is the page of a command.
func Markdown(cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s.\n\n```text\n%s\n```\n\n%s\n", cmd.CommandPath(), cmd.Short, cmd.UseLine(), escaped(description(cmd)))
	if cmd.Example != "" {
		fmt.Fprintf(&b, "\n## Examples\n\n```text\n%s\n```\n", cmd.Example)
	}
	if usages := cmd.LocalFlags().FlagUsages(); usages != "" {
		fmt.Fprintf(&b, "\n## Flags\n\n```text\n%s```\n", usages)
	}
	if below := Commands(cmd)[1:]; len(below) > 0 {
		b.WriteString("\n## Commands\n\n| command | does |\n|---|---|\n")
		for _, c := range below {
			fmt.Fprintf(&b, "| [%s](%s.md) | %s |\n", c.CommandPath(), Name(c), c.Short)
		}
	}
	return b.String()
}

func description(cmd *cobra.Command) string {
	if cmd.Long == "" {
		return cmd.Short + "."
	}
	return strings.TrimSpace(cmd.Long)
}

// escaped keeps Markdown from taking words such as <name> for tags, and
// indented lines as they are.
func escaped(text string) string {
	return strings.NewReplacer("<", "&lt;", "*", `\*`).Replace(text)
}

// Man is the page of a command for man(1), in section 1.
func Man(cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1\n.SH NAME\n%s \\- %s\n", strings.ToUpper(Name(cmd)), Name(cmd), roff(cmd.Short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n%s\n.SH DESCRIPTION\n.nf\n%s\n.fi\n", roff(cmd.UseLine()), roff(description(cmd)))
	if cmd.LocalFlags().HasAvailableFlags() {
		b.WriteString(".SH OPTIONS\n")
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				b.WriteString(option(f))
			}
		})
	}
	if cmd.Example != "" {
		fmt.Fprintf(&b, ".SH EXAMPLES\n.nf\n%s\n.fi\n", roff(cmd.Example))
	}
	if others := related(cmd); len(others) > 0 {
		fmt.Fprintf(&b, ".SH SEE ALSO\n%s\n", strings.Join(others, ", "))
	}
	return b.String()
}

// option is the paragraph of a flag.
func option(f *pflag.Flag) string {
	value, usage := pflag.UnquoteUsage(f)
	name := "--" + f.Name
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	if value != "" {
		name += " " + value
	}
	return fmt.Sprintf(".TP\n%s\n%s\n", roff(name), roff(usage))
}

// related are the pages above and below.
func related(cmd *cobra.Command) []string {
	var names []string
	if cmd.HasParent() {
		names = append(names, roff(Name(cmd.Parent()))+"(1)")
	}
	for _, c := range Commands(cmd)[1:] {
		names = append(names, roff(Name(c))+"(1)")
	}
	return slices.Compact(names)
}

// roff is a text that roff shows as it is.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

package diagnose

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// carriageReturned is a script that ends its lines with CRLF: what was said of
// its commands shows it, or the file that the shell of a unit was given.
func (l *look) carriageReturned(u translate.Unit, failed plan.Container, words []string) []Cause {
	const signal = 128 // and the number of what ended it, whatever the script says
	complaints := carriageReturns(u, words)
	name, line := crlfIn(l.shellScript(u), func(name string) (File, bool) { return l.file(failed.ID, name) })
	if len(complaints) == 0 && (name == "" || failed.ExitCode > signal) {
		return nil
	}
	c := crlf(u, name, line)
	c.Command = l.logsOf(failed)
	c.Evidence = append(c.Evidence, fmt.Sprintf("exit code %d", failed.ExitCode))
	if len(complaints) > 0 {
		c.Sure = Certain
		c.Evidence = slices.Insert(c.Evidence, 0, "seen: "+strconv.Quote(complaints[0]))
	}
	return []Cause{c}
}

// crlf is the cause that the script of a unit has such a line.
func crlf(u translate.Unit, name, line string) Cause {
	c := Cause{Name: "script-crlf", Container: u.Name, Sure: Likely}
	what := "a script in"
	if name != "" {
		what = "the script " + name + " of"
		c.Evidence = []string{fmt.Sprintf("%s has the line %q", name, line)}
	}
	c.Text = fmt.Sprintf("%s %s ends its lines with CRLF, and its shell takes the carriage returns for parts of the commands", what, title(u))
	return c
}

// crlfIn is the first of some files that has a line with a carriage return at
// its end, and that line.
func crlfIn(names []string, read func(name string) (File, bool)) (name, line string) {
	for _, name := range names {
		f, _ := read(name)
		for line := range bytes.Lines(f.Head) {
			if bytes.HasSuffix(line, []byte("\r\n")) {
				return name, firstLine(line)
			}
		}
	}
	return "", ""
}

// shellScript is where the script may be that the command line of a unit gives to a
// shell; none where it gives none.
func (l *look) shellScript(u translate.Unit) []string {
	argv := l.argv(u)
	if len(argv) == 0 || !slices.Contains(shells(), path.Base(argv[0])) {
		return nil
	}
	for i := 1; i < len(argv); i++ {
		option, isOption := strings.CutPrefix(argv[i], "-")
		switch {
		case !isOption:
			image, _ := l.image(u)
			return candidates(path.Dir(argv[i])+"/"+path.Base(argv[i]), u, image)
		case !strings.HasPrefix(option, "-") && strings.Contains(option, "c"), option == "s":
			return nil // the commands are no file
		case strings.HasSuffix(option, "o"):
			i++ // the name of what is switched on
		}
	}
	return nil
}

// carriageReturns are complaints of a shell with a carriage return in them, or
// with what bash writes for one. A terminal ends every line with one.
func carriageReturns(u translate.Unit, words []string) []string {
	var found []string
	for _, line := range holding(words, "not found", "illegal option", "invalid option", "illegal number", "invalid number", "invalid time interval", "syntax error", "unexpected", noSuchFile, "can't open", "can't cd to") {
		if u.Container.TTY {
			line = strings.TrimSuffix(line, "\r")
		}
		if strings.Contains(line, "\r") || strings.Contains(line, `\r'`) {
			found = append(found, line)
		}
	}
	return found
}

package lesson

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"al.essio.dev/pkg/shellescape"
)

// typed are the commands of a script, as they would be typed one after the
// other: a line each, or several where sh wants more. There is at least one.
func (s *shell) typed(ctx context.Context, script string) []string {
	var commands []string
	begun := ""
	for line := range strings.Lines(script) {
		begun += line
		if !s.whole(ctx, begun) {
			continue
		}
		if text := strings.TrimSpace(begun); text != "" {
			commands = append(commands, text)
		}
		begun = ""
	}
	if text := strings.TrimSpace(begun); text != "" || len(commands) == 0 {
		commands = append(commands, text)
	}
	return commands
}

// whole reports whether sh would run a text, and not wait for more of it. A
// document in it may go on to the end of the script.
func (s *shell) whole(ctx context.Context, text string) bool {
	if strings.HasSuffix(text, "\\\n") || strings.Contains(text, "<<") {
		return false
	}
	code, err := s.run(ctx, "sh -n -c "+shellescape.Quote(text), io.Discard)
	return code == 0 && err == nil
}

// announcement stands on both sides of the number of a command in what a
// script writes. It is a character that nothing else writes.
const announcement = '\036'

// announced is a script that writes the number of each command but the first
// before it runs it. The exit code of the command before stays what it is.
func announced(commands []string) string {
	var script strings.Builder
	for i, command := range commands {
		if i > 0 {
			fmt.Fprintf(&script, `{ learn_code=$?; printf '\%03o%d\%03o'; (exit $learn_code); }; `, announcement, i, announcement)
		}
		script.WriteString(command + "\n")
	}
	return script.String()
}

// transcript takes what an announced script writes.
type transcript struct {
	written bytes.Buffer     // by the commands
	seen    io.Writer        // the same, with each command before what it writes
	prompt  func(int) string // a command, as it is shown
	number  []byte           // of a command, while it is being read; else nil
	inLine  bool             // whether the last line that was seen goes on
}

func (t *transcript) Write(data []byte) (int, error) {
	for i, part := range bytes.Split(data, []byte{announcement}) {
		switch {
		case i > 0 && t.number == nil:
			t.number = []byte{}
		case i > 0:
			if err := t.announce(); err != nil {
				return 0, err
			}
		}
		if t.number != nil {
			t.number = append(t.number, part...)
			continue
		}
		t.written.Write(part)
		if err := t.show(part); err != nil {
			return 0, err
		}
	}
	return len(data), nil
}

func (t *transcript) announce() error {
	n, err := strconv.Atoi(string(t.number))
	t.number = nil
	if err != nil {
		return fmt.Errorf("number of a command: %w", err)
	}
	return errors.Join(t.end(), t.show([]byte(t.prompt(n)+"\n")))
}

// end ends the line that was written last.
func (t *transcript) end() error {
	if !t.inLine {
		return nil
	}
	t.written.WriteByte('\n')
	return t.show([]byte{'\n'})
}

func (t *transcript) show(part []byte) error {
	if len(part) > 0 {
		t.inLine = part[len(part)-1] != '\n'
	}
	_, err := t.seen.Write(part)
	return err
}

package lesson

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Player goes through lessons with a learner.
type Player struct {
	In  io.Reader
	Out io.Writer
	// Yes is to wait for no Enter.
	Yes bool
	// Program is what the commands call minipod.
	Program string
	// Words are what it says itself, in the learner's language.
	Words Words
	// Mark makes a heading or a command stand out; nil is not to.
	Mark func(string) string
}

// Words are what a player says itself.
type Words struct {
	Run, Think, Right, CleanedUp string
}

// WrongError says that something came out otherwise than the lesson has it.
type WrongError struct {
	Lesson string
	Line   int
	What   string
}

func (e *WrongError) Error() string {
	return fmt.Sprintf("%s.md:%d: it did not come out as the lesson says: %s", e.Lesson, e.Line, e.What)
}

// MissingError says that a lesson wants a program that is not there.
type MissingError struct{ Lesson, Program string }

func (e *MissingError) Error() string {
	return fmt.Sprintf("lesson %s wants the program %s, which is not in PATH", e.Lesson, e.Program)
}

// Play goes through one lesson, and cleans up after it however it ends, also
// where nobody reads on. What does not come out as it should is a WrongError.
func (p *Player) Play(ctx context.Context, l *Lesson) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	to := *p
	to.Out = &ending{p.Out, cancel}
	return to.play(ctx, l)
}

// ending ends a lesson with the first error of a write.
type ending struct {
	io.Writer
	end context.CancelCauseFunc
}

func (e *ending) Write(data []byte) (int, error) {
	n, err := e.Writer.Write(data)
	if err != nil {
		e.end(err)
	}
	return n, err
}

func (p *Player) play(ctx context.Context, l *Lesson) error {
	dir, err := os.MkdirTemp("", "minipod-learn-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	sh, err := newShell(dir, p.Program)
	if err != nil {
		return err
	}
	for _, program := range l.Needs {
		if code, err := sh.run(ctx, "command -v "+program, io.Discard); code != 0 || err != nil {
			return errors.Join(&MissingError{l.Name, program}, err)
		}
	}
	clean := func() {
		// What is not there any more is no failure.
		_, _ = sh.run(context.WithoutCancel(ctx), l.Cleanup, io.Discard)
	}
	clean() // what a lesson that was killed has left
	defer func() {
		clean()
		p.say("%s", p.Words.CleanedUp)
	}()
	return p.steps(ctx, sh, l)
}

func (p *Player) steps(ctx context.Context, sh *shell, l *Lesson) error {
	enter := newEnter(p.In)
	p.say("%s\n", p.marked("# "+l.Title))
	for _, step := range l.Steps {
		switch s := step.(type) {
		case Text:
			p.say("%s\n", p.headings(string(s)))
		case Question:
			p.say("%s\n", p.marked("? "+strings.ReplaceAll(string(s), "\n", "\n  ")))
			if err := p.wait(ctx, enter, p.Words.Think); err != nil {
				return err
			}
		case File:
			p.say("%s\n%s", p.marked(s.Name+":"), indent(s.Content))
			if err := os.WriteFile(filepath.Join(sh.dir, s.Name), []byte(s.Content), 0o644); err != nil {
				return err
			}
		case Commands:
			typed := sh.typed(ctx, s.Script)
			p.say("%s", p.prompt(typed[0]))
			if err := p.wait(ctx, enter, p.Words.Run); err != nil {
				return err
			}
			if err := p.commands(ctx, sh, l, s, typed); err != nil {
				return err
			}
		}
	}
	return context.Cause(ctx)
}

// again is how long commands rest between two tries.
const again = 500 * time.Millisecond

// commands runs commands until what they write is right, or the time is over.
func (p *Player) commands(ctx context.Context, sh *shell, l *Lesson, c Commands, typed []string) error {
	until := time.Now().Add(c.Within)
	for {
		var seen bytes.Buffer
		out := &transcript{seen: &seen, prompt: func(i int) string { return p.prompt(typed[i]) }}
		if c.Within == 0 {
			out.seen = p.Out // while it is written
		}
		code, err := sh.run(ctx, announced(typed), out)
		if err != nil {
			return err
		}
		if err := out.end(); err != nil {
			return err
		}
		wrong := c.wrong(l.Name, code, out.written.String())
		if wrong == nil || time.Now().After(until) {
			fmt.Fprint(p.Out, seen.String())
		}
		switch {
		case wrong == nil && len(c.Checks) > 0:
			p.say("\n%s\n", p.Words.Right)
			return nil
		case wrong == nil:
			p.say("")
			return nil
		case time.Now().After(until):
			return wrong
		}
		select {
		case <-time.After(again):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// wrong says what is not as it should be.
func (c Commands) wrong(lesson string, code int, written string) error {
	if code != c.Exit {
		return &WrongError{lesson, c.Line, fmt.Sprintf("exit code %d, want %d", code, c.Exit)}
	}
	if check := c.Fails(written); check != nil {
		return &WrongError{lesson, check.Line, "want " + check.String()}
	}
	return nil
}

// ErrNobody says that a lesson waits for Enter, and that the input has ended.
var ErrNobody = errors.New("the input has ended, and nobody can press Enter")

// wait waits for Enter, until ctx ends. Where nobody can press it, that is ErrNobody.
func (p *Player) wait(ctx context.Context, enter <-chan struct{}, why string) error {
	if p.Yes || ctx.Err() != nil {
		return context.Cause(ctx)
	}
	fmt.Fprintf(p.Out, "%s ", why)
	select {
	case _, pressed := <-enter:
		p.say("")
		if !pressed {
			return ErrNobody
		}
		return nil
	case <-ctx.Done():
		p.say("")
		return context.Cause(ctx)
	}
}

// newEnter sends for each line that is read, and is closed after the last.
func newEnter(in io.Reader) <-chan struct{} {
	enter := make(chan struct{})
	go func() {
		defer close(enter)
		for lines := bufio.NewScanner(in); lines.Scan(); {
			enter <- struct{}{}
		}
	}()
	return enter
}

func (p *Player) say(format string, args ...any) { fmt.Fprintf(p.Out, format+"\n", args...) }

// prompt is a command as it stands on a terminal.
func (p *Player) prompt(command string) string {
	return p.marked("$ " + strings.ReplaceAll(command, "\n", "\n  "))
}

func (p *Player) marked(text string) string {
	if p.Mark == nil {
		return text
	}
	return p.Mark(text)
}

// headings makes headings stand out in a piece of text.
func (p *Player) headings(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "#") {
			lines[i] = p.marked(line)
		}
	}
	return strings.Join(lines, "\n")
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
}

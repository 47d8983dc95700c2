// Package lesson is lessons that run: Markdown that a teacher can write, whose
// commands are run for real and whose results are checked.
//
// A lesson is a Markdown file. Its heading is its title, and these blocks mean
// something; everything else is text to be read:
//
//	> A question. The learner thinks, and presses Enter.
//
//	```yaml pod.yaml
//	a file for the commands, of any language that has a name beside it
//	```
//
//	```sh
//	commands, which sh runs when the learner has pressed Enter
//	```
//
//	```check
//	a regular expression that what the last commands wrote has to match
//	! one that it must not match
//	```
//
//	```cleanup
//	commands that are run before the lesson and after it, however it ends
//	```
//
// After sh there may be exit=N, the exit code that is right, and within=20s:
// the commands are run again until what they write is right. After cleanup
// there may be needs=PROGRAM: without it the lesson does not begin.
package lesson

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"time"
)

// Lesson is one lesson.
type Lesson struct {
	Name  string // of its file, without .md
	Title string
	// Broken says in which line of the file what is wrong; nothing else of the
	// lesson counts then.
	Broken error
	Needs  []string // programs that have to be there
	Steps  []Step
	// Cleanup are commands that remove what the lesson makes.
	Cleanup string
}

// Step is one of the kinds below.
type Step interface{ step() }

// Text is to be read.
type Text string

// Question is to be thought about.
type Question string

// File is written for the commands.
type File struct{ Name, Content string }

// Commands are run by sh.
type Commands struct {
	Line   int // of the lesson's file
	Script string
	Exit   int           // the exit code that is right
	Within time.Duration // run again for so long until all is right; 0 is once
	Checks []Check
}

// Check is held against what commands wrote.
type Check struct {
	Line    int
	Pattern *regexp.Regexp
	Not     bool
}

func (Text) step()     {}
func (Question) step() {}
func (File) step()     {}
func (Commands) step() {}

// Parse reads a lesson. An error says on which line of the file it is.
func Parse(name string, data []byte) (*Lesson, error) {
	p := &parser{lesson: &Lesson{Name: strings.TrimSuffix(name, ".md")}}
	for i, line := range strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n") {
		if err := p.line(i+1, line); err != nil {
			return nil, fmt.Errorf("%s:%w", name, err)
		}
	}
	p.flush()
	switch {
	case p.fence != nil:
		return nil, fmt.Errorf("%s:%d: a block that begins with ``` does not end", name, p.fence.line)
	case p.lesson.Title == "":
		return nil, fmt.Errorf("%s: a lesson wants a title, a line such as: # Ports", name)
	}
	return p.lesson, nil
}

// fence is a block between two lines of three backquotes.
type fence struct {
	line  int
	words []string // after the backquotes
	body  []string
}

type parser struct {
	lesson *Lesson
	fence  *fence
	text   []string
	quoted bool // whether text is a question
}

const backquotes = "```"

func (p *parser) line(n int, line string) error {
	rest, fenced := strings.CutPrefix(line, backquotes)
	switch {
	case p.fence != nil && fenced:
		f := p.fence
		p.fence = nil
		return at(f.line, p.block(*f))
	case p.fence != nil:
		p.fence.body = append(p.fence.body, line)
	case fenced:
		p.flush()
		p.fence = &fence{line: n, words: strings.Fields(rest)}
	case p.lesson.Title == "" && strings.HasPrefix(line, "# "):
		p.lesson.Title = strings.TrimSpace(strings.TrimPrefix(line, "# "))
	default:
		quote, quoted := strings.CutPrefix(line, ">")
		if quoted != p.quoted {
			p.flush()
		}
		if p.quoted = quoted; quoted {
			line = strings.TrimPrefix(quote, " ")
		}
		p.text = append(p.text, line)
	}
	return nil
}

// lineError is an error of a line of the file.
type lineError struct {
	line int
	error
}

func (e *lineError) Error() string { return fmt.Sprintf("%d: %s", e.line, e.error) }
func (e *lineError) Unwrap() error { return e.error }

// at puts an error at a line, if it is at none.
func at(line int, err error) error {
	if err == nil || errors.As(err, new(*lineError)) {
		return err
	}
	return &lineError{line, err}
}

// flush ends a piece of text.
func (p *parser) flush() {
	text := strings.Trim(strings.Join(p.text, "\n"), "\n")
	p.text = nil
	switch {
	case strings.TrimSpace(text) == "":
	case p.quoted:
		p.lesson.Steps = append(p.lesson.Steps, Question(text))
	default:
		p.lesson.Steps = append(p.lesson.Steps, Text(text))
	}
	p.quoted = false
}

// block is what a fence holds.
func (p *parser) block(f fence) error {
	body := strings.Join(f.body, "\n") + "\n"
	kind, words := "", []string(nil)
	if len(f.words) > 0 {
		kind, words = f.words[0], f.words[1:]
	}
	switch {
	case kind == "sh":
		return p.commands(f.line, body, words)
	case kind == "check":
		return p.checks(f)
	case kind == "cleanup":
		p.lesson.Cleanup += body
		for _, word := range words {
			program, ok := strings.CutPrefix(word, "needs=")
			if !ok {
				return fmt.Errorf("cleanup wants needs=PROGRAM, not %q", word)
			}
			p.lesson.Needs = append(p.lesson.Needs, program)
		}
	case len(words) == 1:
		if strings.ContainsAny(words[0], `/\`) || words[0] == ".." {
			return fmt.Errorf("a file of a lesson wants a plain name, not %q", words[0])
		}
		p.lesson.Steps = append(p.lesson.Steps, File{Name: words[0], Content: body})
	default:
		p.lesson.Steps = append(p.lesson.Steps, Text(body))
	}
	return nil
}

func (p *parser) commands(line int, script string, words []string) error {
	c := Commands{Line: line, Script: script}
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		var err error
		switch name {
		case "exit":
			c.Exit, err = strconv.Atoi(value)
		case "within":
			c.Within, err = time.ParseDuration(value)
		default:
			return fmt.Errorf("sh wants exit=N or within=20s, not %q", word)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", word, err)
		}
	}
	p.lesson.Steps = append(p.lesson.Steps, c)
	return nil
}

// checks belong to the commands before them.
func (p *parser) checks(f fence) error {
	last := len(p.lesson.Steps) - 1
	var before Commands
	for ; last >= 0; last-- {
		if c, ok := p.lesson.Steps[last].(Commands); ok {
			before = c
			break
		}
	}
	if last < 0 {
		return fmt.Errorf("check has no commands before it")
	}
	for i, line := range f.body {
		if strings.TrimSpace(line) == "" {
			continue
		}
		text, not := strings.CutPrefix(line, "! ")
		pattern, err := regexp.Compile("(?m)" + text)
		if err != nil {
			return at(f.line+1+i, fmt.Errorf("no regular expression: %s: %w", line, patternFault(err)))
		}
		before.Checks = append(before.Checks, Check{Line: f.line + 1 + i, Pattern: pattern, Not: not})
	}
	p.lesson.Steps[last] = before
	return nil
}

// patternFault leaves out the pattern itself, to which (?m) has been added.
func patternFault(err error) error {
	if fault := (*syntax.Error)(nil); errors.As(err, &fault) {
		return errors.New(fault.Code.String())
	}
	return err
}

// Fails is the first check that what was written does not hold; nil if none.
func (c Commands) Fails(written string) *Check {
	for i, check := range c.Checks {
		if check.Pattern.MatchString(written) == check.Not {
			return &c.Checks[i]
		}
	}
	return nil
}

func (c Check) String() string {
	text := strings.TrimPrefix(c.Pattern.String(), "(?m)")
	if c.Not {
		return "no line like: " + text
	}
	return "a line like: " + text
}

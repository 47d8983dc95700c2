package lesson

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// All languages have the same lessons: titles and texts differ, and what is
// run and checked does not.
func TestLanguages(t *testing.T) {
	first, err := Own(Languages()[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range Languages()[1:] {
		other, err := Own(language)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(work(first), work(other)); diff != "" {
			t.Errorf("%s (-%s +%[1]s):\n%s", language, Languages()[0], diff)
		}
		for i := range min(len(first), len(other)) {
			if questions(first[i]) != questions(other[i]) || other[i].Title == first[i].Title {
				t.Errorf("%s: %s is not a translation", language, other[i].Name)
			}
		}
	}
}

// work is what lessons do.
func work(all []*Lesson) map[string][]string {
	done := map[string][]string{}
	for _, l := range all {
		lines := append([]string{l.Cleanup}, l.Needs...)
		for _, step := range l.Steps {
			switch s := step.(type) {
			case File:
				lines = append(lines, s.Name, s.Content)
			case Commands:
				lines = append(lines, s.Script, s.Within.String())
				for _, c := range s.Checks {
					lines = append(lines, c.String())
				}
			}
		}
		done[l.Name] = lines
	}
	return done
}

func questions(l *Lesson) (n int) {
	for _, step := range l.Steps {
		if _, ok := step.(Question); ok {
			n++
		}
	}
	return n
}

// Every lesson asks something, checks something, and cleans up.
func TestLessonsAreWhole(t *testing.T) {
	all, err := Own("en")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 14 {
		t.Errorf("there are only %d lessons", len(all))
	}
	for _, l := range all {
		if l.Broken != nil {
			t.Error(l.Broken)
		}
		checks := 0
		for _, step := range l.Steps {
			if c, ok := step.(Commands); ok {
				checks += len(c.Checks)
			}
		}
		if checks == 0 || questions(l) == 0 || l.Cleanup == "" {
			t.Errorf("%s: %d checks, %d questions, cleanup %q", l.Name, checks, questions(l), l.Cleanup)
		}
	}
}

func TestParse(t *testing.T) {
	const start = "# T\n"
	for _, c := range []struct{ name, text, want string }{
		{"no title", "text\n", "x.md: a lesson wants a title"},
		{"no end", start + "```sh\ntrue\n", "x.md:2: a block that begins with ``` does not end"},
		{"unknown word", start + "```sh often\ntrue\n```\n", `x.md:2: sh wants exit=N or within=20s, not "often"`},
		{"no number", start + "```sh exit=one\ntrue\n```\n", "x.md:2: exit=one: "},
		{"no duration", start + "```sh within=1\ntrue\n```\n", "x.md:2: within=1: "},
		{"no commands", start + "```check\na\n```\n", "x.md:2: check has no commands before it"},
		{"bad pattern", start + "```sh\ntrue\n```\n```check\na\n(\n```\n", "x.md:7: no regular expression: (: missing closing )"},
		{"a path", start + "```yaml ../a\nx\n```\n", `a file of a lesson wants a plain name, not "../a"`},
		{"cleanup", start + "```cleanup kubectl\nx\n```\n", `cleanup wants needs=PROGRAM, not "kubectl"`},
	} {
		if _, err := Parse("x.md", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func TestFind(t *testing.T) {
	all, err := Own("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"3", "ports", "03-ports"} {
		if l, ok := Find(all, word); !ok || l.Name != "03-ports" {
			t.Errorf("%s finds %v", word, l)
		}
	}
	for _, word := range []string{"0", "99", "", "port"} {
		if l, ok := Find(all, word); ok {
			t.Errorf("%q finds %s", word, l.Name)
		}
	}
}

// play plays a lesson without an engine.
func play(t *testing.T, ctx context.Context, in, text string) (said string, err error) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	l, err := Parse("x.md", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := &Player{In: strings.NewReader(in), Out: &out, Program: "/bin/echo", Words: Words{Run: "RUN", Right: "RIGHT"}}
	err = p.Play(ctx, l)
	if left, _ := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	return out.String(), err
}

func TestPlay(t *testing.T) {
	said, err := play(t, t.Context(), "\n\n", "# T\ntext\n\n```yaml a\nhello\n```\n> why?\n\n```sh exit=3\ncat a; minipod here; exit 3\n```\n```check\n^hello$\n^here$\n! there\n```\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# T\n", "text\n", "a:\n  hello\n", "? why?\n", "$ cat a; minipod here; exit 3\n", "RUN \nhello\nhere\n\nRIGHT\n"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
}

func TestPlayOfWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"exit code", "# T\n```sh\nexit 1\n```\n", "x.md:2: it did not come out as the lesson says: exit code 1, want 0"},
		{"check", "# T\n```sh\necho a\n```\n```check\na\nb\n```\n", "x.md:7: it did not come out as the lesson says: want a line like: b"},
		{"not", "# T\n```sh\necho a\n```\n```check\n! a\n```\n", "x.md:6: it did not come out as the lesson says: want no line like: a"},
		{"within", "# T\n```sh within=1ms\necho a\n```\n```check\nb\n```\n", "x.md:6: "},
	} {
		var wrong *WrongError
		if _, err := play(t, t.Context(), "\n", c.text); !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := play(t, t.Context(), "", "# T\n```cleanup needs=no-such-program\n```\n"); !errors.As(err, new(*MissingError)) {
		t.Errorf("a program that is missing: %v", err)
	}
}

// What a command writes stands after it, as on a terminal, and what the
// commands share is shared.
func TestPlayOfSeveralCommands(t *testing.T) {
	const script = "a=1; printf one\n(exit 3)\necho $?$a; false ||\n  echo two\ncat <<E\nthree\nE\necho four\n"
	const want = "$ a=1; printf one\nRUN \none\n$ (exit 3)\n$ echo $?$a; false ||\n    echo two\n31\ntwo\n" +
		"$ cat <<E\n  three\n  E\n  echo four\nthree\nfour\n\nRIGHT\n"
	for _, block := range []string{"sh", "sh within=10s"} {
		said, err := play(t, t.Context(), "\n", "# T\n```"+block+"\n"+script+"```\n```check\n^31$\n! \\$\n```\n")
		if err != nil || !strings.Contains(said, want) {
			t.Errorf("%s: %v, want\n%s\nhave\n%s", block, err, want, said)
		}
	}
}

// A lesson that cannot be read is in nobody's way, and keeps its number.
func TestReadOfWhatIsBroken(t *testing.T) {
	all, err := Read(fstest.MapFS{
		"01-a.md": {Data: []byte("# A\n")}, "02-b.md": {Data: []byte("# B\n```sh often\n```\n")}, "03-c.md": {Data: []byte("# C\n")},
	})
	if err != nil || len(all) != 3 {
		t.Fatalf("%d lessons, %v", len(all), err)
	}
	if l, ok := Find(all, "3"); !ok || l.Title != "C" || l.Broken != nil {
		t.Errorf("lesson 3 is %+v", l)
	}
	l, ok := Find(all, "b")
	if want := `02-b.md:2: sh wants exit=N or within=20s, not "often"`; !ok || l.Broken == nil || l.Broken.Error() != want {
		t.Errorf("lesson b is %+v, want %s", l, want)
	}
}

// Commands are tried again until they are right.
func TestWithin(t *testing.T) {
	said, err := play(t, t.Context(), "\n", "# T\n```sh within=20s\necho x >>n; wc -l <n\n```\n```check\n2\n```\n")
	if err != nil || strings.Contains(said, "1\n") {
		t.Errorf("%v:\n%s", err, said)
	}
}

// A lesson that is broken off cleans up and leaves no process.
func TestInterrupted(t *testing.T) {
	marker := filepath.Join(t.TempDir(), "cleaned")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 300*time.Millisecond, errors.New("enough"))
	defer cancel()
	began := time.Now()
	_, err := play(t, ctx, "\n", "# T\n```sh\nsleep 60\n```\n```cleanup\necho >>"+marker+"\n```\n")
	if err == nil || err.Error() != "enough" || time.Since(began) > 30*time.Second {
		t.Errorf("after %s: %v", time.Since(began), err)
	}
	if cleaned, err := os.ReadFile(marker); err != nil || len(cleaned) != 2 {
		t.Errorf("it cleaned up %d times, %v", len(cleaned), err)
	}
}

// full takes a few writes and no more.
type full struct{ room int }

func (f *full) Write(data []byte) (int, error) {
	if f.room--; f.room < 0 {
		return 0, errors.New("full")
	}
	return len(data), nil
}

// A lesson that cannot be shown any more ends, wherever that is, and cleans up.
func TestUnshown(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for room := range 8 {
		marker := filepath.Join(t.TempDir(), "cleaned")
		text := "# T\ntext\n\n```sh\necho a\necho b\n```\n```sh within=1s\ntouch " + marker + ".end; echo c\n```\n```cleanup\necho >>" + marker + "\n```\n"
		l, err := Parse("x.md", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		p := &Player{In: strings.NewReader(""), Out: &full{room}, Yes: true, Program: "/bin/echo"}
		if err := p.Play(t.Context(), l); err == nil || err.Error() != "full" {
			t.Errorf("room for %d: %v", room, err)
		}
		if cleaned, err := os.ReadFile(marker); err != nil || len(cleaned) != 2 {
			t.Errorf("room for %d: it cleaned up %d times, %v", room, len(cleaned), err)
		}
		if _, err := os.Stat(marker + ".end"); err == nil && room < 5 {
			t.Errorf("room for %d: it went on", room)
		}
	}
}

// A lesson that waits for Enter ends where nobody can press it, and cleans up.
func TestNobody(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for pressed, want := range map[string]error{"": ErrNobody, "\n": ErrNobody, "\n\n": nil} {
		marker := filepath.Join(t.TempDir(), "cleaned")
		l, err := Parse("x.md", []byte("# T\n```sh\necho a\n```\n```sh\ntouch "+marker+".end\n```\n```cleanup\necho >>"+marker+"\n```\n"))
		if err != nil {
			t.Fatal(err)
		}
		p := &Player{In: strings.NewReader(pressed), Out: io.Discard, Program: "/bin/echo"}
		if err := p.Play(t.Context(), l); !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("%q: %v, want %v", pressed, err, want)
		}
		if _, err := os.Stat(marker + ".end"); (err == nil) != (want == nil) {
			t.Errorf("%q: the end was reached: %t", pressed, err == nil)
		}
		if cleaned, err := os.ReadFile(marker); err != nil || len(cleaned) != 2 {
			t.Errorf("%q: it cleaned up %d times, %v", pressed, len(cleaned), err)
		}
	}
}

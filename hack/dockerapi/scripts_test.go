package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// What make demo runs on the way is compiled as the program is, with -trimpath:
// else each package that both have is compiled twice, which takes a bare machine
// a minute.
func TestScriptsCompileAsMakeDoes(t *testing.T) {
	built := regexp.MustCompile(`go (run|build) [^|;)]*\./(hack/dockerapi|cmd/minipod)`)
	for _, name := range []string{"engine", "images", "demo", "crash"} {
		text, err := os.ReadFile("../" + name)
		if err != nil {
			t.Fatal(err)
		}
		lines := built.FindAllString(string(text), -1)
		if len(lines) == 0 {
			t.Errorf("hack/%s does not use dockerapi any more", name)
		}
		for _, line := range lines {
			if !strings.Contains(line, " -trimpath ") {
				t.Errorf("hack/%s: %s", name, line)
			}
		}
	}
}

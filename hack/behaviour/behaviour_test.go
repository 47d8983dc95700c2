// Package behaviour holds docs/behaviour.md to what is there.
package behaviour

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every test and script that the page names is there.
func TestNamedTestsAreThere(t *testing.T) {
	page, err := os.ReadFile("../../docs/behaviour.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := regexp.MustCompile("`([a-z]+)\\.(Test[A-Za-z]+)`").FindAllStringSubmatch(string(page), -1)
	if len(tests) < 40 {
		t.Errorf("the page names %d tests", len(tests))
	}
	for _, m := range tests {
		if !declared(t, m[1], m[2]) {
			t.Errorf("there is no test %s in package %s", m[2], m[1])
		}
	}
	for _, m := range regexp.MustCompile("`([a-z-]+\\.txtar)`").FindAllStringSubmatch(string(page), -1) {
		if found, _ := filepath.Glob("../../testdata/*/" + m[1]); len(found) == 0 {
			t.Errorf("there is no script %s", m[1])
		}
	}
}

// declared reports whether a package of runtime has a test.
func declared(t *testing.T, pkg, name string) bool {
	files, err := filepath.Glob("../../runtime/" + pkg + "/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}

package podspec_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/minipod/minipod/podspec"
)

// oddBreaks are the line breaks of YAML that editors do not count.
var oddBreaks = regexp.MustCompile("\r([^\n]|$)|[\u0085\u2028\u2029]")

// FuzzParse: whatever the bytes, Parse answers with objects that it would accept again, or with problems that have a
// place in the file.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.[yj][as]*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		objects, err := podspec.Parse("fuzz", data)
		if took := time.Since(start); took > 3*time.Second {
			t.Fatalf("%d bytes took %v", len(data), took)
		}
		if err == nil {
			for _, o := range objects {
				if o.Taken() {
					checkRoundTrip(t, o)
				}
			}
			return
		}
		var problems podspec.Problems
		if !errors.As(err, &problems) || len(problems) == 0 {
			t.Fatalf("no Problems: %v", err)
		}
		if !utf8.Valid(data) || oddBreaks.Match(data) {
			return
		}
		for _, p := range problems {
			checkProblem(t, data, p)
		}
	})
}

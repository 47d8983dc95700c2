package docker

import (
	"strings"
	"testing"
)

// Of what is written the last bytes are kept, however it is written.
func TestEnding(t *testing.T) {
	for _, parts := range [][]string{{"abcdef"}, {"abc", "def"}, {"a", "b", "c", "d", "e", "f"}, {"", "abcdef", ""}} {
		e := &ending{most: 4}
		for _, p := range parts {
			if n, err := e.Write([]byte(p)); n != len(p) || err != nil {
				t.Fatalf("wrote %d, %v", n, err)
			}
		}
		if got := string(e.bytes); got != "cdef" {
			t.Errorf("%s: kept %q", strings.Join(parts, "|"), got)
		}
	}
}

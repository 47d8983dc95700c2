package namespace

import (
	"slices"
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	for _, c := range []struct {
		name string
		want string
	}{
		{"short", "short"},
		{"node-server", "node-|server"},
		{"log-shipper-ofx", "log-|shipper-|ofx"},
		{"abcdefghijklm", "abcdefghij|klm"},
		{"ääääääääää-ä", "ääääääääää|-ä"},
		{"ä-äääääääääää", "ä-|ääääääääää|ä"},
	} {
		got := fold(c.name, 10)
		if want := strings.Split(c.want, "|"); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", c.name, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	got := wrap("a bc  de a-long-word f", 5)
	if want := []string{"a bc", "de", "a-long-word", "f"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{"/données": "/données", "a\x1b[2J\u202e\"": `a\x1b[2J\u202e\"`, "\xff": `\xff`} {
		if got := printable(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

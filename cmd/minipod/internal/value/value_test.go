package value

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/labels"
)

// flags are one of each kind.
func flags(now time.Time) map[string]pflag.Value {
	var selector labels.Selector
	return map[string]pflag.Value{
		"format": NewChoice(new(string), "wide", "json"), "pull": NewPull(new(string)), "ports": NewPorts(new([]string)),
		"grace": NewGrace(new(*int64)), "selector": NewSelector(&selector), "lines": NewLines(new(*int64)),
		"bytes": NewBytes(new(int64)), "ago": NewAgo(new(time.Time), func() time.Time { return now }), "time": NewTime(new(time.Time)), "duration": NewDuration(new(time.Duration), 0, 0), "image": NewImage(new(string)),
	}
}

func TestValues(t *testing.T) {
	now := time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)
	for _, c := range []struct{ kind, text, value, wrong string }{
		{"format", "json", "json", ""},
		{"format", "table", "", "want wide, json"},
		{"pull", "IfNotPresent", "missing", ""},
		{"pull", "Always", "always", ""},
		{"pull", "sometimes", "", "want always, missing, never"},
		{"ports", "127.0.0.1:8080:80/udp", "127.0.0.1:8080:80/udp", ""},
		{"ports", "web:80", "", "want [IP:][HOST:]CONTAINER[/PROTO], such as 8080:80: "},
		{"grace", "10", "10", ""},
		{"grace", "1m", "60", ""},
		{"grace", "500ms", "1", ""},
		{"grace", "-1", "", ""},
		{"grace", "-3", "", "want a number of seconds, such as 10"},
		{"grace", "soon", "", "want a number of seconds, such as 10"},
		{"selector", "app=web", "app=web", ""},
		{"selector", "a=b=c", "", "want labels, such as app=web,tier!=test: "},
		{"lines", "20", "20", ""},
		{"lines", "all", "", ""},
		{"lines", "few", "", "want a number of lines, or -1 for all"},
		{"lines", "-2", "", "want a number of lines, or -1 for all"},
		{"bytes", "10k", "10000", ""},
		{"bytes", "1Mi", "1048576", ""},
		{"bytes", "0", "", "want a number of bytes, such as 500 or 10k"},
		{"bytes", "9223372036854775807k", "", "want a number of bytes, such as 500 or 10k"},
		{"ago", "5m", "5m", ""},
		{"ago", "2026-01-02T15:04:05Z", "2026-01-02T15:04:05Z", ""},
		{"ago", "-5m", "", "want a duration that is over, such as 5s, 2m or 3h"},
		{"time", "2026-01-02T15:04:05+01:00", "2026-01-02T15:04:05+01:00", ""},
		{"image", "registry.example:5000/app/web:1", "registry.example:5000/app/web:1", ""},
		{"image", "", "", ""},
		{"image", "BAD IMG", "", "want the name of an image, such as busybox:1.37: invalid reference format"},
		{"duration", "90s", "1m30s", ""},
		{"duration", "0", "", ""},
		{"duration", "5", "", "want a duration with a unit: 5s or 5m"},
		{"duration", "-5s", "", "want a duration such as 30s or 2m"},
		{"duration", "soon", "", "want a duration such as 30s or 2m"},
		{"time", "yesterday", "", "want a time such as 2026-01-02T15:04:05Z"},
	} {
		v := flags(now)[c.kind]
		err := v.Set(c.text)
		if c.wrong == "" && err != nil || v.String() != c.value {
			t.Errorf("%s %q: %q, %v; want %q", c.kind, c.text, v.String(), err, c.value)
		}
		if c.wrong != "" && (!errors.As(err, new(*WantError)) || !strings.HasPrefix(err.Error(), c.wrong)) {
			t.Errorf("%s %q: error %v, want %q", c.kind, c.text, err, c.wrong)
		}
		if err != nil && strings.Contains(err.Error(), "strconv") {
			t.Errorf("%s %q: Go's words: %v", c.kind, c.text, err)
		}
	}
}

func TestNamespace(t *testing.T) {
	var got string
	n := NewNamespace(&got)
	for _, text := range []string{"kube-system", "a1", ""} {
		if err := n.Set(text); err != nil || got != text || n.String() != text {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"Bad_NS", "a__b", "a b/../c", "-", strings.Repeat("a", 64)} {
		if err := n.Set(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

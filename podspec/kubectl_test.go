package podspec_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
	k8syaml "k8s.io/apimachinery/pkg/util/yaml"

	"github.com/minipod/minipod/podspec"
)

// TestReadsLikeKubectl takes and refuses the same texts as the reader that kubectl reads manifests with.
func TestReadsLikeKubectl(t *testing.T) {
	const a, b = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n", "apiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n"
	for name, c := range map[string]struct {
		text  string
		taken int // how many objects, 0: refused
	}{
		"plain":                         {a + "---\n" + b, 2},
		"mark first":                    {"\uFEFF" + a, 1},
		"mark after a marker":           {a + "---\n\uFEFF" + b, 2},
		"mark after a comment's marker": {a + "--- # second\n\uFEFF" + b, 2},
		"mark first, then a marker":     {"\uFEFF---\n" + b, 1},
		"mark before a marker":          {a + "\uFEFF---\n" + b, 0},
		"bytes in a comment":            {"# caf\xe9\n" + a + "# \xff\xfe\n", 1},
		"bytes beside a value":          {strings.Replace(a, "v1", "v1 # \xe9", 1), 1},
		"control in a comment":          {"# \x1b[0m\n" + a, 0},
		"flow beside a marker":          {"--- {apiVersion: v1, kind: Namespace, metadata: {name: a}}\n", 0},
		"comment beside a marker":       {"--- # first\n" + a, 1},
		"text beside a marker":          {a + "---x\n" + b, 0},
		"four dashes":                   {a + "----\n" + b, 0},
		"tag beside a marker":           {"--- !!map\n" + a, 0},
		"anchor beside a marker":        {"--- &a\n" + a, 0},
		"null of a word":                {strings.Replace(a, "name: a", "name: a, namespace: !!null x", 1), 0},
		"null of nothing":               {strings.Replace(a, "name: a", "name: a, labels: !!null ", 1), 1},
		"null of ~":                     {strings.Replace(a, "name: a", "name: a, labels: !!null ~", 1), 1},
		"null of a quoted nothing":      {strings.Replace(a, "name: a", "name: a, labels: !!null ''", 1), 1},
		"null of a quoted null":         {strings.Replace(a, "name: a", "name: a, labels: !!null 'null'", 1), 1},
		"int of a word":                 {strings.Replace(a, "name: a", "name: a, generation: !!int x", 1), 0},
		"marker in a block":             {strings.Replace(a, "metadata: {name: a}", "metadata:\n  name: a\n  annotations:\n    a: |\n      b", 1) + "---\n" + b, 2},
		"two of JSON":                   {`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}}{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"b"}}`, 2},
	} {
		t.Run(name, func(t *testing.T) {
			if got := readByKubectl(c.text); got != c.taken {
				t.Fatalf("kubectl reads %d objects, not %d", got, c.taken)
			}
			objects, err := podspec.Parse("f", []byte(c.text))
			if err == nil && len(objects) != c.taken || (err == nil) != (c.taken > 0) {
				t.Errorf("%d objects, not %d: %v", len(objects), c.taken, err)
			}
		})
	}
}

// readByKubectl counts the objects that kubectl reads; none if it refuses the text. It puts U+FFFD for what is not
// UTF-8 and takes the byte order mark off first.
func readByKubectl(text string) (count int) {
	text = strings.TrimPrefix(strings.ToValidUTF8(text, "\uFFFD"), "\uFEFF")
	decoder := k8syaml.NewYAMLOrJSONDecoder(bytes.NewReader([]byte(text)), 4096)
	for {
		var raw runtime.RawExtension
		err := decoder.Decode(&raw)
		switch {
		case errors.Is(err, io.EOF):
			return count
		case err != nil:
			return 0
		case len(raw.Raw) > 0 && string(raw.Raw) != "null":
			count++
		}
	}
}

// A byte that is not UTF-8 and not in a comment makes kubectl read another value, so it is refused here.
func TestBytesInValues(t *testing.T) {
	text := "# caf\xe9\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1 # \xe9\nkind: ConfigMap\nmetadata: {name: b}\ndata:\n  a: |\n    one\n    tw\xf6\n"
	_, err := podspec.Parse("f", []byte(text))
	if want := "f:12:7: the byte 0xf6 is not UTF-8: is this a text file?"; err == nil || err.Error() != want {
		t.Errorf("want %q, got %v", want, err)
	}
}

package docker

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/docker/docker/pkg/stdcopy"
)

// Both streams are told apart, however the frames come in.
func TestOutput(t *testing.T) {
	var framed bytes.Buffer
	out, errs := stdcopy.NewStdWriter(&framed, stdcopy.Stdout), stdcopy.NewStdWriter(&framed, stdcopy.Stderr)
	long := strings.Repeat("long", frameRoom)
	for _, step := range []struct {
		to   io.Writer
		text string
	}{{out, "one "}, {errs, "refused"}, {out, long}, {out, ""}, {errs, " at last"}, {out, " two"}} {
		if _, err := io.WriteString(step.to, step.text); err != nil {
			t.Fatal(err)
		}
	}
	for name, r := range map[string]io.Reader{
		"whole": bytes.NewReader(framed.Bytes()), "in bytes": iotest.OneByteReader(bytes.NewReader(framed.Bytes())),
		"cut short": bytes.NewReader(append(bytes.Clone(framed.Bytes()), 1, 0, 0)),
	} {
		o := newOutput(r)
		got, err := io.ReadAll(o)
		if err != nil || string(got) != "one "+long+" two" || o.words.String() != "refused at last" {
			t.Errorf("%s: %d bytes of output, %q of errors, %v", name, len(got), o.words.String(), err)
		}
	}
	if _, err := io.ReadAll(newOutput(strings.NewReader("not framed at all"))); err == nil {
		t.Error("what has no frames is read")
	}
}

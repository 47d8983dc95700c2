package tell

import (
	"bytes"
	"testing"
)

func TestRefusal(t *testing.T) {
	const runc = "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
	for engine, want := range map[string]string{
		"start web_a: " + runc + `exec: "/nope": stat /nope: no such file or directory: unknown`: `its command /nope is not in its files: exec: "/nope": stat /nope: no such file or directory`,
		runc + `error during container init: exec: "nope": executable file not found in $PATH`:   `its command nope is in no folder of the image's PATH: exec: "nope": executable file not found in $PATH`,
		runc + `exec: "/etc/passwd": permission denied: unknown`:                                 `its command /etc/passwd may not be executed: exec: "/etc/passwd": permission denied`,
		runc + `error mounting "/a" to rootfs at "/b": not a directory: unknown`:                 `error mounting "/a" onto /b: one is a folder and the other a file; subPath mounts one file of a volume`,
		"start web_a: no space left on device":                                                   "start web_a: no space left on device",
	} {
		if got := refusal(engine); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", engine, got, want)
		}
	}
}

// What a container wrote keeps its tabs, and does nothing to a terminal.
func TestLine(t *testing.T) {
	var text bytes.Buffer
	NewConsole(&text).line("  a\tb\x1b[31m\r")
	if want := "  a\tb\\x1b[31m\\r\n"; text.String() != want {
		t.Errorf("got %q, want %q", text.String(), want)
	}
}

package tell

import (
	"bytes"
	"errors"
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

func TestRefusal(t *testing.T) {
	const runc = "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
	for engine, want := range map[string]string{
		"start web_a: " + runc + `exec: "/nope": stat /nope: no such file or directory: unknown`:                                                 `its command /nope is not in its files: exec: "/nope": stat /nope: no such file or directory`,
		runc + `error during container init: exec: "nope": executable file not found in $PATH`:                                                   `its command nope is in no folder of the image's PATH: exec: "nope": executable file not found in $PATH`,
		runc + `exec: "/etc/passwd": permission denied: unknown`:                                                                                 `its command /etc/passwd may not be executed: exec: "/etc/passwd": permission denied`,
		runc + `error mounting "/a" to rootfs at "/b": not a directory: unknown`:                                                                 `error mounting "/a" onto /b: one is a folder and the other a file; subPath mounts one file of a volume`,
		runc + `error during container init: error mounting "/v/_data" to rootfs at "/a/b": mkdir /o/merged/a/b: read-only file system: unknown`: `nothing can be mounted at /a/b: the volume that it lies in is read-only and does not have it`,
		"start web_a: path /x/y is mounted on /x but it is not a shared or slave mount":                                                          `start web_a: path /x/y is mounted on /x but it is not a shared or slave mount: mountPropagation takes a mount that the engine's machine shares (mount --make-rshared /x)`,
		"start web_a: no space left on device":                                                                                                   "start web_a: no space left on device",
	} {
		if got := refusal(engine); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", engine, got, want)
		}
	}
}

// A volume that cannot be mounted is told of at its mount.
func TestMountField(t *testing.T) {
	u := translate.Unit{Path: "spec.containers[0]", Container: &v1.Container{VolumeMounts: []v1.VolumeMount{
		{Name: "a", MountPath: "/a"}, {Name: "b", MountPath: "a/b/"}, {Name: "c", MountPath: "/c", MountPropagation: new(v1.MountPropagationHostToContainer)},
	}}}
	for refusal, want := range map[string]string{
		`error mounting "/v" to rootfs at "/a/b": read-only file system`: "spec.containers[0].volumeMounts[1].mountPath",
		"path / is mounted on / but it is not a shared or slave mount":   "spec.containers[0].volumeMounts[2].mountPropagation",
		"path / is mounted on / but it is not a shared mount":            "spec.containers[0].volumeMounts[2].mountPropagation",
		"no space left on device":                                        "",
	} {
		if got := mountField(u, errors.New(refusal)); got != want {
			t.Errorf("%s is at %q, want %q", refusal, got, want)
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

package translate_test

import (
	"testing"

	"github.com/minipod/minipod/runtime/translate"
)

// The limits of the disk, and what a node says of a pod that uses more.
func TestDiskLimits(t *testing.T) {
	const (
		small   = "volumes: [{name: v, emptyDir: {sizeLimit: 1Ki}}, {name: w, emptyDir: {}}, {name: m, emptyDir: {medium: Memory, sizeLimit: 1Ki}}]"
		limited = "resources: {limits: {ephemeral-storage: 4Ki}}"
		none    = "no limit"
	)
	usage := func(v, w, c int64) translate.DiskUsage {
		return translate.DiskUsage{Volumes: map[string]int64{"v": v, "w": w, "m": 1 << 30}, Units: map[string]int64{"c": c}}
	}
	for _, c := range []struct {
		spec, container string
		usage           translate.DiskUsage
		want            string
	}{
		{want: none},
		{spec: "volumes: [{name: v, emptyDir: {}}, {name: w, emptyDir: {sizeLimit: 0}}]", want: none},
		{spec: "volumes: [{name: v, emptyDir: {medium: Memory, sizeLimit: 1Ki}}]", want: none},
		{spec: small, usage: usage(1024, 1<<20, 1<<20), want: ""},
		{spec: small, usage: usage(1025, 0, 0), want: `Usage of EmptyDir volume "v" exceeds the limit "1Ki". `},
		{container: limited, usage: usage(0, 0, 4096), want: ""},
		{container: limited, usage: usage(0, 0, 4097), want: "Pod ephemeral local storage usage exceeds the total limit of containers 4Ki. "},
		{spec: small, container: limited, usage: usage(1000, 3000, 1000), want: "Pod ephemeral local storage usage exceeds the total limit of containers 4Ki. "},
		{spec: "initContainers: [{name: s, image: i, restartPolicy: Always, " + limited + "}]", container: limited, usage: usage(0, 0, 4097),
			want: `Container c exceeded its local ephemeral storage limit "4Ki". `},
	} {
		b := translate.New(parseText(t, "p.yaml", notable(c.spec, c.container)), translate.Options{})
		limits, ok := b.DiskLimits()
		got := none
		if ok {
			got = limits.Exceeded(c.usage)
		}
		if got != c.want {
			t.Errorf("%s %s: %q, want %q", c.spec, c.container, got, c.want)
		}
		b.Options.PauseImage = "other"
		if _, ok := b.DiskLimits(); ok {
			t.Errorf("%s %s: another pause measures nothing", c.spec, c.container)
		}
	}
}

package translate_test

import (
	"strings"
	"testing"

	"github.com/docker/docker/api/types/mount"
	"github.com/google/go-cmp/cmp"

	"github.com/minipod/minipod/runtime/translate"
)

// What the engine is asked for by the modes of a mount of a hostPath: by a bind,
// which knows modes alone, or by a mount where there are options or a type.
func TestModesOfMounts(t *testing.T) {
	private := &mount.BindOptions{ReadOnlyForceRecursive: true, Propagation: mount.PropagationRPrivate}
	typed := func(readOnly bool, options *mount.BindOptions) []mount.Mount {
		return []mount.Mount{{Type: mount.TypeBind, Source: "/a", Target: "/m", ReadOnly: readOnly, BindOptions: options}}
	}
	for _, c := range []struct {
		kind, modes string
		binds       []string
		mounts      []mount.Mount
		deep        string
		shallow     []string
	}{
		{modes: "readOnly: false", binds: []string{"/a:/m"}},
		{modes: "mountPropagation: None", binds: []string{"/a:/m"}},
		{modes: "mountPropagation: HostToContainer, readOnly: true", binds: []string{"/a:/m:ro,rslave"}, shallow: []string{"/m"}},
		{modes: "mountPropagation: Bidirectional", binds: []string{"/a:/m:rshared"}},
		{modes: "readOnly: true, recursiveReadOnly: Disabled", binds: []string{"/a:/m:ro"}, shallow: []string{"/m"}},
		{modes: "readOnly: true, recursiveReadOnly: IfPossible", binds: []string{"/a:/m:ro"}},
		{modes: "readOnly: true, recursiveReadOnly: Enabled", mounts: typed(true, private), deep: "v"},
		{kind: "Directory", modes: "mountPropagation: None", mounts: typed(false, nil)},
		{kind: "Directory", modes: "mountPropagation: HostToContainer", mounts: typed(false, &mount.BindOptions{Propagation: mount.PropagationRSlave})},
		{kind: "Directory", modes: "mountPropagation: Bidirectional", mounts: typed(false, &mount.BindOptions{Propagation: mount.PropagationRShared})},
		{kind: "Directory", modes: "readOnly: true", mounts: typed(true, nil), shallow: []string{"/m"}},
		{kind: "Directory", modes: "readOnly: true, recursiveReadOnly: IfPossible", mounts: typed(true, nil)},
		{kind: "Directory", modes: "readOnly: true, recursiveReadOnly: Enabled, mountPropagation: None", mounts: typed(true, private), deep: "v"},
	} {
		text := notable(`volumes: [{name: v, hostPath: {path: /a, type: "`+c.kind+`"}}]`,
			"securityContext: {privileged: true}\nvolumeMounts: [{name: v, mountPath: /m, "+c.modes+"}]")
		r := translate.New(parseText(t, "p.yaml", text), translate.Options{}).Units[0].Request
		got := []any{r.Host.Binds, r.Host.Mounts, strings.Join(r.Deep, " "), r.Shallow}
		if diff := cmp.Diff([]any{c.binds, c.mounts, c.deep, c.shallow}, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.kind, c.modes, diff)
		}
	}
}

// A volume in memory is no larger than its limit, nor than what the pod may use
// where every container has a limit.
func TestSizeOfMemory(t *testing.T) {
	const limited = "resources: {limits: {memory: 32Mi}}"
	for _, c := range []struct{ spec, volume, container, want string }{
		{want: "mode=1777"},
		{volume: "sizeLimit: 10Mi", want: "mode=1777,size=10485760"},
		{container: limited, want: "mode=1777,size=33554432"},
		{volume: "sizeLimit: 10Mi", container: limited, want: "mode=1777,size=10485760"},
		{volume: "sizeLimit: 64Mi", container: limited, want: "mode=1777,size=33554432"},
		{spec: "initContainers: [{name: i, image: i}]", container: limited, want: "mode=1777"},
		{spec: "resources: {limits: {memory: 16Mi}}", want: "mode=1777,size=16777216"},
	} {
		text := notable(c.spec+"\nvolumes: [{name: v, emptyDir: {medium: Memory, "+c.volume+"}}]", c.container)
		mounts := translate.New(parseText(t, "p.yaml", text), translate.Options{}).Pause.Host.Mounts
		if got := mounts[0].VolumeOptions.DriverConfig.Options["o"]; got != c.want {
			t.Errorf("%s %s %s: %s, want %s", c.spec, c.volume, c.container, got, c.want)
		}
	}
}

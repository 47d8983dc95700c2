package translate

import (
	"fmt"
	"path"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// HostPath is a path of the engine's machine that is to be something before
// containers mount it.
type HostPath struct {
	Volume string // in the manifest
	Path   string
	Type   v1.HostPathType
	Field  string // of the manifest: spec.volumes[0].hostPath.path
}

// HostPaths are the paths that the manifest names with a type, and those with a
// colon, for which the engine makes no folder.
func (b *Blueprint) HostPaths() []HostPath {
	var list []HostPath
	for i, v := range b.Pod.Spec.Volumes {
		if v.HostPath == nil {
			continue
		}
		kind := v1.HostPathUnset
		if v.HostPath.Type != nil {
			kind = *v.HostPath.Type
		}
		if kind == v1.HostPathUnset && !strings.Contains(v.HostPath.Path, ":") {
			continue
		}
		list = append(list, HostPath{
			Volume: v.Name, Path: path.Clean(v.HostPath.Path), Type: kind,
			Field: fmt.Sprintf("spec.volumes[%d].hostPath.path", i),
		})
	}
	return list
}

// Made reports whether what is missing is made.
func (h HostPath) Made() bool { return h.MadeFolder() || h.Type == v1.HostPathFileOrCreate }

// MadeFolder reports whether a folder is made of what is missing.
func (h HostPath) MadeFolder() bool {
	return h.Type == v1.HostPathDirectoryOrCreate || h.Type == v1.HostPathUnset
}

// Wanted is the type without the making.
func (h HostPath) Wanted() v1.HostPathType {
	switch h.Type {
	case v1.HostPathDirectoryOrCreate:
		return v1.HostPathDirectory
	case v1.HostPathFileOrCreate:
		return v1.HostPathFile
	}
	return h.Type
}

// Noun is the kubelet's word for what the path is to be
// (pkg/volume/hostpath/host_path.go, checkTypeInternal).
func (h HostPath) Noun() string {
	switch h.Wanted() {
	case v1.HostPathDirectory, v1.HostPathUnset:
		return "directory"
	case v1.HostPathFile:
		return "file"
	case v1.HostPathSocket:
		return "socket file"
	case v1.HostPathCharDev:
		return "character device"
	}
	return "block device"
}

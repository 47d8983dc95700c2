package translate

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/mount"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec/kube"
)

// Part is a file or folder of what the pause mounts, to be mounted in a
// container: as the kubelet does it, by where the whole is on the machine,
// which the engine tells.
type Part struct {
	Whole       string // the folder of the pause that it is in: /volumes/NAME
	Path        string // below it
	Target      string // in the container
	ReadOnly    bool
	Propagation mount.Propagation
	Volume      string // in the manifest
	Container   string
	GID         int // of what is made
	// Fixed says that nothing is made where it is missing.
	Fixed bool
	// File is made where nothing is there; otherwise a folder is.
	File bool
}

// isPart reports whether a part of a volume is mounted.
func isPart(vm v1.VolumeMount) bool { return vm.SubPath != "" || vm.SubPathExpr != "" }

// addParts gives an attempt the parts of volumes that it mounts. They are
// looked for when the pause runs: a volume in memory is empty before.
func (u Unit) addParts(r *Request, in Inputs, env variables, n int) *Missing {
	var parts []Part
	var fields []string
	for i, vm := range u.Container.VolumeMounts {
		src := source(u.pod, vm.Name)
		if !isPart(vm) || !held(src) && src.HostPath == nil {
			continue
		}
		field := fmt.Sprintf("%s.volumeMounts[%d]", u.Path, i)
		sub, err := subPath(vm, env)
		if err != nil {
			return &Missing{Reason: ReasonConfigError, Message: err.Error(), Field: field + "." + subPathField(vm)}
		}
		fields = append(fields, field)
		gid, _ := fsGroup(u.pod)
		parts = append(parts, Part{
			Whole: path.Join(VolumeRoot, vm.Name), Path: path.Clean(sub), Target: absolute(vm.MountPath), Propagation: propagation(vm),
			ReadOnly: vm.ReadOnly || reads(src), Volume: vm.Name, Container: u.Name, GID: gid, Fixed: src.Image != nil,
		})
	}
	if len(parts) > 0 && in.PodIPs == nil {
		return &Missing{Early: true, Message: "parts of volumes are there when the pause runs"}
	}
	if len(parts) > 0 {
		r.from(FieldParts, strings.Join(fields, ", "))
	}
	if file, ok := u.message(n); ok {
		parts = append(parts, file)
		r.from(FieldMessage, "a file that the container may leave its termination message in")
	}
	r.Parts = parts
	return nil
}

// parted reports whether a container mounts a part of a volume.
func (u Unit) parted() bool { return slices.ContainsFunc(u.Container.VolumeMounts, isPart) }

// What Request.Origins call the Parts: those that volumeMounts name, and the
// file of the termination message.
const (
	FieldParts   = "Parts"
	FieldMessage = "Message"
)

// Source is where the part is on the machine, as a word with the token of a
// place in it.
func (p Part) Source() string { return path.Join(token(placeMark+p.Whole), p.Path) }

// placeMark begins the name of the token for where a mount of the pause is on
// the machine.
const placeMark = "place:"

// PlaceOf is the folder of the pause that such a token is about; ok is false
// for another token.
func PlaceOf(token string) (folder string, ok bool) { return strings.CutPrefix(token, placeMark) }

func subPathField(vm v1.VolumeMount) string {
	if vm.SubPathExpr != "" {
		return "subPathExpr"
	}
	return "subPath"
}

// subPath is the path of a part, with the kubelet's words for one that is
// none (pkg/kubelet/kubelet_pods.go, makeMounts).
func subPath(vm v1.VolumeMount, env variables) (string, error) {
	sub := vm.SubPath
	if vm.SubPathExpr != "" {
		missing, values := map[string]bool{}, env.values()
		sub = kube.ExpandWith(vm.SubPathExpr, func(name string) string {
			if values[name] == "" {
				missing[name] = true
			}
			return values[name]
		})
		if len(missing) > 0 {
			return "", fmt.Errorf("missing value for %s", strings.Join(sortedKeys(missing), ", "))
		}
	}
	switch {
	case path.IsAbs(sub):
		return "", fmt.Errorf("error SubPath `%s` must not be an absolute path", sub)
	case slices.Contains(strings.Split(sub, "/"), ".."):
		return "", fmt.Errorf("unable to provision SubPath `%s`: must not contain '..'", sub)
	}
	return sub, nil
}

package translate

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
)

// Payload is what a volume of a configMap, secret, downwardAPI or projected
// source holds.
type Payload struct {
	Volume Volume
	Files  []File // by path
	// Hash stands for all of it, and names the folder that it is in.
	Hash string
	// Until is when it is to be another, for the tokens in it; zero is never.
	Until time.Time
}

// File is one file of a payload.
type File struct {
	Path string // in the volume, as a container sees it
	Data []byte
	Mode int64
}

// The layout of such a volume is the kubelet's (pkg/volume/util/atomic_writer.go):
// the files are in a folder of their own, DataLink points to the folder in
// force, and a link for each first element of a path goes through it. When
// DataLink moves, everything is new at once.
const DataLink = "..data"

// Folder is the name of the folder that the files are in.
func (p Payload) Folder() string { return ".." + p.Hash }

// HashOfFolder is the hash of the payload in a folder that DataLink points to.
func HashOfFolder(folder string) string { return strings.TrimPrefix(path.Base(folder), "..") }

// FolderMode is the mode of folders in the payload: the group of the pod may
// use them.
func (p Payload) FolderMode() int64 {
	if p.Volume.Grouped() {
		return 0o2755
	}
	return 0o755
}

// Links are the names in the root of the volume, each a link through DataLink.
func (p Payload) Links() []string {
	var links []string
	for _, f := range p.Files {
		first, _, _ := strings.Cut(f.Path, "/")
		links = append(links, first)
	}
	slices.Sort(links)
	return slices.Compact(links)
}

// Folders are the folders that the files are in, below Folder, outer ones
// first.
func (p Payload) Folders() []string {
	var folders []string
	for _, f := range p.Files {
		for dir := path.Dir(f.Path); dir != "."; dir = path.Dir(dir) {
			folders = append(folders, dir)
		}
	}
	slices.Sort(folders)
	return slices.Compact(folders)
}

// Filled are the volumes that have a payload, of those that a container
// mounts: the kubelet sets up no others.
func (b *Blueprint) Filled() []Volume {
	var list []Volume
	for _, v := range b.Volumes {
		if filled(source(b.Pod, v.Name)) && b.mounted(v.Name) {
			list = append(list, v)
		}
	}
	return list
}

func (b *Blueprint) mounted(volume string) bool {
	return slices.ContainsFunc(b.Units, func(u Unit) bool { return u.Mounts(volume) })
}

// Mounts reports whether a container mounts a volume or a part of it.
func (u Unit) Mounts(volume string) bool {
	return slices.ContainsFunc(u.Container.VolumeMounts, func(vm v1.VolumeMount) bool { return vm.Name == volume })
}

// MountsPart reports whether a container mounts a part of a volume, which has
// to be there before the container is made.
func (b *Blueprint) MountsPart(volume string) bool {
	return slices.ContainsFunc(b.Units, func(u Unit) bool {
		return slices.ContainsFunc(u.Container.VolumeMounts, func(vm v1.VolumeMount) bool { return vm.Name == volume && isPart(vm) })
	})
}

// filled reports whether a volume has its contents from its source.
func filled(src v1.VolumeSource) bool {
	return src.ConfigMap != nil || src.Secret != nil || src.DownwardAPI != nil || src.Projected != nil
}

// Payload is what a volume is to hold, or what is missing for it.
func (b *Blueprint) Payload(v Volume, in Inputs) (*Payload, *Missing) {
	var files []File
	parts := b.parts(v.Name)
	for _, part := range parts {
		more, missing := part.files(in)
		if missing != nil {
			missing.Message = fmt.Sprintf("MountVolume.SetUp failed for volume %q : %s", v.Name, missing.Message)
			return nil, missing
		}
		files = append(files, more...)
	}
	for i := range files {
		files[i].Path = path.Clean(files[i].Path)
	}
	if err := writable(files); err != nil {
		message := fmt.Sprintf("MountVolume.SetUp failed for volume %q : %s", v.Name, err)
		return nil, &Missing{Message: message, Field: fmt.Sprintf("spec.volumes[%d]", b.indexOf(v.Name))}
	}
	p := &Payload{Volume: v, Files: newest(files), Until: until(parts, in.Now)}
	for i := range p.Files {
		if v.Grouped() {
			p.Files[i].Mode |= 0o440 // which fsGroup gives a volume that is read only
		}
	}
	p.Hash = p.hash()
	return p, nil
}

// The most that an element of a path and a path may have, in bytes
// (pkg/volume/util/atomic_writer.go).
const (
	maxFileName = 255
	maxPath     = 4096
)

// writable says why files cannot be written; nil where they can. Their paths are
// clean.
func writable(files []File) error {
	plain := map[string]bool{}
	for _, f := range files {
		plain[f.Path] = true
	}
	for _, f := range files {
		if len(f.Path) > maxPath {
			return fmt.Errorf("invalid path: must be less than or equal to %d characters", maxPath)
		}
		for _, name := range strings.Split(f.Path, "/") {
			if len(name) > maxFileName {
				return fmt.Errorf("invalid path: filenames must be less than or equal to %d characters", maxFileName)
			}
		}
		switch {
		case f.Path == ".":
			return errors.New("invalid path: it names the volume itself, not a file in it")
		case strings.HasPrefix(f.Path, ".."): // after it was made clean: the names of the layout
			return fmt.Errorf("invalid path: must not begin with '..': %s", f.Path)
		}
		for dir := path.Dir(f.Path); dir != "."; dir = path.Dir(dir) {
			if plain[dir] {
				return fmt.Errorf("invalid path: %s is a file, and %s is to be in it", dir, f.Path)
			}
		}
	}
	return nil
}

// indexOf is where a volume is in the manifest.
func (b *Blueprint) indexOf(volume string) int {
	return slices.IndexFunc(b.Pod.Spec.Volumes, func(v v1.Volume) bool { return v.Name == volume })
}

// newest leaves the last file of each path, and sorts them.
func newest(files []File) []File {
	byPath := map[string]File{}
	for _, f := range files {
		byPath[f.Path] = f
	}
	list := make([]File, 0, len(byPath))
	for _, f := range byPath {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return list
}

func (p Payload) hash() string {
	text, err := json.Marshal([]any{p.Files, p.Volume.GID})
	if err != nil {
		text = []byte(err.Error()) // numbers, strings and bytes can always be written
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// volumeNeeds adds what the volumes ask for.
func (b *Blueprint) volumeNeeds(needs *Needs) {
	for _, v := range b.Filled() {
		for _, part := range b.parts(v.Name) {
			part.needs(needs)
		}
	}
}

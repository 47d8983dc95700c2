package pause

import (
	"fmt"

	"github.com/minipod/minipod/runtime/image"
)

// messageSlots is how many files for termination messages the image brings. They belong to nobody in
// particular: any user may write into one that is mounted in a container.
const messageSlots = 16

// Build makes the image for an architecture that [Program] takes. Equal versions give equal bytes.
//
// What engines mount on (/dev, /proc, /sys, /etc/hosts) they make themselves; the folders in it are what
// minipod puts things into.
func Build(arch string) (*image.Image, error) {
	name, err := normalize(arch)
	if err != nil {
		return nil, err
	}
	program, err := Program(name)
	if err != nil {
		return nil, err
	}
	files := []image.File{
		{Name: "minipod/", Mode: 0o755},
		{Name: "volumes/", Mode: 0o755},
		{Name: "pause", Mode: 0o755, Data: program},
		{Name: "messages/", Mode: 0o755},
	}
	for i := range messageSlots {
		files = append(files, image.File{Name: fmt.Sprintf("messages/%d", i), Mode: 0o666})
	}
	return image.Recipe{Reference: Reference, Arch: name, Entrypoint: []string{ProgramPath}, Files: files}.Build()
}

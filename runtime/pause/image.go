package pause

import "github.com/minipod/minipod/runtime/image"

// user owns nothing in the image and is nobody anywhere; Kubernetes' own pause runs as it.
const user = "65535:65535"

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
	return image.Recipe{
		Reference: Reference, Arch: name, User: user, Entrypoint: []string{ProgramPath},
		Files: []image.File{
			{Name: "minipod/", Mode: 0o755},
			{Name: "volumes/", Mode: 0o755},
			{Name: "pause", Mode: 0o755, Data: program},
		},
	}.Build()
}

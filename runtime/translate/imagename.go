package translate

import (
	"fmt"

	"github.com/distribution/reference"
)

// CheckImageName says in the kubelet's words why no image can have a name
// (pkg/util/parsers, ParseImageName).
func CheckImageName(image string) error {
	if _, err := reference.ParseNormalizedNamed(image); err != nil {
		return fmt.Errorf("couldn't parse image name %q: %w", image, err)
	}
	return nil
}

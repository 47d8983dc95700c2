package plan

import "slices"

// ImagesNeeded are the images that Next may ask about, by the references of
// the manifest.
func ImagesNeeded(w World) []string {
	var references []string
	for _, u := range w.Awaited() {
		if image := u.Container.Image; !slices.Contains(references, image) {
			references = append(references, image)
		}
	}
	return references
}

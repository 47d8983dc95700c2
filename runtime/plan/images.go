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
	if w.Want == nil || w.Leaving() {
		return references
	}
	for _, v := range w.Want.ImageVolumes() {
		if w.Contents[v.Docker] == "" && !slices.Contains(references, v.Image.Reference) {
			references = append(references, v.Image.Reference)
		}
	}
	return references
}

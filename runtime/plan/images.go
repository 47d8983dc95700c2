package plan

import "slices"

// ImagesNeeded are the images that Next may ask about, by the references of
// the manifest: those of units that have no attempt which is under way.
func ImagesNeeded(w World) []string {
	if w.Want == nil || w.Leaving() {
		return nil
	}
	var references []string
	for _, u := range w.Want.Units {
		if latest := w.Latest(u.Name); latest != nil && !latest.Ended() {
			continue
		}
		if image := u.Request.Config.Image; !slices.Contains(references, image) {
			references = append(references, image)
		}
	}
	return references
}

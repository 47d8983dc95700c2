package plan

import "time"

// Over reports whether a pod that is being removed has come to its end: what is
// left of it is only to be removed. A node's API has such a pod no more. Its pause
// has been stopped before anything is removed, so what has ended is all there for
// as long as it is not over.
func (w World) Over() bool {
	return w.Leaving() && len(w.Want.Pod.Finalizers) == 0 && !w.runs()
}

// Shown reports whether a pod is one to users: it is there, and not over. What is
// left of a pod that is over is shown again where nobody removes it.
func Shown(w World, now time.Time) bool {
	return w.Pause != nil && (!w.Over() || Unattended(w, now))
}

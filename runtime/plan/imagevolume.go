package plan

import (
	"fmt"
	"slices"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// copyImages has the volumes of images hold what their images do, and tells
// whether one is about to: no container is made meanwhile. What is copied stays
// as it is for as long as the pod lives.
func (s *stepper) copyImages() (copying bool) {
	ops := len(s.Ops)
	for _, v := range s.w.Want.ImageVolumes() {
		if s.w.Contents[v.Docker] != "" {
			continue
		}
		s.State = Starting
		if s.volumeImage(v) {
			s.do(Op{Kind: CopyImage, Target: v.Docker, Pause: s.w.Pause.ID, Pod: s.w.Want.Pod, Volumes: []translate.Volume{v}})
		}
	}
	return len(s.Ops) > ops
}

// copied reports whether the volumes of images that a unit mounts hold their
// files. An image that cannot be had keeps no other container waiting, as on a
// node (kuberuntime_manager.go, getImageVolumes).
func (w World) copied(u translate.Unit) bool {
	return !slices.ContainsFunc(w.Want.ImageVolumes(), func(v translate.Volume) bool {
		return w.Contents[v.Docker] == "" && u.Mounts(v.Name)
	})
}

// volumeImage sees to the image of a volume, and tells whether it is there.
func (s *stepper) volumeImage(v translate.Volume) bool {
	pull := Op{Kind: PullImage, Target: v.Image.Reference}
	_, present := s.w.Images[pull.Target]
	switch {
	case s.misnamed("", pull):
		return false
	case v.Image.Pull == v1.PullNever && !present:
		detail := fmt.Sprintf("Container image %q is not present with pull policy of Never", pull.Target)
		s.refuse(Wait{Reason: ReasonNeverPull, Detail: detail}, pull)
		return false
	case present && (v.Image.Pull != v1.PullAlways || s.w.Pulled[pull.Key()]):
		return true
	case present && v.Image.Lenient && Forgiven(s.w.Faults[pull.Key()]):
		return true
	}
	s.do(pull)
	return false
}

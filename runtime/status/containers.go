package status

import (
	"cmp"
	"maps"
	"slices"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// scheme is the runtime's name in front of its IDs, as a kubelet on Docker
// has it.
const scheme = "docker://"

// statuses are in the order of the manifest, as the kubelet has init
// containers.
func (v view) statuses(units []unit) []v1.ContainerStatus {
	var all []v1.ContainerStatus
	for _, u := range units {
		all = append(all, v.status(u))
	}
	return all
}

// byName are statuses by the containers' names, as the kubelet has all
// others. kubectl's STATUS depends on it.
func (v view) byName(units []unit) []v1.ContainerStatus {
	all := v.statuses(units)
	slices.SortFunc(all, func(a, b v1.ContainerStatus) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

func (v view) status(u unit) v1.ContainerStatus {
	u = v.shown(u)
	s := v1.ContainerStatus{Name: u.Name, Image: u.Image, VolumeMounts: mounts(u.Container)}
	s.State, s.LastTerminationState = v.states(u)
	if end := s.LastTerminationState.Terminated; end != nil && end.Reason == reasonLost {
		end.Message = lostBefore
	}
	if u.latest != nil {
		v.fillAttempt(&s, u)
	}
	s.Ready = v.ready(u, s.State)
	if u.kind != translate.Ephemeral {
		started := s.State.Running != nil && v.asked(u, v.World.Started)
		s.Started = &started
	}
	return s
}

// fillAttempt is what the newest attempt tells.
func (v view) fillAttempt(s *v1.ContainerStatus, u unit) {
	c := u.latest
	s.RestartCount = int32(c.Restarts)
	if c.Unknown { // the kubelet counts its end by hand (convertStatusToAPIStatus)
		s.RestartCount++
	}
	s.ContainerID = scheme + c.ID
	s.ImageID = v.imageID(*c)
	if c.Image != "" {
		s.Image = c.Image
	}
	s.Resources = v.resources(u)
	s.AllocatedResources = u.Resources.DeepCopy().Requests
}

// ready reports whether a container counts as ready. An init container is when
// it has done its work; a stale one, which is cut off from the pod's network,
// is not.
func (v view) ready(u unit, state v1.ContainerState) bool {
	switch u.kind {
	case translate.Init:
		end := state.Terminated
		return end != nil && end.ExitCode == 0 && end.Reason != reasonOOM
	case translate.Ephemeral:
		return false
	}
	return state.Running != nil && !v.Stale(*u.latest) && v.asked(u, v.World.Ready)
}

// asked asks the world about the newest attempt of a unit.
func (v view) asked(u unit, about func(translate.Unit, plan.Container) bool) bool {
	of, ok := v.Want.Unit(u.Name)
	return ok && u.latest != nil && about(of, *u.latest)
}

// imageID names the image by its digest in a repository where it has one,
// else by its ID.
func (v view) imageID(c plan.Container) string {
	image, known := v.Images[c.Image]
	id := cmp.Or(c.ImageID, image.ID)
	if !known || image.ID != id {
		image = v.imageByID(id)
	}
	switch {
	case len(image.Digests) > 0:
		return "docker-pullable://" + image.Digests[0]
	case id != "":
		return scheme + id
	}
	return ""
}

// imageByID finds an image whose reference meanwhile means another one.
func (v view) imageByID(id string) plan.Image {
	for _, ref := range slices.Sorted(maps.Keys(v.Images)) {
		if v.Images[ref].ID == id {
			return v.Images[ref]
		}
	}
	return plan.Image{}
}

// mounts are the volume mounts as they are made. A read-only mount says
// whether what is mounted below it is read-only too.
func mounts(c *v1.Container) []v1.VolumeMountStatus {
	var all []v1.VolumeMountStatus
	for _, m := range c.VolumeMounts {
		s := v1.VolumeMountStatus{Name: m.Name, MountPath: m.MountPath, ReadOnly: m.ReadOnly}
		if m.ReadOnly {
			recursive := v1.RecursiveReadOnlyDisabled
			if m.RecursiveReadOnly != nil && *m.RecursiveReadOnly == v1.RecursiveReadOnlyEnabled {
				recursive = v1.RecursiveReadOnlyEnabled
			}
			s.RecursiveReadOnly = &recursive
		}
		all = append(all, s)
	}
	return all
}

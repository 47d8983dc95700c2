package translate

import (
	"fmt"
	"path"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	resourcehelper "k8s.io/component-helpers/resource"
)

// DiskLimits are how much of the engine's disk a pod may use, and what of it
// has to be measured to know that it does not use more
// (pkg/kubelet/eviction, localStorageEviction).
type DiskLimits struct {
	Volumes []DiskLimit
	Units   []DiskLimit
	// Pod is the limit of the pod as a whole; nil is none.
	Pod *resource.Quantity
}

// DiskLimit is the limit of one volume or unit; nil is none of its own.
type DiskLimit struct {
	Name   string
	Folder string // of the pause, that a volume is mounted in
	Limit  *resource.Quantity
}

// DiskUsage is how many bytes of the disk volumes and units take, by name.
type DiskUsage struct{ Volumes, Units map[string]int64 }

// DiskLimits are those of the pod; ok is false where there are none. A pause
// that is not minipod's own measures nothing.
func (b *Blueprint) DiskLimits() (limits DiskLimits, ok bool) {
	if b.diskless() {
		return DiskLimits{}, false
	}
	if total, set := resourcehelper.PodLimits(b.Pod, resourcehelper.PodResourcesOptions{})[v1.ResourceEphemeralStorage]; set {
		limits.Pod = &total
	}
	for _, v := range b.Pod.Spec.Volumes {
		if v.EmptyDir == nil || v.EmptyDir.Medium != "" {
			continue
		}
		limit := v.EmptyDir.SizeLimit
		if limit != nil && limit.Sign() <= 0 {
			limit = nil
		}
		if limit != nil || limits.Pod != nil {
			limits.Volumes = append(limits.Volumes, DiskLimit{v.Name, path.Join(VolumeRoot, v.Name), limit})
		}
	}
	if limits.Pod == nil {
		return limits, len(limits.Volumes) > 0
	}
	for _, u := range b.Units {
		if u.Kind == App || u.Kind == Sidecar {
			limits.Units = append(limits.Units, DiskLimit{Name: u.Name, Limit: ephemeralLimit(u.Container)})
		}
	}
	return limits, true
}

// diskless reports whether the pause is not minipod's own, which tells how
// large the disk is, and how much of it is used.
func (b *Blueprint) diskless() bool { return b.Options.PauseImage != "" }

func ephemeralLimit(c *v1.Container) *resource.Quantity {
	if limit, set := c.Resources.Limits[v1.ResourceEphemeralStorage]; set {
		return &limit
	}
	return nil
}

// Exceeded says in the kubelet's words which limit is exceeded; empty is none.
func (l DiskLimits) Exceeded(u DiskUsage) string {
	total := int64(0)
	for _, v := range l.Volumes {
		used := u.Volumes[v.Name]
		if v.Limit != nil && v.Limit.CmpInt64(used) < 0 {
			return fmt.Sprintf("Usage of EmptyDir volume %q exceeds the limit %q. ", v.Name, v.Limit.String())
		}
		total += used
	}
	for _, c := range l.Units {
		total += u.Units[c.Name]
	}
	if l.Pod != nil && l.Pod.CmpInt64(total) < 0 {
		return fmt.Sprintf("Pod ephemeral local storage usage exceeds the total limit of containers %s. ", l.Pod)
	}
	for _, c := range l.Units {
		if c.Limit != nil && c.Limit.CmpInt64(u.Units[c.Name]) < 0 {
			return fmt.Sprintf("Container %s exceeded its local ephemeral storage limit %q. ", c.Name, c.Limit.String())
		}
	}
	return ""
}

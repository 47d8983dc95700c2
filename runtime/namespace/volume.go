package namespace

import (
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// Volume is a volume that containers mount.
type Volume struct {
	Name   string  `json:"name"` // in the manifest
	Kind   string  `json:"kind"` // emptyDir, hostPath /srv
	Places []Place `json:"mounts"`
}

// Place is where a container has a volume.
type Place struct {
	Container string `json:"container"`
	Role      Role   `json:"role"`
	Path      string `json:"path"`
	ReadOnly  bool   `json:"readOnly,omitempty"`
}

// mounted are the volumes that containers mount, in the order of the manifest.
// What an init container leaves in one is there for the others.
func mounted(b *translate.Blueprint) []Volume {
	list := []Volume{}
	for _, v := range b.Pod.Spec.Volumes {
		if mounts := mountsOf(v.Name, b.Units); len(mounts) > 0 {
			list = append(list, Volume{Name: v.Name, Kind: kindOf(v), Places: mounts})
		}
	}
	return list
}

// mountsOf are the places of a volume.
func mountsOf(volume string, units []translate.Unit) (mounts []Place) {
	for _, u := range units {
		for _, m := range u.Container.VolumeMounts {
			if m.Name == volume {
				mounts = append(mounts, Place{Container: u.Name, Role: roleOf(u.Kind), Path: m.MountPath, ReadOnly: m.ReadOnly})
			}
		}
	}
	return mounts
}

// text is what is said of a volume beside its name.
func (v Volume) text() string { return v.Kind + ": " + v.places() }

// places are where containers see a volume.
func (v Volume) places() string {
	var places []string
	for _, m := range v.Places {
		place := m.Container + " at " + m.Path
		if m.Role == RoleInit {
			place = "init " + place
		}
		if m.ReadOnly {
			place += " (read-only)"
		}
		places = append(places, place)
	}
	return strings.Join(places, ", ")
}

// kindOf names the kind of a volume as the manifest does.
func kindOf(v v1.Volume) string {
	switch {
	case v.EmptyDir != nil && v.EmptyDir.Medium == v1.StorageMediumMemory:
		return "emptyDir in memory"
	case v.EmptyDir != nil:
		return "emptyDir"
	case v.HostPath != nil:
		return "hostPath " + v.HostPath.Path
	case v.ConfigMap != nil:
		return "configMap " + v.ConfigMap.Name
	case v.Secret != nil:
		return "secret " + v.Secret.SecretName
	case v.PersistentVolumeClaim != nil:
		return "persistentVolumeClaim " + v.PersistentVolumeClaim.ClaimName
	case v.Ephemeral != nil:
		return "ephemeral"
	case v.DownwardAPI != nil:
		return "downwardAPI"
	case v.Projected != nil:
		return "projected"
	}
	return "volume"
}

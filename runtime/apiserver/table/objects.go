package table

import (
	"strings"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	v1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"
	resourcev1 "k8s.io/api/resource/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/minipod/minipod/runtime/apiserver/store"
)

// Plain prints objects of which there is only name and age to show.
func Plain() Printer { return small(nil, func(store.Object) []any { return nil }) }

// ConfigMaps prints ConfigMaps.
func ConfigMaps() Printer {
	return small([]string{"Data#"}, func(o store.Object) []any {
		return []any{len(o.(*v1.ConfigMap).Data) + len(o.(*v1.ConfigMap).BinaryData)}
	})
}

// Secrets prints secrets, but not what they hold.
func Secrets() Printer {
	return small([]string{"Type", "Data#"}, func(o store.Object) []any {
		return []any{string(o.(*v1.Secret).Type), len(o.(*v1.Secret).Data)}
	})
}

// Namespaces prints namespaces.
func Namespaces() Printer {
	return small([]string{"Status"}, func(o store.Object) []any { return []any{string(o.(*v1.Namespace).Status.Phase)} })
}

// Leases prints leases.
func Leases() Printer {
	return small([]string{"Holder"}, func(o store.Object) []any { return []any{text(o.(*coordinationv1.Lease).Spec.HolderIdentity, "")} })
}

// RuntimeClasses prints runtime classes.
func RuntimeClasses() Printer {
	return small([]string{"Handler"}, func(o store.Object) []any { return []any{o.(*nodev1.RuntimeClass).Handler} })
}

// ResourceClaims prints claims of devices.
func ResourceClaims() Printer {
	return small([]string{"State"}, func(o store.Object) []any { return []any{claimState(o.(*resourcev1.ResourceClaim))} })
}

// ResourceSlices prints what devices a node has.
func ResourceSlices() Printer {
	return small([]string{"Node", "Driver", "Pool"}, func(o store.Object) []any {
		spec := o.(*resourcev1.ResourceSlice).Spec
		return []any{text(spec.NodeName, ""), spec.Driver, spec.Pool.Name}
	})
}

// small makes a printer with the cells between name and age.
func small(names []string, cells func(store.Object) []any) Printer {
	return Printer{
		Columns: columns(append(append([]string{"Name"}, names...), "Age")...),
		row: func(o store.Object, now time.Time) []any {
			return append(append([]any{o.GetName()}, cells(o)...), born(o, now))
		},
	}
}

// Claims prints claims of volumes.
func Claims() Printer {
	return Printer{
		Columns: columns("Name", "Status", "Volume", "Capacity", "Access Modes", "StorageClass", "VolumeAttributesClass", "Age", "wide:VolumeMode"),
		row:     func(o store.Object, now time.Time) []any { return claimRow(o.(*v1.PersistentVolumeClaim), now) },
	}
}

func claimRow(claim *v1.PersistentVolumeClaim, now time.Time) []any {
	phase, capacity, modes := string(claim.Status.Phase), "", ""
	if claim.DeletionTimestamp != nil {
		phase = "Terminating"
	}
	if claim.Spec.VolumeName != "" {
		storage := claim.Status.Capacity[v1.ResourceStorage]
		capacity, modes = storage.String(), accessModes(claim.Status.AccessModes)
	}
	mode := "<unset>"
	if claim.Spec.VolumeMode != nil {
		mode = string(*claim.Spec.VolumeMode)
	}
	return []any{
		claim.Name, phase, claim.Spec.VolumeName, capacity, modes,
		text(claim.Spec.StorageClassName, ""), text(claim.Spec.VolumeAttributesClassName, "<unset>"), born(claim, now), mode,
	}
}

func accessModes(modes []v1.PersistentVolumeAccessMode) string {
	short := map[v1.PersistentVolumeAccessMode]string{
		v1.ReadWriteOnce: "RWO", v1.ReadOnlyMany: "ROX", v1.ReadWriteMany: "RWX", v1.ReadWriteOncePod: "RWOP",
	}
	var words []string
	for _, mode := range modes {
		words = append(words, short[mode])
	}
	return strings.Join(words, ",")
}

// PodTemplates prints templates of pods.
func PodTemplates() Printer {
	return Printer{
		Columns: columns("Name", "Containers", "Images", "Pod Labels"),
		row: func(o store.Object, _ time.Time) []any {
			template := o.(*v1.PodTemplate).Template
			var names, images []string
			for _, c := range template.Spec.Containers {
				names, images = append(names, c.Name), append(images, c.Image)
			}
			return []any{o.GetName(), strings.Join(names, ","), strings.Join(images, ","), or(labels.FormatLabels(template.Labels), "<none>")}
		},
	}
}

// PriorityClasses prints priority classes.
func PriorityClasses() Printer {
	return Printer{
		Columns: columns("Name", "Value#", "Global-Default", "Age", "PreemptionPolicy"),
		row: func(o store.Object, now time.Time) []any {
			class := o.(*schedulingv1.PriorityClass)
			policy := ""
			if class.PreemptionPolicy != nil {
				policy = string(*class.PreemptionPolicy)
			}
			return []any{class.Name, class.Value, class.GlobalDefault, born(class, now), policy}
		},
	}
}

func claimState(claim *resourcev1.ResourceClaim) string {
	var states []string
	if claim.DeletionTimestamp != nil {
		states = append(states, "deleted")
	}
	switch {
	case claim.Status.Allocation != nil && len(claim.Status.ReservedFor) > 0:
		states = append(states, "allocated", "reserved")
	case claim.Status.Allocation != nil:
		states = append(states, "allocated")
	case claim.DeletionTimestamp == nil:
		states = append(states, "pending")
	}
	return strings.Join(states, ",")
}

func text(p *string, none string) string {
	if p == nil {
		return none
	}
	return *p
}

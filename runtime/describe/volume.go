package describe

import (
	"cmp"
	"fmt"

	v1 "k8s.io/api/core/v1"
)

func (p *page) volumes(list []v1.Volume) {
	if len(list) == 0 {
		p.line(top, "Volumes:\t%s", none)
		return
	}
	p.line(top, "Volumes:")
	for i := range list {
		p.line(inner, "%s:", list[i].Name)
		for _, fact := range volume(&list[i].VolumeSource) {
			p.line(deep, "%s:\t%s", fact[0], fact[1])
		}
		if e := list[i].Ephemeral; e != nil && e.VolumeClaimTemplate != nil {
			p.template(e.VolumeClaimTemplate)
		}
	}
}

// template is the claim that is made with a pod, as far as a template says it.
func (p *page) template(t *v1.PersistentVolumeClaimTemplate) {
	class, mode := "", v1.PersistentVolumeFilesystem
	if t.Spec.StorageClassName != nil {
		class = *t.Spec.StorageClassName
	}
	if t.Spec.VolumeMode != nil {
		mode = *t.Spec.VolumeMode
	}
	p.line(deep, "StorageClass:\t%s", class)
	p.line(deep, "Volume:\t%s", t.Spec.VolumeName)
	p.listAt(deep, "Labels:", pairs(t.Labels, "="))
	p.listAt(deep, "Annotations:", annotations(&t.ObjectMeta))
	p.line(deep, "Capacity:\t")
	p.line(deep, "Access Modes:\t")
	p.line(deep, "VolumeMode:\t%s", string(mode))
}

// volume are the facts of a volume: heading and value.
func volume(v *v1.VolumeSource) [][2]string {
	switch {
	case v.HostPath != nil:
		kind := none
		if v.HostPath.Type != nil {
			kind = string(*v.HostPath.Type)
		}
		return [][2]string{{"Type", "HostPath (bare host directory volume)"}, {"Path", v.HostPath.Path}, {"HostPathType", kind}}
	case v.EmptyDir != nil:
		limit := "<unset>"
		if q := v.EmptyDir.SizeLimit; q != nil && !q.IsZero() {
			limit = q.String()
		}
		return [][2]string{{"Type", "EmptyDir (a temporary directory that shares a pod's lifetime)"}, {"Medium", string(v.EmptyDir.Medium)}, {"SizeLimit", limit}}
	case v.Secret != nil:
		return [][2]string{{"Type", "Secret (a volume populated by a Secret)"}, {"SecretName", v.Secret.SecretName}, optional(v.Secret.Optional)}
	case v.ConfigMap != nil:
		return [][2]string{{"Type", "ConfigMap (a volume populated by a ConfigMap)"}, {"Name", v.ConfigMap.Name}, optional(v.ConfigMap.Optional)}
	case v.PersistentVolumeClaim != nil:
		claim := v.PersistentVolumeClaim
		return [][2]string{
			{"Type", "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)"},
			{"ClaimName", claim.ClaimName}, {"ReadOnly", fmt.Sprint(claim.ReadOnly)},
		}
	case v.Image != nil:
		return [][2]string{{"Type", "Image (a container image or OCI artifact)"}, {"Reference", v.Image.Reference}, {"PullPolicy", string(v.Image.PullPolicy)}}
	case v.DownwardAPI != nil:
		return append([][2]string{{"Type", "DownwardAPI (a volume populated by information about the pod)"}}, items(v.DownwardAPI.Items)...)
	case v.Projected != nil:
		return projected(v.Projected)
	case v.CSI != nil:
		return [][2]string{{"Type", "CSI (a Container Storage Interface (CSI) volume source)"}, {"Driver", v.CSI.Driver}}
	case v.NFS != nil:
		return [][2]string{{"Type", "NFS (an NFS mount that lasts the lifetime of a pod)"}, {"Server", v.NFS.Server}, {"Path", v.NFS.Path}}
	case v.Ephemeral != nil:
		return [][2]string{{"Type", "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)"}}
	}
	return [][2]string{{"Type", "<unknown>"}}
}

func optional(b *bool) [2]string { return [2]string{"Optional", fmt.Sprint(isTrue(b))} }

func items(list []v1.DownwardAPIVolumeFile) [][2]string {
	var all [][2]string
	for _, item := range list {
		source := ""
		if item.FieldRef != nil {
			source = item.FieldRef.FieldPath
		}
		if item.ResourceFieldRef != nil {
			source = item.ResourceFieldRef.Resource
		}
		all = append(all, [2]string{"Item", cmp.Or(source, none) + " -> " + item.Path})
	}
	return all
}

func projected(v *v1.ProjectedVolumeSource) [][2]string {
	all := [][2]string{{"Type", "Projected (a volume that contains injected data from multiple sources)"}}
	for _, s := range v.Sources {
		switch {
		case s.Secret != nil:
			all = append(all, [2]string{"SecretName", s.Secret.Name}, optional(s.Secret.Optional))
		case s.ConfigMap != nil:
			all = append(all, [2]string{"ConfigMapName", s.ConfigMap.Name}, optional(s.ConfigMap.Optional))
		case s.DownwardAPI != nil:
			all = append(all, [2]string{"DownwardAPI", "true"})
		case s.ServiceAccountToken != nil && s.ServiceAccountToken.ExpirationSeconds != nil:
			all = append(all, [2]string{"TokenExpirationSeconds", fmt.Sprint(*s.ServiceAccountToken.ExpirationSeconds)})
		}
	}
	return all
}

package translate

import (
	"fmt"

	v1 "k8s.io/api/core/v1"
	"k8s.io/kubectl/pkg/util/fieldpath"

	"github.com/minipod/minipod/runtime/access"
)

// part is one source of files in a volume.
type part interface {
	files(in Inputs) ([]File, *Missing)
	needs(needs *Needs)
}

// parts are the sources of a volume's files, in the order that they are laid
// over one another.
func (b *Blueprint) parts(volume string) []part {
	for i, v := range b.Pod.Spec.Volumes {
		if v.Name != volume {
			continue
		}
		field := fmt.Sprintf("spec.volumes[%d]", i)
		switch {
		case v.ConfigMap != nil:
			return []part{configMapPart(v.ConfigMap.Name, v.ConfigMap.Optional, v.ConfigMap.Items, modeOf(v.ConfigMap.DefaultMode), field+".configMap")}
		case v.Secret != nil:
			optional := v.Secret.Optional
			if access.IsTokenSecret(v) {
				optional = new(true)
			}
			return []part{secretPart(v.Secret.SecretName, optional, v.Secret.Items, modeOf(v.Secret.DefaultMode), field+".secret")}
		case access.IsTokenVolume(v) && !b.Options.API:
			return nil // a Note says so
		case v.DownwardAPI != nil:
			return []part{fieldsPart{b.asker(nil), v.DownwardAPI.Items, modeOf(v.DownwardAPI.DefaultMode), field + ".downwardAPI"}}
		case v.Projected != nil:
			return b.projectedParts(v.Projected, field+".projected")
		}
	}
	return nil
}

// projectedParts leaves out the sources that a Note is about.
func (b *Blueprint) projectedParts(p *v1.ProjectedVolumeSource, field string) []part {
	var parts []part
	mode := modeOf(p.DefaultMode)
	for i, s := range p.Sources {
		field := fmt.Sprintf("%s.sources[%d]", field, i)
		switch {
		case s.ConfigMap != nil:
			parts = append(parts, b.projectedConfigMap(s.ConfigMap, mode, field+".configMap"))
		case s.ServiceAccountToken != nil && b.Options.API:
			parts = append(parts, tokenPart{b.Pod, s.ServiceAccountToken, mode, field + ".serviceAccountToken"})
		case s.Secret != nil:
			parts = append(parts, secretPart(s.Secret.Name, s.Secret.Optional, s.Secret.Items, mode, field+".secret"))
		case s.DownwardAPI != nil:
			parts = append(parts, fieldsPart{b.asker(nil), s.DownwardAPI.Items, mode, field + ".downwardAPI"})
		}
	}
	return parts
}

func modeOf(mode *int32) int64 {
	if mode == nil {
		return int64(v1.ConfigMapVolumeSourceDefaultMode)
	}
	return int64(*mode)
}

// objectPart is the keys of a ConfigMap or a Secret.
type objectPart struct {
	objectSource
	items []v1.KeyToPath // empty is all of them
	mode  int64
}

func configMapPart(name string, optional *bool, items []v1.KeyToPath, mode int64, field string) part {
	return objectPart{objectSource{kind: "ConfigMap", name: name, optional: isTrue(optional), field: field}, items, mode}
}

func secretPart(name string, optional *bool, items []v1.KeyToPath, mode int64, field string) part {
	return objectPart{objectSource{kind: "Secret", name: name, optional: isTrue(optional), field: field}, items, mode}
}

func (p objectPart) needs(needs *Needs) { p.objectSource.needs(needs) }

// files are the keys as files (pkg/volume/configmap, MakePayload).
func (p objectPart) files(in Inputs) ([]File, *Missing) {
	data, there := p.bytes(in)
	if !there && !p.optional {
		return nil, p.early(p.notFound())
	}
	items := p.items
	if len(items) == 0 {
		for _, key := range sortedKeys(data) {
			items = append(items, v1.KeyToPath{Key: key, Path: key})
		}
	}
	var files []File
	for _, item := range items {
		value, known := data[item.Key]
		switch {
		case known:
			files = append(files, File{Path: item.Path, Data: value, Mode: itemMode(item.Mode, p.mode)})
		case !p.optional:
			return nil, p.early(&Missing{Message: p.noKey(item.Key), Field: p.field, Lack: LackKey, Have: listedKeys(data)})
		}
	}
	return files, nil
}

// early is without a reason: the containers are still being created.
func (p objectPart) early(m *Missing) *Missing {
	m.Reason = ""
	return m
}

func (p objectPart) noKey(key string) string {
	if p.kind == "Secret" {
		return "references non-existent secret key: " + key
	}
	return "configmap references non-existent config key: " + key
}

// bytes is all that the object holds, binary data of a ConfigMap included.
func (p objectPart) bytes(in Inputs) (data map[string][]byte, there bool) {
	if p.kind == "Secret" {
		secret := in.Secrets[p.name]
		if secret == nil {
			return nil, false
		}
		return secret.Data, true
	}
	cm := in.ConfigMaps[p.name]
	if cm == nil {
		return nil, false
	}
	data = make(map[string][]byte, len(cm.Data)+len(cm.BinaryData))
	for key, value := range cm.Data {
		data[key] = []byte(value)
	}
	for key, value := range cm.BinaryData {
		data[key] = value
	}
	return data, true
}

func itemMode(own *int32, otherwise int64) int64 {
	if own == nil {
		return otherwise
	}
	return int64(*own)
}

// fieldsPart is fields of the pod as files.
type fieldsPart struct {
	asker
	items []v1.DownwardAPIVolumeFile
	mode  int64
	field string
}

func (p fieldsPart) files(in Inputs) ([]File, *Missing) {
	var files []File
	for i, item := range p.items {
		value, missing := p.value(item, fmt.Sprintf("%s.items[%d]", p.field, i), in)
		if missing != nil {
			return nil, missing
		}
		files = append(files, File{Path: item.Path, Data: []byte(value), Mode: itemMode(item.Mode, p.mode)})
	}
	return files, nil
}

func (p fieldsPart) value(item v1.DownwardAPIVolumeFile, field string, in Inputs) (string, *Missing) {
	if item.FieldRef != nil {
		value, err := fieldpath.ExtractFieldPathAsString(p.pod, item.FieldRef.FieldPath)
		if err != nil {
			return "", &Missing{Message: err.Error(), Field: field}
		}
		return value, nil
	}
	a, err := p.allotment(item.ResourceFieldRef)
	if err != nil {
		return "", noContainer(p.pod, err, field+".resourceFieldRef.containerName")
	}
	return a.value(in)
}

func (p fieldsPart) needs(needs *Needs) {
	for _, item := range p.items {
		if item.ResourceFieldRef == nil {
			continue
		}
		if a, err := p.allotment(item.ResourceFieldRef); err == nil {
			a.needs(needs)
		}
	}
}

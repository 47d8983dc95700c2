package translate

import v1 "k8s.io/api/core/v1"

// ImageSource is an image whose files a volume holds.
type ImageSource struct {
	Reference string
	Pull      v1.PullPolicy
	// Lenient takes the image that is there when its registry cannot be
	// reached.
	Lenient bool
}

// imageSource is the image of a volume; nil for a volume of another type. The
// manifest does not keep whether the policy was written, so a registry that
// cannot be reached is forgiven.
func imageSource(src v1.VolumeSource, opts Options) *ImageSource {
	if src.Image == nil {
		return nil
	}
	policy, _ := pullPolicy(&v1.Container{ImagePullPolicy: src.Image.PullPolicy}, opts)
	return &ImageSource{Reference: src.Image.Reference, Pull: policy, Lenient: policy == v1.PullAlways && opts.Pull == ""}
}

// ImageCopied is what a volume holds that the files of its image were copied
// to.
const ImageCopied = "image"

// CopiedMark is the file of the pause that says so.
func (v Volume) CopiedMark() string { return "/minipod/" + v.Name + ".copied" }

// ImageVolumes are the volumes of images that containers mount.
func (b *Blueprint) ImageVolumes() []Volume {
	var list []Volume
	for _, v := range b.Volumes {
		if v.Image != nil && b.mounted(v.Name) {
			list = append(list, v)
		}
	}
	return list
}

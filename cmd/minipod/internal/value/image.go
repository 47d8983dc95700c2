package value

import "github.com/distribution/reference"

// Image is the name of an image.
type Image struct{ to *string }

// NewImage is no image until it is set.
func NewImage(to *string) *Image { return &Image{to} }

// Set takes what an image can be called; empty is none.
func (i *Image) Set(text string) error {
	if text != "" {
		if _, err := reference.ParseNormalizedNamed(text); err != nil {
			return want("the name of an image, such as busybox:1.37: %s", err)
		}
	}
	*i.to = text
	return nil
}

func (i *Image) String() string { return text(i.to) }

// Type is the word for the value in help.
func (i *Image) Type() string { return "string" }

package diagnose

import (
	"fmt"
	"strings"

	"github.com/distribution/reference"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// unpullable are images that the engine does not have and cannot get.
func unpullable(l *look) []Cause {
	if l.Want == nil || l.Leaving() {
		return nil
	}
	var causes []Cause
	told := map[string]bool{}
	for _, u := range l.units() {
		image := u.Container.Image
		_, present := l.Images[image]
		stubborn := u.Pull == v1.PullAlways && !u.Lenient
		if l.Latest(u.Name) != nil || present && !stubborn || told[image] {
			continue
		}
		if c, found := l.imageCause(u); found {
			causes, told[image] = append(causes, c), true
		}
	}
	return causes
}

func (l *look) imageCause(u translate.Unit) (Cause, bool) {
	image := u.Container.Image
	c := Cause{Container: u.Name, Sure: Certain, Command: "docker pull " + image}
	named, err := reference.ParseNormalizedNamed(image)
	switch {
	case err != nil:
		c.Name, c.Command = "image-name", l.command("ps")+" -o yaml"
		c.Text = fmt.Sprintf("%s cannot have the image %q: no image can have that name", title(u), image)
		c.Evidence = []string{strings.TrimPrefix(err.Error(), "invalid reference format: "), field(u, "image", image)}
		return c, true
	case u.Pull == v1.PullNever:
		c.Name, c.Command = "image-never-pulled", "docker images"
		c.Text = fmt.Sprintf("%s may not pull its image %s (imagePullPolicy: Never), and the engine does not have it%s", title(u), image, l.alike(named))
		c.Evidence = []string{field(u, "imagePullPolicy", "Never")}
		return c, true
	}
	said := ""
	if e, ok := l.warned(u.Name, "Failed to pull image"); ok {
		said = e.Message
		c.Evidence = []string{"event " + e.Reason + ": " + e.Message}
	}
	a, known := l.ask(Question{Kind: AskRegistry, At: image})
	if known && a.Text != "" {
		c.Evidence = append(c.Evidence, "the registry, asked now: "+a.Text)
	}
	verdict, text := a.Registry, a.Text
	if !known {
		verdict, text = judge(said), said
	}
	return l.refused(c, u, named, verdict, text)
}

// refused words what a registry said of an image.
func (l *look) refused(c Cause, u translate.Unit, named reference.Named, verdict Registry, text string) (Cause, bool) {
	image, registry := u.Container.Image, reference.Domain(named)
	c.Evidence = append(c.Evidence, field(u, "image", image))
	switch verdict {
	case RegistrySilent:
		c.Name = "registry-unreachable"
		c.Text = fmt.Sprintf("the image %s of %s cannot be pulled: registry %s cannot be reached%s", image, title(u), registry, l.alike(named))
	case RegistryRefuses:
		c.Name, c.Sure = "image-refused", Likely
		c.Text = fmt.Sprintf("the image %s of %s does not exist in %s, or may not be pulled without docker login%s", image, title(u), registry, l.alike(named))
	case RegistryHasNot:
		c.Name = "image-missing"
		c.Text = fmt.Sprintf("the image %s of %s does not exist in registry %s%s", image, title(u), registry, l.alike(named))
		if tag, ok := reference.TagNameOnly(named).(reference.Tagged); ok && holds(text, "manifest unknown", "manifest for", "tag") {
			c.Name = "tag-missing"
			c.Text = fmt.Sprintf("the image of %s has no tag %s in registry %s%s", title(u), tag.Tag(), registry, l.alike(named))
		}
	default:
		return c, false
	}
	return c, true
}

// judge tells from the words of a pull that failed what they amount to.
func judge(text string) Registry {
	switch {
	case text == "":
		return RegistryHas
	case holds(text, "denied", "unauthorized", "no basic auth"):
		return RegistryRefuses
	case holds(text, "manifest unknown", "name unknown", "not found", "does not exist", "no matching manifest"):
		return RegistryHasNot
	}
	return RegistrySilent
}

// alike names an image that the engine has and that may be meant.
func (l *look) alike(wanted reference.Named) string {
	a, known := l.ask(Question{Kind: AskImages})
	if !known {
		return ""
	}
	if near := nearestImage(wanted, a.Lines); near != "" {
		return "; the engine has " + near
	}
	return ""
}

// nearestImage is an image of the same name with another tag, or one that is
// named alike.
func nearestImage(wanted reference.Named, images []string) string {
	var names []string
	for _, image := range images {
		named, err := reference.ParseNormalizedNamed(image)
		if err != nil {
			continue
		}
		if named.Name() == wanted.Name() {
			return image
		}
		names = append(names, reference.FamiliarName(named))
	}
	return nearest(reference.FamiliarName(wanted), names)
}

// foreign are images for another architecture than the machine's. One that runs
// in spite of that is emulated.
func foreign(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		image, known := l.image(u)
		machine, knownMachine := "", false
		if known && image.Architecture != "" {
			var a Answer
			a, knownMachine = l.ask(Question{Kind: AskMachine})
			machine = a.Text
		}
		if !knownMachine || machine == image.Architecture {
			continue
		}
		c := Cause{
			Name: "wrong-architecture", Container: u.Name, Sure: Likely,
			Text: fmt.Sprintf("the image %s of %s is made for %s, and the engine's machine is %s", u.Container.Image, title(u), image.Architecture, machine),
			Evidence: []string{
				fmt.Sprintf("architecture of the image: %s", image.Architecture), fmt.Sprintf("architecture of the machine: %s", machine),
			},
			Command: "docker image inspect -f '{{.Architecture}}' " + u.Container.Image,
		}
		if failed := l.failed(u); failed != nil {
			if lines := holding(l.words(*failed), execFormat); len(lines) > 0 {
				c.Sure, c.Evidence = Certain, append(c.Evidence, some("seen", lines, 1)...)
			}
		}
		if c.Sure == Certain || l.Latest(u.Name) == nil {
			causes = append(causes, c)
		}
	}
	return causes
}

// field is a line of evidence: what a field of a unit says.
func field(u translate.Unit, name, value string) string {
	return fmt.Sprintf("%s.%s: %s", u.Path, name, value)
}

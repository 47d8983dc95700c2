// Package value holds the kinds of values that flags have: each is read in one
// place, and says what it wants in words for who types it.
package value

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/minipod/minipod/runtime/translate"
)

// WantError says what a flag wants instead of the value that it was given.
type WantError struct{ Want string }

func (e *WantError) Error() string { return "want " + e.Want }

func want(format string, args ...any) error { return &WantError{fmt.Sprintf(format, args...)} }

// Choice is one of several words.
type Choice struct {
	to      *string
	allowed []string
	same    map[string]string // other words, in lower case, for those allowed
}

// NewChoice is the choice among words; none is made at first.
func NewChoice(to *string, allowed ...string) *Choice { return &Choice{to: to, allowed: allowed} }

// NewPull is a pull policy, by minipod's words or Kubernetes' own.
func NewPull(to *string) *Choice {
	c := NewChoice(to, "always", "missing", "never")
	c.same = map[string]string{"always": "always", "ifnotpresent": "missing", "never": "never"}
	return c
}

// Set chooses.
func (c *Choice) Set(text string) error {
	if other, ok := c.same[strings.ToLower(text)]; ok {
		text = other
	}
	for _, word := range c.allowed {
		if word == text {
			*c.to = text
			return nil
		}
	}
	return want("%s", strings.Join(c.allowed, ", "))
}

func (c *Choice) String() string { return text(c.to) }

// Type is the word for the value in help.
func (c *Choice) Type() string { return "word" }

// Ports are published ports, one for each time that the flag is given.
type Ports struct{ to *[]string }

// NewPorts collects ports.
func NewPorts(to *[]string) *Ports { return &Ports{to} }

// Set adds one.
func (p *Ports) Set(text string) error {
	if _, err := translate.ParsePublish(text); err != nil {
		return want("[IP:][HOST:]CONTAINER[/PROTO], such as 8080:80: %s", errors.Unwrap(err))
	}
	*p.to = append(*p.to, text)
	return nil
}

func (p *Ports) String() string {
	if p.to == nil {
		return ""
	}
	return strings.Join(*p.to, ",")
}

// Type is the word for the value in help.
func (p *Ports) Type() string { return "port" }

// Grace is the time between the stop signal and the kill, in seconds.
type Grace struct{ to **int64 }

// NewGrace leaves it to the pod until it is set: nil.
func NewGrace(to **int64) *Grace { return &Grace{to} }

// Set takes seconds, or a duration; -1 leaves it to the pod.
func (g *Grace) Set(text string) error {
	if text == "-1" {
		*g.to = nil
		return nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		d, notDuration := time.ParseDuration(text)
		if notDuration != nil {
			return want("a number of seconds, such as 10")
		}
		seconds = int64((d + time.Second - 1) / time.Second)
	}
	if seconds < 0 {
		return want("a number of seconds, such as 10")
	}
	*g.to = &seconds
	return nil
}

func (g *Grace) String() string {
	if g.to == nil || *g.to == nil {
		return ""
	}
	return fmt.Sprint(**g.to)
}

// Type is the word for the value in help.
func (g *Grace) Type() string { return "seconds" }

// Selector chooses by labels.
type Selector struct {
	text string
	to   *labels.Selector
}

// NewSelector chooses everything until it is set: nil.
func NewSelector(to *labels.Selector) *Selector { return &Selector{to: to} }

// Set takes a selector as kubectl does.
func (s *Selector) Set(text string) error {
	parsed, err := labels.Parse(text)
	if err != nil {
		return want("labels, such as app=web,tier!=test: %s", err)
	}
	s.text, *s.to = text, parsed
	return nil
}

func (s *Selector) String() string { return s.text }

// Type is the word for the value in help.
func (s *Selector) Type() string { return "labels" }

// Fields chooses by fields.
type Fields struct {
	text string
	to   *fields.Selector
}

// NewFields chooses everything until it is set: nil.
func NewFields(to *fields.Selector) *Fields { return &Fields{to: to} }

// Set takes a selector as kubectl does.
func (f *Fields) Set(text string) error {
	parsed, err := fields.ParseSelector(text)
	if err != nil {
		return want("fields, such as status.phase=Running,metadata.name!=web: %s", err)
	}
	f.text, *f.to = text, parsed
	return nil
}

func (f *Fields) String() string { return f.text }

// Type is the word for the value in help.
func (f *Fields) Type() string { return "fields" }

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

package value

import "github.com/minipod/minipod/cmd/minipod/internal/await"

// Condition is what a pod is waited for to come to.
type Condition struct {
	text string
	to   *await.Condition
}

// NewCondition is none until it is set.
func NewCondition(to *await.Condition) *Condition { return &Condition{to: to} }

// Set takes a condition as kubectl wait does.
func (c *Condition) Set(text string) error {
	parsed, err := await.Parse(text)
	if err != nil {
		return &WantError{err.Error()}
	}
	c.text, *c.to = text, parsed
	return nil
}

func (c *Condition) String() string { return c.text }

// Type is the word for the value in help.
func (c *Condition) Type() string { return "condition" }

package value

import (
	"strconv"
	"time"
)

// Duration is for how long something is done. One that is less than nothing is
// taken only where it means something.
type Duration struct {
	to    *time.Duration
	least time.Duration
}

// NewDuration is what it is at first until it is set.
func NewDuration(to *time.Duration, first, least time.Duration) *Duration {
	*to = first
	return &Duration{to, least}
}

// Set takes a duration with its unit, as Go writes it.
func (d *Duration) Set(text string) error {
	parsed, err := time.ParseDuration(text)
	if _, bare := strconv.ParseUint(text, 10, 63); bare == nil && err != nil {
		return want("a duration with a unit: %ss or %[1]sm", text)
	}
	if err != nil || parsed < d.least {
		return want("a duration such as 30s or 2m")
	}
	*d.to = parsed
	return nil
}

func (d *Duration) String() string {
	if d.to == nil || *d.to == 0 {
		return ""
	}
	return d.to.String()
}

// Type is the word for the value in help.
func (d *Duration) Type() string { return "duration" }

package describe

import (
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
)

func (p *page) events(w plan.World, log event.Log) {
	if len(log) == 0 {
		p.line(top, "Events:\t%s", none)
		return
	}
	p.columns.Flush() // what is above has columns of its own
	p.line(top, "Events:")
	p.line(inner, "Type\tReason\tAge\tFrom\tMessage")
	p.line(inner, "----\t------\t----\t----\t-------")
	for _, e := range log.Latest() {
		o := e.Object(w, "")
		message := strings.TrimSpace(e.Message)
		if path := o.InvolvedObject.FieldPath; path != "" {
			message = path + ": " + message
		}
		p.line(inner, "%s\t%s\t%s\t%s\t%s", e.Type, e.Reason, When(e, p.now), o.Source.Component, message)
	}
}

// When is how long ago an event was seen, and how often: 5s, 5s (x3 over 2m).
func When(e event.Event, now time.Time) string {
	since := func(t time.Time) string { return status.Age(metav1.NewTime(t), now) }
	if e.Count > 1 {
		return fmt.Sprintf("%s (x%d over %s)", since(e.Last), e.Count, since(e.First))
	}
	return since(e.First)
}

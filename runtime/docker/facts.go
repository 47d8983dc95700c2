package docker

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/docker/docker/api/types/volume"

	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// eventsFile of the pause is what happened to its pod.
const eventsFile = "/minipod/events.json"

// note writes down what was found out of a pod, as a record, and drops the
// note before it: creating it takes its number.
func (e *Engine) note(ctx context.Context, op plan.Op) error {
	text, err := json.Marshal(op.Facts)
	if err != nil {
		return fmt.Errorf("note the state of pod %s: %w", op.Pod.Name, err)
	}
	name, labels := translate.FactsNote(op.Pod, op.Revision, string(text))
	if err := e.putOnce(ctx, Record{Name: name, Labels: labels}); err != nil {
		return fmt.Errorf("note the state of pod %s: %w", op.Pod.Name, err)
	}
	if op.Revision > 1 {
		before, _ := translate.FactsNote(op.Pod, op.Revision-1, "")
		_ = e.DropRecord(ctx, before) // else whoever looks next does
	}
	return nil
}

// noted is what the newest note says. What cannot be read says nothing.
func noted(volumes []*volume.Volume) plan.Facts {
	newest, text := 0, ""
	for _, v := range volumes {
		if n, facts := translate.FactsOf(v.Labels); n > newest {
			newest, text = n, facts
		}
	}
	var facts plan.Facts
	if text == "" || json.Unmarshal([]byte(text), &facts) != nil {
		return plan.Facts{}
	}
	return facts
}

// ReadEvents is loop.Events.
func (e *Engine) ReadEvents(ctx context.Context, pause string) (event.Log, error) {
	var log event.Log
	text, err := e.readInside(ctx, pause, eventsFile)
	if err != nil || json.Unmarshal(text, &log) != nil {
		return nil, err
	}
	return log, nil
}

// ReadResolv is loop.Events.
func (e *Engine) ReadResolv(ctx context.Context, pause string) (string, error) {
	text, err := e.readInside(ctx, pause, "/etc/resolv.conf")
	return string(text), err
}

// WriteEvents is loop.Events.
func (e *Engine) WriteEvents(ctx context.Context, pause string, log event.Log) error {
	return e.writeInside(ctx, pause, eventsFile, log)
}

package docker

import (
	"context"
	"encoding/json"

	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/plan"
)

// What whoever keeps a pod has found out of it is in these files of its pause.
const (
	factsFile  = "/minipod/facts.json"
	eventsFile = "/minipod/events.json"
)

// writeFacts writes what was found out of a pod into its pause.
func (e *Engine) writeFacts(ctx context.Context, pause string, facts plan.Facts) error {
	return e.writeInside(ctx, pause, factsFile, facts)
}

// readFacts reads them. Where nothing was written, or nothing that can be
// read, nothing was found out.
func (e *Engine) readFacts(ctx context.Context, pause string) (plan.Facts, error) {
	var facts plan.Facts
	text, err := e.readInside(ctx, pause, factsFile)
	if err != nil || json.Unmarshal(text, &facts) != nil {
		return plan.Facts{}, err
	}
	return facts, nil
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

// WriteEvents is loop.Events.
func (e *Engine) WriteEvents(ctx context.Context, pause string, log event.Log) error {
	return e.writeInside(ctx, pause, eventsFile, log)
}

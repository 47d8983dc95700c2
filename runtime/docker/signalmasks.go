package docker

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/minipod/minipod/runtime/diagnose"
	"github.com/minipod/minipod/runtime/plan"
)

// Signals is what the first process of a container does about signals, by the
// engine's ps. A ps that does not tell is an error.
func (e *Engine) Signals(ctx context.Context, id string) (diagnose.Signals, error) {
	found, err := e.inspectOne(ctx, id)
	if err != nil {
		return diagnose.Signals{}, fmt.Errorf("signals of %s: %w", short(id), e.explain(err))
	}
	if stateOf(found.State) != plan.Running {
		return diagnose.Signals{}, fmt.Errorf("signals of %s: it does not run", short(id))
	}
	list, err := e.cli.ContainerTop(ctx, id, []string{"-o", "pid,caught,blocked"})
	if err != nil {
		return diagnose.Signals{}, fmt.Errorf("signals of %s: %w", short(id), e.explain(err))
	}
	pid := strconv.Itoa(found.State.Pid)
	at := slices.IndexFunc(list.Processes, func(row []string) bool { return len(row) == 3 && row[0] == pid })
	if at < 0 {
		return diagnose.Signals{}, fmt.Errorf("signals of %s: ps does not tell them", short(id))
	}
	s := diagnose.Signals{Stop: found.Config.StopSignal}
	for i, mask := range []*uint64{&s.Caught, &s.Blocked} {
		if *mask, err = strconv.ParseUint(list.Processes[at][1+i], 16, 64); err != nil {
			return diagnose.Signals{}, fmt.Errorf("signals of %s: %w", short(id), err)
		}
	}
	return s, nil
}

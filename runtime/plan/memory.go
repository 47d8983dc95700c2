package plan

import (
	"errors"
	"maps"
	"time"
)

// Memory is what a process at work on a pod remembers between looks. It may
// be lost: another process finds out again. Its methods change copies.
type Memory struct {
	// Me tells this process from others that are at work on the pod.
	Me string
	// Kept tells that somebody else keeps the pod: its probes are left to them, and
	// what they find out is what they write down.
	Kept bool
	// Faults are the operations that failed, by Op.Key.
	Faults map[string]Fault
	// Pulled are the operations of kind PullImage that were done, by Op.Key.
	Pulled map[string]bool
	// Checked are the operations of kind CheckPath that were done, by Op.Key.
	Checked map[string]bool
	// Late are the operations that came too late, by Op.Key.
	Late map[string]Try
	// Checks are the results of probes, by their kind and the attempt's ID.
	Checks map[string]Check
	// Hooks are the postStart hooks that have returned, by the attempt's ID.
	Hooks map[string]HookEnd
	// PreStopped are the attempts whose preStop hook has returned, by ID, and how
	// much of the grace was over then.
	PreStopped map[string]time.Duration
	// Stopped are the attempts that were stopped though they are to run, by
	// ID, and why.
	Stopped map[string]string
	// Resized are the limits that attempts were given last, by ID.
	Resized map[string]Resources
	// Measured is how much of the disk the pod was found to use last.
	Measured Measured
	// Young is until when the attempts that were started may end for a reason
	// that they were started with, by ID.
	Young map[string]time.Time
	// Since is since when this process waits for the pod to be up; the zero time
	// is that it does not.
	Since time.Time
}

// Try is an operation that came too late, so many times in a row.
type Try struct {
	At    time.Time
	Count int
}

// maxLate is how often in a row an operation may be too late before that
// counts as a failure: something else holds the name.
const maxLate = 5

// Again is when an operation that came too late is tried again: at once, and
// then later and later. What is under way, such as a create that has taken
// its name, is not to be seen before it is done.
func (t Try) Again() time.Time {
	const shortest = 50 * time.Millisecond
	if t.Count <= 1 {
		return t.At
	}
	return t.At.Add(shortest << (t.Count - 2))
}

// Settle is the memory after an operation has ended at now.
func (m Memory) Settle(op Op, err error, now time.Time) Memory {
	key := op.Key()
	m = Memory{
		Me: m.Me, Kept: m.Kept,
		Faults: clone(m.Faults), Pulled: clone(m.Pulled), Checked: clone(m.Checked), Late: clone(m.Late),
		Checks: clone(m.Checks), Hooks: clone(m.Hooks), PreStopped: clone(m.PreStopped), Stopped: clone(m.Stopped), Resized: clone(m.Resized), Measured: m.Measured, Young: clone(m.Young), Since: m.Since,
	}
	switch {
	case op.Kind == RunProbe:
		m.checked(op, err, now)
	case op.Kind == Measure:
		m.measured(err, now)
	case op.Kind == PostStart:
		m.hookDone(op, err, now)
	case op.Kind == PreStop: // one that fails keeps nothing from being stopped
		m.PreStopped[op.Target] = 0
	case err == nil:
		m.succeeded(op)
	case errors.Is(err, ErrStale) && m.Late[key].Count < maxLate:
		m.Late[key] = Try{At: now, Count: m.Late[key].Count + 1}
	default:
		m.Faults[key] = Fault{Op: op, Err: err, At: now, Count: m.Faults[key].Count + 1}
	}
	return m
}

// succeeded drops what is of no more account.
func (m Memory) succeeded(op Op) {
	delete(m.Late, op.Key())
	maps.DeleteFunc(m.Faults, func(_ string, f Fault) bool { return op.Clears(f) })
	switch {
	case op.Kind == PullImage:
		m.Pulled[op.Key()] = true
	case op.Kind == CheckPath:
		m.Checked[op.Key()] = true
	case op.Kind == Resize:
		m.Resized[op.Target] = *op.Resources
	case op.Kind == StopUnit && op.Cause != "":
		m.Stopped[op.Target] = op.Detail
	}
}

// How long a container is young: for half of what its start took. That one
// has ended at once is seen after some two fifths of it, more or less by what
// the engine has to do. Longer is of no use: where a busy machine has its end come
// late, that is by far more.
const (
	shortestYouth = 20 * time.Millisecond
	longestYouth  = time.Second
)

// Took is the memory after an operation that took so long and ended at now.
func (m Memory) Took(op Op, took time.Duration, now time.Time) Memory {
	if op.Kind == RunProbe { // the next one is due a period after this one began
		key := checkKey(op.Target, op.Check)
		m.Checks = clone(m.Checks)
		check := m.Checks[key]
		check.At = now.Add(-took)
		m.Checks[key] = check
	}
	if op.Kind == PreStop {
		m.PreStopped = clone(m.PreStopped)
		m.PreStopped[op.Target] = op.Spent + took
	}
	if op.Kind == StartUnit {
		m.Young = clone(m.Young)
		m.Young[op.Target] = now.Add(min(max(took/2, shortestYouth), longestYouth))
	}
	return m
}

// until is when an operation may be tried again; the zero time is now.
func (m Memory) until(op Op) time.Time {
	key := op.Key()
	if f, failed := m.Faults[key]; failed {
		return f.Again()
	}
	if t, late := m.Late[key]; late {
		return t.Again()
	}
	return time.Time{}
}

// clone is a copy that can be written to.
func clone[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}

// Package diagnose finds why a pod is not well: Find looks at a World and at
// the Evidence that was gathered beside it, and answers with causes, the surest
// first, and with the questions whose answers would tell more. Whoever gathers
// answers them and asks again, until there are none.
//
// It holds values and functions only: no context, clock, goroutine or I/O;
// time comes in as now.
package diagnose

import (
	"cmp"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
)

// Cause is something that keeps a pod from being well. Its JSON is what
// programs read: fields are added, none is renamed.
type Cause struct {
	Name      string   `json:"cause"`               // one word for each kind of cause
	Container string   `json:"container,omitempty"` // of the manifest; empty for the pod
	Sure      Sure     `json:"sure"`
	Text      string   `json:"text"`     // one sentence
	Evidence  []string `json:"evidence"` // what was seen of it
	Command   string   `json:"command"`  // what shows it
}

// Sure is how sure a cause is.
type Sure string

// The degrees of certainty.
const (
	Certain  Sure = "certain"  // it was seen
	Likely   Sure = "likely"   // all that was seen speaks for it
	Possible Sure = "possible" // nothing better was found
)

func (s Sure) rank() int { return slices.Index([]Sure{Certain, Likely, Possible}, s) }

// rank is where a cause stands among others. That nobody keeps a pod is told
// after what is likely: the pod would suffer from that all the same.
func (c Cause) rank() int {
	if c.Name == noSupervisor {
		return Likely.rank()
	}
	return c.Sure.rank()
}

// Finding is what was found out of a pod.
type Finding struct {
	Causes []Cause
	// Asks are the questions whose answers may tell more.
	Asks []Question
	// State is what the pod is, in words.
	State string
	// Besides is what is no cause of what the pod does: the failures that it has
	// recovered from; the ephemeral containers
	// that have not come to be, and why; who will not end when asked to; published
	// ports that nobody listens on; who keeps a pod from ending.
	Besides []string
}

// rule finds causes of one kind.
type rule func(l *look) []Cause

// rules are in the order in which equally sure causes are told. What comes
// later is often no more than what follows from what comes before.
func rules() []rule {
	return []rule{
		invalid, failedAsWhole, gated, unbound, hostPorts, pauseDown, paused, missingObjects, missingParts, hostPaths, unpullable, rootRefused, foreign,
		hiddenFiles, ontoFiles, badCommands, notRunnable, shellWithNothing, initSystem, outOfMemory, clashes, readOnly, denied, noSpace,
		portNames, failedHooks, stoppedByProbe, failingProbes, loopback,
		unresolved, refusedInside, stuckInit, staleEnvironment, deafToTerm, unattended,
		uncreated, detached, crashed, processOutOfMemory, waiting,
	}
}

// Find finds the causes.
func Find(w plan.World, e Evidence, now time.Time) Finding {
	l := &look{World: w, e: e, now: now, causes: []Cause{}}
	if w.Pause != nil {
		l.step = plan.Next(w, now)
	}
	for _, r := range rules() {
		for _, c := range r(l) {
			c.Text, c.Evidence = line(c.Text), lines(c.Evidence)
			l.causes = append(l.causes, c)
		}
	}
	slices.SortStableFunc(l.causes, func(a, b Cause) int { return cmp.Compare(a.rank(), b.rank()) })
	besides := slices.Concat(l.recovered(), l.absentEphemeral(), l.deaf(), l.unheard(), l.outlived())
	return Finding{Causes: l.causes, Asks: l.asks, State: l.state(), Besides: besides}
}

// state is what the pod is, in words.
func (l *look) state() string {
	switch {
	case l.Pause == nil:
		return "is not made"
	case l.step.Phase == v1.PodSucceeded:
		return "has completed"
	case l.step.Phase == v1.PodFailed:
		return "has failed"
	}
	switch l.step.State {
	case plan.Up:
		return "is up"
	case plan.Starting:
		return "is starting"
	case plan.Stopped:
		return "is stopped"
	case plan.Stopping:
		return "is being stopped"
	case plan.Leaving:
		return "is being removed"
	}
	return "is " + string(l.step.State)
}

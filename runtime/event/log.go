package event

import (
	"cmp"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"
)

// Log is what happened to a pod: each event once, with how often, in the order
// in which they came first. Its methods change copies.
type Log []Event

// most is how many events of a pod are kept: what fails again and again in
// other words is not to grow without end.
const most = 60

// key is all of an event by which it is known again.
type key struct{ unit, kind, reason, message string }

func (e Event) key() key { return key{e.Unit, e.Type, e.Reason, e.Message} }

// Add is the log with an event, which is as it is counted then. fresh is false
// where the log has it: one that is not later than an equal one has been told
// before, by someone else who saw it.
func (l Log) Add(e Event) (after Log, counted Event, fresh bool) {
	i := slices.IndexFunc(l, func(known Event) bool { return known.key() == e.key() })
	if i < 0 {
		return append(slices.Clone(l), e).ordered(), e, true
	}
	if !e.Last.After(l[i].Last) {
		return l, l[i], false
	}
	l = slices.Clone(l)
	l[i].Last, l[i].Count = e.Last, l[i].Count+e.Count
	l[i].Attempt, l[i].Why = e.Attempt, e.Why
	return l, l[i], true
}

// Has reports whether the log has an event, however often.
func (l Log) Has(e Event) bool {
	return slices.ContainsFunc(l, func(known Event) bool { return known.key() == e.key() })
}

// Tells reports whether the log has told of such a thing: the same event, or a
// warning of the same reason, which may be in other words each time.
func (l Log) Tells(e Event) bool {
	return l.Has(e) || e.Type == v1.EventTypeWarning && slices.ContainsFunc(l, func(known Event) bool {
		return known.Type == e.Type && known.Unit == e.Unit && known.Reason == e.Reason
	})
}

// Join is what two who saw the same pod have seen of it.
func (l Log) Join(other Log) Log {
	l = slices.Clone(l)
	for _, e := range other {
		i := slices.IndexFunc(l, func(known Event) bool { return known.key() == e.key() })
		if i < 0 {
			l = append(l, e)
			continue
		}
		if e.Last.After(l[i].Last) {
			l[i].Last, l[i].Attempt, l[i].Why = e.Last, e.Attempt, e.Why
		}
		l[i].First = earlier(l[i].First, e.First)
		l[i].Count = max(l[i].Count, e.Count)
	}
	return l.ordered()
}

// ordered is the log in order, without the oldest that are too many.
func (l Log) ordered() Log {
	for len(l) > most {
		oldest := 0
		for i := range l {
			if l[i].Last.Before(l[oldest].Last) {
				oldest = i
			}
		}
		l = slices.Delete(l, oldest, oldest+1)
	}
	slices.SortStableFunc(l, func(a, b Event) int { return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.rank(), b.rank())) })
	return l
}

// rank tells events of one moment apart: an image is there before its container, and
// before that cannot be made.
func (e Event) rank() int {
	return slices.Index([]string{reasonPulled, reasonCreated, reasonStarted, reasonFailed}, e.Reason)
}

// Latest is the log with what happened last at its end, as kubectl lists it.
func (l Log) Latest() Log {
	l = slices.Clone(l)
	slices.SortStableFunc(l, func(a, b Event) int {
		return cmp.Or(a.Last.Compare(b.Last), cmp.Compare(a.rank(), b.rank()), a.First.Compare(b.First))
	})
	return l
}

// Since are the events that were seen again after a time.
func (l Log) Since(at time.Time) Log {
	return slices.DeleteFunc(slices.Clone(l), func(e Event) bool { return !e.Last.After(at) })
}

// Stopped is what is known of a container, by its ID, that was stopped though it
// is to run.
func (l Log) Stopped(attempt string) (Event, bool) {
	for _, e := range l {
		if e.Attempt != "" && e.Attempt == attempt {
			return e, true
		}
	}
	return Event{}, false
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

package plan

import (
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/translate"
)

// Encounter is what is done about a pod that has the name of one that is to
// be made.
type Encounter int

// The encounters.
const (
	Pass     Encounter = iota // it is not in the way
	Join                      // it is the same: it is gone on with
	Await                     // it is being removed, and waited for
	Replace                   // it is removed first
	Conflict                  // it is another one, and stays
	Overtake                  // it was asked for later, and stays
)

// Precedence is how far a pod that is to be made goes against another one of its
// name.
type Precedence int

// The precedences.
const (
	Yields   Precedence = iota // the other one stays
	Replaces                   // the other one is removed
	Contends                   // as Replaces, unless the other one was asked for later
)

// Meet decides about a pod that has the name of one that is to be made.
func Meet(b *translate.Blueprint, w World, against Precedence) Encounter {
	switch {
	case w.Gone(), w.Unborn(): // who makes it has its name until the pause is there
		return Pass
	case w.Pause == nil, w.Leaving():
		return Await
	case translate.Same(b, w.Want):
		return Join
	case against == Contends && askedAfter(w.UID, b.Pod.UID):
		return Overtake
	case against != Yields:
		return Replace
	}
	return Conflict
}

// askedAfter reports whether a pod was asked for after another one, as their
// UIDs tell where both have their time in front (version 7).
func askedAfter(uid, other types.UID) bool {
	timed := func(uid types.UID) bool { return len(uid) == 36 && uid[14] == '7' }
	return timed(uid) && timed(other) && uid > other
}

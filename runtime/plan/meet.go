package plan

import "github.com/minipod/minipod/runtime/translate"

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
)

// Meet decides about a pod that has the name of one that is to be made.
// replace gives the new one precedence.
func Meet(b *translate.Blueprint, w World, replace bool) Encounter {
	switch {
	case w.Gone(), w.Unborn(): // who makes it has its name until the pause is there
		return Pass
	case w.Pause == nil, w.Leaving():
		return Await
	case translate.Same(b, w.Want):
		return Join
	case replace:
		return Replace
	}
	return Conflict
}

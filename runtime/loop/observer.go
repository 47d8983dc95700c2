package loop

import (
	"time"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
)

// Observer is told of every look at a pod and of every operation: what tells
// users, writes events or follows pods is one. Of one pod it is called by one
// goroutine at a time.
type Observer interface {
	// Saw is told of a look at a pod, also of the last one, at a world that
	// is Gone.
	Saw(w plan.World, s plan.Step)
	// Began is told of an operation that begins, with the pod as it was seen
	// last.
	Began(w plan.World, op plan.Op)
	// Done is told how an operation ended, and how long it took.
	Done(w plan.World, op plan.Op, took time.Duration, err error)
	// Progress is told how a pull goes on, from any goroutine.
	Progress(p engine.Progress)
}

// nobody is told of what nobody is to hear.
type nobody struct{}

func (nobody) Saw(plan.World, plan.Step)                      {}
func (nobody) Began(plan.World, plan.Op)                      {}
func (nobody) Done(plan.World, plan.Op, time.Duration, error) {}
func (nobody) Progress(engine.Progress)                       {}

func (r *Runner) observer() Observer {
	o := r.Observer
	if o == nil {
		o = nobody{}
	}
	if r.Book == nil {
		return o
	}
	return witnessed{o, r.Book}
}

// witnessed is an Observer beside which a Book is kept.
type witnessed struct {
	Observer
	book *Book
}

func (o witnessed) Saw(w plan.World, s plan.Step) {
	o.book.Saw(w, s)
	o.Observer.Saw(w, s)
}

func (o witnessed) Began(w plan.World, op plan.Op) {
	o.book.Began(w, op)
	o.Observer.Began(w, op)
}

func (o witnessed) Done(w plan.World, op plan.Op, took time.Duration, err error) {
	o.book.Done(w, op, took, err)
	o.Observer.Done(w, op, took, err)
}

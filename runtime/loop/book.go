package loop

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/plan"
)

// Events keeps what happened to a pod in its pause, for as long as that is
// there.
type Events interface {
	// ReadEvents reads what was written; nothing where nothing was.
	ReadEvents(ctx context.Context, pause string) (event.Log, error)
	WriteEvents(ctx context.Context, pause string, log event.Log) error
	// ReadResolv reads the resolv.conf of a pod.
	ReadResolv(ctx context.Context, pause string) (string, error)
}

// EventsOf is all that is known of what happened to a pod.
func EventsOf(ctx context.Context, e Events, w plan.World) (event.Log, error) {
	if w.Pause == nil {
		return event.Of(w, nil), nil
	}
	written, err := e.ReadEvents(ctx, w.Pause.ID)
	return event.Of(w, written), err
}

// Book keeps what happens to pods. What it was told of is written by Run a while
// later, many at a time: no pod waits for it.
type Book struct {
	Events Events
	Now    func() time.Time

	writing sync.Mutex // held by who writes: what is older is not to be written last

	mu    sync.Mutex
	heard func(w plan.World, e event.Event)
	pages map[types.UID]*page
	woken chan struct{}
}

// writeEvery is how often events of one pod are written at most that are only
// counted, and soon how long after the first any are, but for urgent ones: the
// start of a container would have to wait for the write. leaving is how long the
// last write of all pods may take.
const (
	writeEvery = 10 * time.Second
	soon       = time.Second
	leaving    = 5 * time.Second
)

// Saw takes in a look at a pod, as an Observer's does.
func (b *Book) Saw(w plan.World, s plan.Step) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if w.Gone() {
		delete(b.pages, w.UID)
		return
	}
	p := b.page(w)
	for _, done := range p.pulls {
		b.add(p, event.Pulled(w, done.op, done.took, done.at))
	}
	p.pulls = nil
	p.present = slices.DeleteFunc(p.present, func(image present) bool {
		e, made := image.event.With(w, image.op)
		if made {
			b.add(p, e)
		}
		return made
	})
	maps.DeleteFunc(p.begun, func(target string, _ string) bool {
		return !slices.ContainsFunc(w.Containers, func(c plan.Container) bool { return c.ID == target && c.State == plan.Running })
	})
	for _, e := range append(event.Seen(w), event.PullSecrets(w)...) {
		b.add(p, e)
	}
	all, waits := event.Waited(p.waits, w, s, b.Now())
	p.waits = waits
	for _, e := range all {
		b.add(p, e)
	}
	if p.news && !plan.NeedsKeeper(w) { // whoever kept it may leave
		p.urgent = true
		b.wake()
	}
}

// Began takes in an operation that begins. Of a container that two loops of one
// process stop it is told once.
func (b *Book) Began(w plan.World, op plan.Op) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range event.Began(w, op, b.Now()) {
		p := b.page(w)
		if p.begun[op.Target] != e.Message {
			p.begun[op.Target] = e.Message
			b.add(p, e)
		}
	}
	if op.Kind != plan.CreateUnit {
		return
	}
	p := b.page(w)
	for _, e := range event.Unpulled(w, op, b.Now()) {
		p.present = append(p.present, present{op, e})
	}
}

// Done takes in how an operation ended. One that ended with its process has not
// failed: whoever keeps the pod does it again.
func (b *Book) Done(w plan.World, op plan.Op, took time.Duration, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	failed := event.Done(w, op, err, b.Now())
	if op.Kind == plan.CreateUnit && len(failed) > 0 {
		failed = append(b.unmade(w, op), failed...)
	}
	b.Tell(w, failed...)
	if err != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case op.Kind == plan.PullImage:
		p := b.page(w)
		p.pulls = append(p.pulls, pull{op, took, b.Now()})
	case op.Kind == plan.StartPause && w.Want != nil && w.Want.AddsDNS():
		b.page(w).unresolved = true
	}
}

// unmade tells that the image of a container was there that could not be made.
func (b *Book) unmade(w plan.World, op plan.Op) (all []event.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.page(w)
	p.present = slices.DeleteFunc(p.present, func(image present) bool {
		if image.op.Key() != op.Key() {
			return false
		}
		all = append(all, image.event)
		return true
	})
	return all
}

// Listen has f told of every event that is news, one at a time. Events that were
// written before are told of as they were counted.
func (b *Book) Listen(f func(w plan.World, e event.Event)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard = f
}

// Tell writes events of a pod down.
func (b *Book) Tell(w plan.World, events ...event.Event) {
	if len(events) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.page(w)
	for _, e := range events {
		b.add(p, e)
	}
}

// page is the page of a pod. Nothing was written yet of one that is just born.
func (b *Book) page(w plan.World) *page {
	if b.pages == nil {
		b.pages = map[types.UID]*page{}
	}
	uid := w.UID
	if w.Want != nil {
		uid = w.Want.Pod.UID
	}
	p := b.pages[uid]
	if p == nil {
		born := w.Pause == nil || w.Pause.State == plan.Created && len(w.Containers) == 0
		p = &page{read: born, begun: map[string]string{}}
		b.pages[uid] = p
		if !born {
			b.wake()
		}
	}
	if w.Pause != nil || p.world.Pause == nil {
		p.world = w
	}
	return p
}

// add takes an event in, once it is known what was written before.
func (b *Book) add(p *page, e event.Event) {
	if !p.read {
		p.pending = append(p.pending, e)
		return
	}
	after, counted, news := p.log.Add(e)
	if !news {
		return
	}
	fresh := !p.log.Tells(e)
	p.log = after
	if !counted.Routine() && (!p.news || fresh && !p.fresh) {
		p.news, p.fresh, p.since = true, fresh, b.Now()
	}
	if e.Attempt != "" { // who sees the container end is to know that it did not end by itself
		p.urgent = true
		b.wake()
	}
	if b.heard != nil && p.world.Want != nil {
		b.heard(p.world, e)
	}
}

// wake has Run look at once; it is called with the lock held.
func (b *Book) wake() {
	if b.woken == nil {
		b.woken = make(chan struct{}, 1)
	}
	poke(b.woken)
}

// Run reads and writes until ctx ends, and then writes what is left.
func (b *Book) Run(ctx context.Context) { b.run(ctx, b.unread) }

// beside is Run for one command: it reads nothing that it does not add to.
func (b *Book) beside(ctx context.Context) { b.run(ctx, (*page).pendingNews) }

func (b *Book) run(ctx context.Context, which func(*page) bool) {
	b.mu.Lock()
	b.wake()
	woken := b.woken
	b.mu.Unlock()
	ticker := time.NewTicker(soon)
	defer ticker.Stop()
	for {
		select {
		case <-woken:
		case <-ticker.C:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaving)
			defer cancel()
			b.resolve(last)
			b.read(last, (*page).pendingNews)
			b.write(last, func(*page) bool { return true })
			return
		}
		b.resolve(ctx)
		b.read(ctx, which)
		b.write(ctx, b.due)
	}
}

// read reads what was written of such pages. What cannot be read is read later.
func (b *Book) read(ctx context.Context, which func(*page) bool) {
	for p, w := range b.some(which) {
		log, err := b.Events.ReadEvents(ctx, w.Pause.ID)
		if err != nil {
			continue
		}
		b.mu.Lock()
		b.begin(p, log)
		b.mu.Unlock()
	}
}

// resolve looks whether all of dnsConfig is in the resolv.conf of pods that were just
// started.
func (b *Book) resolve(ctx context.Context) {
	for p, w := range b.some(func(p *page) bool { return p.unresolved }) {
		conf, err := b.Events.ReadResolv(ctx, w.Pause.ID)
		if err != nil {
			continue
		}
		b.mu.Lock()
		p.unresolved = false
		b.mu.Unlock()
		b.Tell(w, event.LeftOut(w, conf, b.Now())...)
	}
}

// begin goes on with a log that others have written, completed as EventsOf does
// it: they have made the containers that are there.
func (b *Book) begin(p *page, log event.Log) {
	p.read = true
	b.join(p, p.log.Join(log).Complete(p.world))
	pending := p.pending
	p.pending = nil
	for _, e := range pending {
		b.add(p, e)
	}
}

// join takes in what others have written, and tells of what is news in it.
func (b *Book) join(p *page, log event.Log) {
	before := p.log
	p.log = p.log.Join(log)
	if b.heard == nil || p.world.Want == nil {
		return
	}
	for _, e := range p.log {
		if !before.Has(e) {
			b.heard(p.world, e)
		}
	}
}

// write writes the news of such pages, what is urgent first. What others have
// written meanwhile stays. That it fails keeps nothing from going on: it is tried
// again while the pod is there.
func (b *Book) write(ctx context.Context, which func(*page) bool) {
	b.writing.Lock()
	defer b.writing.Unlock()
	tried := map[*page]bool{}
	left := func(p *page) bool { return p.news && which(p) && !tried[p] }
	for {
		p, w := b.next(left)
		if p == nil {
			return
		}
		tried[p] = true
		b.save(ctx, p, w)
	}
}

// save writes one page.
func (b *Book) save(ctx context.Context, p *page, w plan.World) {
	before, err := b.Events.ReadEvents(ctx, w.Pause.ID)
	if err != nil {
		return
	}
	b.mu.Lock()
	b.join(p, before)
	log := p.log
	p.news, p.fresh, p.urgent, p.written = false, false, false, b.Now()
	b.mu.Unlock()
	if b.Events.WriteEvents(ctx, w.Pause.ID, log) != nil {
		b.mu.Lock()
		p.news = true
		b.mu.Unlock()
	}
}

// next is one of such pages, as its pod was seen last: an urgent one where there
// is one, and nil where there is none.
func (b *Book) next(which func(*page) bool) (next *page, w plan.World) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.pages {
		if p.world.Pause != nil && which(p) && (next == nil || p.urgent) {
			next, w = p, p.world
		}
	}
	return next, w
}

// some are such pages of pods that have a pause, as they were seen last.
func (b *Book) some(which func(*page) bool) map[*page]plan.World {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := map[*page]plan.World{}
	for _, p := range b.pages {
		if p.world.Pause != nil && which(p) {
			found[p] = p.world
		}
	}
	return found
}

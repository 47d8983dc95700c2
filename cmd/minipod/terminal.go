package main

import (
	"context"
	"os"

	"k8s.io/kubectl/pkg/util/interrupt"
	"k8s.io/kubectl/pkg/util/term"

	"github.com/minipod/minipod/runtime/engine"
)

// terminal is the user's terminal, lent to a command in a container.
type terminal struct{ term.TTY }

// newTerminal is the terminal that stdin is; ok is false where it is none.
// Without stdin the keys stay with the shell.
func newTerminal(io streams, stdin bool) (t terminal, ok bool) {
	t = terminal{term.TTY{In: io.in, Out: io.out, Raw: stdin}}
	return t, t.IsTerminalIn()
}

// lend has a process in a container use the terminal: raw, with the size of
// the window. The terminal is put right again, whatever happens.
func (t terminal) lend(ctx context.Context, streams engine.Stdio, use func(context.Context, engine.Stdio) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	streams.TTY = true
	if t.IsTerminalOut() {
		streams.Resize = t.sizes(ctx)
	}
	// Signals end ctx; after the terminal is put right they need no more.
	t.Parent = interrupt.New(func(os.Signal) { cancel() })
	return t.Safe(func() error { return use(ctx, streams) })
}

// sizes passes the window's sizes on, the first at once. Its goroutine lives
// as long as the process: kubectl's queue has no end.
func (t *terminal) sizes(ctx context.Context) <-chan engine.Size {
	sizes := make(chan engine.Size)
	queue := t.MonitorSize(t.GetSize())
	go func() {
		for size := queue.Next(); size != nil; size = queue.Next() {
			select {
			case sizes <- engine.Size{Width: size.Width, Height: size.Height}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return sizes
}

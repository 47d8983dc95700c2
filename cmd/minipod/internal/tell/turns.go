package tell

import (
	"io"
	"sync"
)

// Turns orders what is said of pods that are made side by side: one pod after
// the other, as if they had been made so. What is said before a pod's turn has
// come is kept until then.
type Turns struct {
	console Console
	out     io.Writer

	mu   sync.Mutex
	turn int
	kept map[int][]said
	done map[int]bool
}

// said is a part of the output of a pod.
type said struct {
	to   io.Writer
	text []byte
}

// NewTurns writes results to out, and everything else to the console.
func NewTurns(c Console, out io.Writer) *Turns {
	return &Turns{console: c, out: out, kept: map[int][]said{}, done: map[int]bool{}}
}

// Take is where the i-th pod says what it has to say. Only the first, whose
// turn it is from the beginning, draws on a terminal.
func (t *Turns) Take(i int) (Console, io.Writer) {
	c := t.console
	c.Writer = turnWriter{t, i, t.console.Writer}
	c.terminal = c.terminal && i == 0
	return c, turnWriter{t, i, t.out}
}

// Done ends the turn of a pod, now or when it comes.
func (t *Turns) Done(i int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done[i] = true
	for t.done[t.turn] {
		t.turn++
		for _, s := range t.kept[t.turn] {
			// An error shows at the next write, or nobody reads any more.
			_, _ = s.to.Write(s.text)
		}
		delete(t.kept, t.turn)
	}
}

type turnWriter struct {
	*Turns
	i  int
	to io.Writer
}

// Write passes on what is said in turn.
func (w turnWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.i == w.turn {
		return w.to.Write(b)
	}
	w.kept[w.i] = append(w.kept[w.i], said{w.to, append([]byte(nil), b...)})
	return len(b), nil
}

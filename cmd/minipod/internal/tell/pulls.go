package tell

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/docker/go-connections/nat"
	"github.com/docker/go-units"

	"github.com/minipod/minipod/runtime/engine"
)

// redraw is the least time between two states of the progress line.
const redraw = 100 * time.Millisecond

// pulls shows how images come: on a terminal in one line that changes, and by
// a line when a pull has ended.
type pulls struct {
	Console
	detail Detail

	mu     sync.Mutex
	images map[string]map[string]engine.Progress // by image and layer
	drawn  time.Time                             // zero when no line is there
}

func newPulls(c Console, detail Detail) *pulls {
	return &pulls{Console: c, detail: detail, images: map[string]map[string]engine.Progress{}}
}

func (p *pulls) progress(step engine.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	layers, begun := p.images[step.Image]
	if !begun {
		layers = map[string]engine.Progress{}
		p.images[step.Image] = layers
		if p.detail == Full {
			p.wipe()
			p.Say("image %s: pulling", step.Image)
		}
	}
	if step.Layer == "" {
		return
	}
	if step.Total == 0 {
		// Docker gives sizes only while it downloads or extracts.
		step.Total = layers[step.Layer].Total
		step.Current = step.Total
	}
	layers[step.Layer] = step
	if p.terminal && p.detail != Quiet && time.Since(p.drawn) > redraw {
		p.draw()
	}
}

// done ends the pull of an image. One that never began said nothing.
func (p *pulls) done(image string, took time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, begun := p.images[image]
	delete(p.images, image)
	if begun && err == nil && p.detail != Quiet {
		p.wipe()
		p.Say("image %s: pulled in %s", image, took.Round(redraw))
	}
}

// draw writes the line anew.
func (p *pulls) draw() {
	p.drawn = time.Now()
	var parts []string
	for _, image := range slices.Sorted(maps.Keys(p.images)) {
		if text := layersText(p.images[image]); text != "" {
			parts = append(parts, image+" "+text)
		}
	}
	fmt.Fprintf(p, "\r\x1b[K%s", Clean(strings.Join(parts, "; ")))
}

// clear takes the line away, so that something else can be said.
func (p *pulls) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
}

func (p *pulls) wipe() {
	if !p.drawn.IsZero() {
		fmt.Fprint(p, "\r\x1b[K")
		p.drawn = time.Time{}
	}
}

// layersText is "2 of 5 layers, 12.3MB of 40MB".
func layersText(layers map[string]engine.Progress) string {
	complete, all := 0, 0
	var current, total int64
	for id, l := range layers {
		if len(id) != shortID { // a tag, in the first message
			continue
		}
		all++
		if l.Status == "Pull complete" || l.Status == "Already exists" {
			complete++
		}
		current, total = current+l.Current, total+l.Total
	}
	if all == 0 {
		return ""
	}
	text := fmt.Sprintf("%d of %d layers", complete, all)
	if total > 0 {
		text += fmt.Sprintf(", %s of %s", units.HumanSize(float64(current)), units.HumanSize(float64(total)))
	}
	return text
}

// shortID is how long the engine's names of layers are.
const shortID = 12

// sortedPorts are ports by number and protocol.
func sortedPorts(m nat.PortMap) []nat.Port {
	return slices.SortedFunc(maps.Keys(m), func(a, b nat.Port) int {
		return cmp.Or(cmp.Compare(a.Int(), b.Int()), cmp.Compare(a.Proto(), b.Proto()))
	})
}

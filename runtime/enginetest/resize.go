package enginetest

import (
	"errors"

	"github.com/minipod/minipod/runtime/plan"
)

// resized changes the limits of a unit that runs, and takes one away.
func resized(b *bench) {
	b.pause()
	b.do(b.attempt(0, 0))
	b.do(plan.Op{Kind: plan.StartUnit, Target: b.latest().ID})
	shares := b.latest().Resources.CPUShares
	for _, want := range []plan.Resources{
		{CPUShares: 512, CPUQuota: 50_000, Memory: 64 << 20},
		{CPUShares: 256, CPUQuota: 20_000, Memory: 32 << 20},
		{CPUShares: 256, CPUQuota: 20_000, Memory: 128 << 20},
		{CPUShares: shares, Memory: 128 << 20},
	} {
		op := plan.Op{Kind: plan.Resize, Unit: contractUnit, Target: b.latest().ID, Resources: &want}
		if errors.Is(b.engine.Do(b.ctx, op, nil), plan.ErrUnsupported) {
			return // as Podman 4
		}
		b.do(op)
		if got := b.latest().Resources; got != want {
			b.Errorf("it has %s, want %s", got, want)
		}
	}
	b.refused(plan.Op{Kind: plan.Resize, Unit: contractUnit, Target: "no-such-container", Resources: &plan.Resources{CPUShares: 2}}, plan.ErrStale)
}

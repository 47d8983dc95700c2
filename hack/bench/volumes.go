package main

import (
	"context"
	_ "embed"
)

// wayVolumes is run of the pod with volumes, as the report calls it.
const wayVolumes = "minipod run with volumes"

//go:embed volumes.yaml
var volumes []byte

// withVolumes measures run of the pod with volumes, whose objects are stored
// with it, and removes all of it.
func (b *bench) withVolumes(ctx context.Context) error {
	run := func(ctx context.Context) error { return command(ctx, b.minipod, "run", b.volumes) }
	if err := b.time(ctx, wayVolumes, run); err != nil {
		return err
	}
	return b.clearVolumes(ctx)
}

func (b *bench) clearVolumes(ctx context.Context) error {
	return command(ctx, b.minipod, "rm", "--now", "--ignore-not-found", "-f", b.volumes)
}

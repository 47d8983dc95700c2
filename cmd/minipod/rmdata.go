package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// used are with --volumes the claims that the pods use.
func (f *rmFlags) used(ctx context.Context, e connection, pods []translate.Ref) ([]object.Key, error) {
	if !f.volumes {
		return nil, nil
	}
	var claims []object.Key
	worlds, err := e.runner.List(ctx)
	for _, w := range worlds {
		if w.Want == nil || !slices.Contains(pods, w.Ref()) {
			continue
		}
		for _, claim := range w.Want.NamedClaims() {
			claims = append(claims, object.Key{Resource: object.Claims, Namespace: w.Namespace, Name: claim})
		}
	}
	return claims, err
}

// data removes with --volumes what claims held, and else says where it stays.
func (f *rmFlags) data(ctx context.Context, io streams, e connection, claims []object.Key) error {
	var errs []error
	seen := map[object.Key]bool{}
	for _, key := range claims {
		if seen[key] {
			continue
		}
		seen[key] = true
		if !f.volumes {
			errs = append(errs, sayKept(ctx, io, e, key))
			continue
		}
		_, err := dropData(ctx, io, e, key)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// sayKept says where the data of a claim stays.
func sayKept(ctx context.Context, io streams, e connection, key object.Key) error {
	volume := translate.ClaimVolume(key.Namespace, key.Name)
	there, err := e.HasVolume(ctx, volume)
	if there {
		removes := tell.Command("rm --volumes", translate.Ref{Namespace: key.Namespace, Name: objectName(key)})
		tell.NewConsole(io.err).Say("data of %s kept in volume %s; %s removes it", objectName(key), volume, removes)
	}
	return err
}

// dropData removes what a claim held, unless a pod uses it, and reports whether it
// did.
func dropData(ctx context.Context, io streams, e connection, key object.Key) (bool, error) {
	volume := translate.ClaimVolume(key.Namespace, key.Name)
	err := e.DropRecord(ctx, volume)
	if errors.Is(err, plan.ErrStale) {
		tell.NewConsole(io.err).Warn(fmt.Sprintf("data of %s kept in volume %s: a pod uses it; docker volume rm %[2]s when it does not any more", objectName(key), volume))
		return false, nil
	}
	return err == nil, err
}

// dropLeft removes what a claim that is not there any more has left; an absentError
// where that is nothing.
func dropLeft(ctx context.Context, io streams, e connection, key object.Key) error {
	there, err := e.HasVolume(ctx, translate.ClaimVolume(key.Namespace, key.Name))
	switch {
	case err != nil:
		return err
	case !there:
		return &absentError{key}
	}
	dropped, err := dropData(ctx, io, e, key)
	if dropped {
		tell.Result(io.out, "%s was removed before, its data is now", objectName(key))
	}
	return err
}

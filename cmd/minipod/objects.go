package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/uuid"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/translate"
)

// records are what is kept in the engine beside pods.
type records interface {
	Records(ctx context.Context, label string) ([]engine.Record, error)
	PutRecord(ctx context.Context, r engine.Record) (existing engine.Record, err error)
	DropRecord(ctx context.Context, name string) error
}

// applyTries is how often an object is looked at again that others change
// meanwhile.
const applyTries = 10

// apply stores an object as kubectl apply does, and is the word for it.
func apply(ctx context.Context, e records, m manifest.Object) (word string, err error) {
	for range applyTries {
		current, err := newest(ctx, e, m.Kept.Key())
		if err != nil {
			return "", err
		}
		if pod := current.Pod(); pod != "" {
			owned := ownedError{m.Kept.Key(), pod}
			return "", podspec.Problems{m.Problem("metadata.name", owned.Error())}
		}
		stamp := object.Stamp{UID: uuid.NewUUID(), Now: time.Now()}
		if m.Kept.Resource == object.Services {
			if stamp.Services, err = services(ctx, e); err != nil {
				return "", err
			}
		}
		next, err := m.Kept.Apply(current, stamp)
		switch {
		case err != nil:
			return "", positioned(m, err)
		case next.Revision == current.Revision:
			return "unchanged", nil
		}
		_, err = e.PutRecord(ctx, next.Encode())
		switch {
		case errors.Is(err, engine.ErrExists):
			continue
		case err != nil:
			return "", err
		case next.Revision == 1:
			return "created", nil
		}
		return "configured", drop(ctx, e, next.Drops())
	}
	return "", fmt.Errorf("%s is changed by others again and again", objectName(m.Kept.Key()))
}

// positioned is the error at the fields of the manifest.
func positioned(m manifest.Object, err error) error {
	var invalid *object.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	var problems podspec.Problems
	for _, e := range invalid.Fields {
		problems = append(problems, m.Problem(e.Field, e.ErrorBody()))
	}
	return problems
}

// services are those of all namespaces.
func services(ctx context.Context, e records) ([]*v1.Service, error) {
	found, err := e.Records(ctx, translate.LabelObject+"="+object.Services)
	return object.ServicesOf("", decoded(found)), err
}

// newest is the newest revision of an object; zero when there is none.
func newest(ctx context.Context, e records, key object.Key) (object.Record, error) {
	all, err := objectsIn(ctx, e, key.Namespace)
	return newestOf(all, key), err
}

// newestOf is an object among others; zero when it is not.
func newestOf(all []object.Record, key object.Key) object.Record {
	for _, r := range all {
		if r.Key() == key {
			return r
		}
	}
	return object.Record{}
}

// objectsIn are the objects of a namespace.
func objectsIn(ctx context.Context, e records, namespace string) ([]object.Record, error) {
	return objectRecords(ctx, e, translate.LabelObjectNamespace+"="+namespace)
}

// objectRecords are the newest revisions of the objects with a label.
func objectRecords(ctx context.Context, e records, label string) ([]object.Record, error) {
	found, err := e.Records(ctx, label)
	return object.Newest(decoded(found)), err
}

func decoded(found []engine.Record) []object.Record {
	var all []object.Record
	for _, f := range found {
		if r, ok := object.Decode(f); ok {
			all = append(all, r)
		}
	}
	return all
}

func drop(ctx context.Context, e records, names []string) error {
	for _, name := range names {
		if err := e.DropRecord(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// absentError says that there is no such object.
type absentError struct{ key object.Key }

func (e *absentError) Error() string { return objectName(e.key) + " is not there" }

// Hint names what has to do with objects of a kind that are not kept.
func (e *absentError) Hint() string { return elsewhere(e.key.Resource) }

// ownedError says that a claim is a pod's own.
type ownedError struct {
	key object.Key
	pod string
}

func (e *ownedError) Error() string {
	return fmt.Sprintf("%s was made with pod %s and goes with it", objectName(e.key), e.pod)
}

// removeObject removes all revisions of an object.
func removeObject(ctx context.Context, e records, key object.Key) error {
	records, err := e.Records(ctx, translate.LabelObjectNamespace+"="+key.Namespace)
	if err != nil {
		return err
	}
	all := decoded(records)
	found := newestOf(object.Newest(all), key)
	if found.Revision == 0 {
		return &absentError{key}
	}
	if found.Pod() != "" {
		return &ownedError{key, found.Pod()}
	}
	return drop(ctx, e, found.All(all))
}

// applyObjects stores the objects of manifests, in their order. As with kubectl, one
// that cannot be what its manifest says keeps no other from it.
func applyObjects(ctx context.Context, io streams, e records, objects []manifest.Object) error {
	var refused podspec.Problems
	for _, m := range objects {
		word, err := apply(ctx, e, m)
		var problems podspec.Problems
		switch {
		case errors.As(err, &problems):
			refused = append(refused, problems...)
		case err != nil:
			return err
		default:
			tell.Result(io.out, "%s %s", objectName(m.Kept.Key()), word)
		}
	}
	if len(refused) > 0 {
		return refused
	}
	return nil
}

// objectInputs are the ConfigMaps, Secrets and claims that a pod refers to: those of
// the manifests, and of the engine what is not among them.
func objectInputs(cmd *cobra.Command, b *translate.Blueprint, objects []manifest.Object) (translate.Inputs, error) {
	var in translate.Inputs
	needs := b.Needs(b.Units)
	if needs.Services {
		in.Services = serviceInputs(b.Pod.Namespace, objects)
	}
	if needs.API {
		if err := apiInput(cmd, &in); err != nil {
			return in, err
		}
	}
	needs.Claims = b.NamedClaims()
	if len(needs.ConfigMaps)+len(needs.Secrets)+len(needs.Claims) == 0 {
		return in, nil
	}
	var all []object.Record
	for _, m := range objects {
		r, err := m.Kept.Apply(object.Record{}, object.Stamp{})
		if err != nil {
			return in, err
		}
		all = append(all, r)
	}
	object.Fill(&in, b.Pod.Namespace, needs, all)
	if len(in.ConfigMaps) == len(needs.ConfigMaps) && len(in.Secrets) == len(needs.Secrets) && len(in.Claims) == len(needs.Claims) {
		return in, nil
	}
	e, err := connect()
	if err != nil {
		return in, err
	}
	defer e.Close()
	kept, err := objectsIn(cmd.Context(), e, b.Pod.Namespace)
	if err != nil {
		return in, fmt.Errorf("look for what pod %s refers to and no manifest here has: %w", translate.RefOf(b.Pod), err)
	}
	for i := range all {
		all[i].Revision = 1 << 62 // what is in the manifests is newer than all that is kept
	}
	object.Fill(&in, b.Pod.Namespace, needs, append(kept, all...))
	return in, nil
}

// apiInput looks up the API that a pod is told of.
func apiInput(cmd *cobra.Command, in *translate.Inputs) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	in.API, err = e.API(cmd.Context())
	return err
}

// serviceInputs are the services of the manifests, with the addresses that
// they get where there are no others.
func serviceInputs(namespace string, objects []manifest.Object) []*v1.Service {
	var all []*v1.Service
	var kept []object.Record
	for _, m := range objects {
		if r, err := m.Kept.Apply(object.Record{}, object.Stamp{Services: all}); err == nil && r.Resource == object.Services {
			kept = append(kept, r)
			all = object.ServicesOf("", kept)
		}
	}
	return object.ServicesOf(namespace, kept)
}

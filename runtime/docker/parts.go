package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/versions"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// places are where the mounts of a pause are on the engine's machine, by where
// the pause has them. They stay as they are for as long as it is there.
type places map[string]string

func placesOf(c container.InspectResponse) places {
	found := places{}
	for _, m := range c.Mounts {
		found[m.Destination] = m.Source
	}
	return found
}

func (e *Engine) placesIn(ctx context.Context, pause string) (places, error) {
	if known, ok := e.places.Load(pause); ok {
		return known.(places), nil
	}
	c, err := e.inspectOne(ctx, pause)
	if err != nil {
		return nil, fmt.Errorf("look at the mounts of %s: %w", short(pause), e.explain(err))
	}
	found := placesOf(c)
	e.places.Store(pause, found)
	return found, nil
}

// withParts is a request with its parts among the mounts. A pause that was
// made without a volume for messages gets none.
func (e *Engine) withParts(ctx context.Context, r translate.Request, pause string) (translate.Request, error) {
	if len(r.Parts) == 0 {
		return r, nil
	}
	wholes, err := e.placesIn(ctx, pause)
	if err != nil {
		return r, err
	}
	host := *r.Host
	host.Mounts = slices.Clone(host.Mounts)
	for _, p := range r.Parts {
		whole, there := wholes[p.Whole]
		if !there && p.File {
			continue
		}
		at := p.Path
		if !p.File {
			if at, err = e.locate(ctx, pause, p); err != nil {
				return r, err
			}
		}
		host.Mounts = append(host.Mounts, partMount(p, path.Join(whole, at)))
	}
	r.Host = &host
	return r, nil
}

// deepMounts refuses, as the kubelet does, mounts that are to be read only with
// all below them, where the API has no such option.
func deepMounts(r translate.Request, api string) error {
	if len(r.Deep) == 0 || !versions.LessThan(api, readsBelow) {
		return nil
	}
	return configError(fmt.Sprintf("failed to resolve recursive read-only mode: volume %q requested recursive read-only mode, but it is not supported by the runtime: it takes API %s, and this one has %s", r.Deep[0], readsBelow, api))
}

// readsBelow is the API since which what is mounted below a read-only mount is
// read only too, unless it is asked not to be.
const readsBelow = "1.44"

// shallowMounts asks for what is mounted below read-only hostPaths to stay as
// it is. A bind has no words for that.
func shallowMounts(r translate.Request, api string) translate.Request {
	if len(r.Shallow) == 0 || versions.LessThan(api, readsBelow) {
		return r
	}
	host := *r.Host
	host.Binds, host.Mounts = nil, slices.Clone(host.Mounts)
	for _, b := range r.Host.Binds {
		parts := strings.Split(b, ":")
		if !slices.Contains(r.Shallow, parts[1]) {
			host.Binds = append(host.Binds, b)
			continue
		}
		m := mount.Mount{Type: mount.TypeBind, Source: parts[0], Target: parts[1], ReadOnly: true, BindOptions: &mount.BindOptions{CreateMountpoint: true}}
		if _, propagation, given := strings.Cut(parts[2], ","); given {
			m.BindOptions.Propagation = mount.Propagation(propagation)
		}
		host.Mounts = append(host.Mounts, m)
	}
	for i, m := range host.Mounts {
		if m.Type == mount.TypeBind && slices.Contains(r.Shallow, m.Target) {
			var options mount.BindOptions
			if m.BindOptions != nil {
				options = *m.BindOptions
			}
			options.ReadOnlyNonRecursive = true
			host.Mounts[i].BindOptions = &options
		}
	}
	r.Host = &host
	return r
}

func partMount(p translate.Part, source string) mount.Mount {
	m := mount.Mount{Type: mount.TypeBind, Source: source, Target: p.Target, ReadOnly: p.ReadOnly}
	if p.Propagation != "" {
		m.BindOptions = &mount.BindOptions{Propagation: p.Propagation}
	}
	return m
}

// configError is what the kubelet says of a container that cannot be put
// together.
type configError string

func (c configError) Error() string        { return string(c) }
func (c configError) Is(target error) bool { return target == plan.ErrConfig }

// notPrepared is of a part that is not there, or not in its volume. On a node it
// is the runtime that looks for one of an image.
func notPrepared(p translate.Part) error {
	text := fmt.Sprintf("failed to prepare subPath for volumeMount %q of container %q", p.Volume, p.Container)
	if p.Fixed {
		return errors.New(text)
	}
	return configError(text)
}

// notMade is of a part that is not there and cannot be made.
func notMade(p translate.Part) error {
	return configError(fmt.Sprintf("failed to create subPath directory for volumeMount %q of container %q", p.Volume, p.Container))
}

// mostLinks is how many links a path may lead through.
const mostLinks = 32

// locate is where a part is within its whole, with the links in its path
// followed: a container may have planted one that leads out of the volume,
// which Docker would follow on the machine. What is missing is made as a
// folder.
func (e *Engine) locate(ctx context.Context, pause string, p translate.Part) (string, error) {
	at, rest := p.Whole, strings.Split(p.Path, "/")
	for links := 0; len(rest) > 0; rest = rest[1:] {
		next := path.Join(at, rest[0])
		if next == at {
			continue
		}
		stat, err := e.cli.ContainerStatPath(ctx, pause, next)
		switch {
		case cerrdefs.IsNotFound(err) && p.Fixed:
			return "", notPrepared(p)
		case cerrdefs.IsNotFound(err):
			return within(p.Whole, path.Join(append([]string{at}, rest...)...)), e.makeFolders(ctx, pause, at, rest, p)
		case cerrdefs.IsInvalidArgument(err), cerrdefs.IsInternal(err): // what it is in is no folder, or it leads to itself
			return "", notPrepared(p)
		case err != nil:
			return "", fmt.Errorf("look for %s of volume %s: %w", p.Path, p.Volume, e.explain(err))
		case stat.LinkTarget == "":
			at = next
		case links == mostLinks, !strings.HasPrefix(stat.LinkTarget+"/", p.Whole+"/"):
			return "", notPrepared(p)
		default: // the engine has followed it to its end, within the pause
			if _, err := e.cli.ContainerStatPath(ctx, pause, stat.LinkTarget); cerrdefs.IsNotFound(err) && !p.Fixed {
				return "", notMade(p) // a node makes no folder behind a link
			}
			links++
			rest = append([]string{""}, append(strings.Split(within(p.Whole, stat.LinkTarget), "/"), rest[1:]...)...)
			at = p.Whole
		}
	}
	return within(p.Whole, at), nil
}

func within(whole, at string) string { return strings.TrimPrefix(strings.TrimPrefix(at, whole), "/") }

// makeFolders makes the folders that a part is in and the part itself, with
// the mode and the group of the volume's root.
func (e *Engine) makeFolders(ctx context.Context, pause, at string, names []string, p translate.Part) error {
	root, err := e.cli.ContainerStatPath(ctx, pause, p.Whole)
	if err != nil {
		return fmt.Errorf("look at volume %s: %w", p.Volume, e.explain(err))
	}
	var entries []tar.Header
	name := ""
	for _, n := range names {
		name = path.Join(name, n)
		entries = append(entries, tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: unixMode(root.Mode), Gid: p.GID})
	}
	if err := e.unpack(ctx, pause, at, entries); err != nil {
		return errors.Join(notMade(p), err)
	}
	return nil
}

// unixMode are the permissions of a file with the bits for its group and for
// who may remove from it, as an archive has them.
func unixMode(mode os.FileMode) int64 {
	bits := int64(mode.Perm())
	if mode&os.ModeSetgid != 0 {
		bits |= 0o2000
	}
	if mode&os.ModeSticky != 0 {
		bits |= 0o1000
	}
	return bits
}

// makeFiles makes the files among the parts of a request.
func (e *Engine) makeFiles(ctx context.Context, pause string, r translate.Request) error {
	for _, p := range r.Parts {
		if !p.File {
			continue
		}
		if err := e.unpack(ctx, pause, p.Whole, []tar.Header{{Typeflag: tar.TypeReg, Name: p.Path, Mode: 0o666}}); err != nil {
			return fmt.Errorf("create %s: %w", r.Name, err)
		}
	}
	return nil
}

// unpack makes empty files and folders in a folder of a container.
func (e *Engine) unpack(ctx context.Context, id, folder string, entries []tar.Header) error {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, h := range entries {
		h.ModTime = time.Now()
		if err := w.WriteHeader(&h); err != nil {
			return fmt.Errorf("write the archive entry of %s: %w", h.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("write an archive: %w", err)
	}
	return e.CopyTo(ctx, id, folder, &archive)
}

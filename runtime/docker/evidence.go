package docker

import (
	"archive/tar"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/runtime/diagnose"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// ImageConfig is what the configuration of an image says that the engine has.
func (e *Engine) ImageConfig(ctx context.Context, reference string) (diagnose.Image, error) {
	found, err := e.cli.ImageInspect(ctx, reference)
	if err != nil {
		return diagnose.Image{}, fmt.Errorf("inspect image %s: %w", reference, e.explain(err))
	}
	i := diagnose.Image{Architecture: found.Architecture}
	if c := found.Config; c != nil {
		i.Entrypoint, i.Cmd, i.Env, i.WorkingDir, i.User = c.Entrypoint, c.Cmd, c.Env, c.WorkingDir, c.User
	}
	return i, nil
}

// ImageNames are the names of all images that the engine has, sorted.
func (e *Engine) ImageNames(ctx context.Context) ([]string, error) {
	list, err := e.cli.ImageList(ctx, image.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list images: %w", e.explain(err))
	}
	var names []string
	for _, i := range list {
		names = append(names, i.RepoTags...)
	}
	slices.Sort(names)
	return names, nil
}

// AskRegistry has the engine ask the registry of an image whether it has it,
// and is what it said.
func (e *Engine) AskRegistry(ctx context.Context, name string) (diagnose.Registry, string) {
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return diagnose.RegistryHasNot, err.Error()
	}
	auth, err := e.credentials(reference.Domain(named))
	if err != nil {
		return diagnose.RegistryRefuses, err.Error()
	}
	_, err = e.cli.DistributionInspect(ctx, reference.TagNameOnly(named).String(), auth)
	explained := e.explainPull(err)
	switch text := strings.ToLower(fmt.Sprint(err)); {
	case err == nil:
		return diagnose.RegistryHas, ""
	case isContext(err):
		return diagnose.RegistrySilent, "it has not answered in time"
	case errors.Is(explained, plan.ErrUnreachable):
		return diagnose.RegistrySilent, explained.Error()
	case holdsAny(text, []string{"denied", "unauthorized", "no basic auth", "authentication required"}):
		return diagnose.RegistryRefuses, explained.Error()
	case errors.Is(explained, plan.ErrPermanent):
		return diagnose.RegistryHasNot, explained.Error()
	}
	return diagnose.RegistrySilent, explained.Error()
}

// Head is a file of a container, running or not, with its first bytes. A link
// is followed inside of the container.
func (e *Engine) Head(ctx context.Context, id, name string) (diagnose.File, error) {
	const links = 5
	target := ""
	for range links {
		f, err := e.head(ctx, id, cmp.Or(target, name))
		if err != nil || f.Link == "" {
			f.Link = target
			return f, err
		}
		target = f.Link
	}
	return diagnose.File{}, fmt.Errorf("read %s of %s: too many links", name, short(id))
}

func (e *Engine) head(ctx context.Context, id, name string) (diagnose.File, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // the rest of a large file is not waited for
	archive, err := e.CopyFrom(ctx, id, name)
	if errors.Is(err, plan.ErrStale) {
		return diagnose.File{}, nil
	}
	if err != nil {
		return diagnose.File{}, err
	}
	defer archive.Close()
	files := tar.NewReader(archive)
	h, err := files.Next()
	if err != nil {
		return diagnose.File{}, fmt.Errorf("read %s of %s: %w", name, short(id), err)
	}
	f := diagnose.File{There: true, Mode: uint32(h.Mode & 0o7777), UID: h.Uid, GID: h.Gid, Dir: h.Typeflag == tar.TypeDir}
	if h.Typeflag == tar.TypeSymlink {
		if f.Link = h.Linkname; !path.IsAbs(f.Link) {
			f.Link = path.Join(path.Dir(name), f.Link)
		}
		return f, nil
	}
	if f.Dir {
		_, err = files.Next()
		if f.Empty = errors.Is(err, io.EOF); f.Empty {
			err = nil
		}
		return f, err
	}
	f.Head, err = io.ReadAll(io.LimitReader(files, diagnose.HeadSize))
	return f, err
}

// ImageHeads are files of an image, in the order of paths: they are read from a container that is
// made of it, never started, and removed.
func (e *Engine) ImageHeads(ctx context.Context, image string, paths []string) ([]diagnose.File, error) {
	// Not broken off: the engine would go on with a container that nobody knows of.
	made, err := e.cli.ContainerCreate(context.WithoutCancel(ctx),
		&container.Config{Image: image, Entrypoint: []string{"/"}, Labels: map[string]string{translate.LabelHelper: "files"}},
		&container.HostConfig{NetworkMode: "none"}, nil, nil, "")
	if err != nil {
		return nil, fmt.Errorf("look into image %s: %w", image, e.explain(err))
	}
	files := make([]diagnose.File, len(paths))
	var group errgroup.Group
	group.SetLimit(parallel)
	for i, name := range paths {
		group.Go(func() error {
			var err error
			files[i], err = e.Head(ctx, made.ID, name)
			return err
		})
	}
	return files, errors.Join(group.Wait(), e.removeHelper(ctx, made.ID))
}

// Environment is that of a container.
func (e *Engine) Environment(ctx context.Context, id string) ([]string, error) {
	found, err := e.inspectOne(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("inspect %s: %w", short(id), e.explain(err))
	}
	return found.Config.Env, nil
}

// OOMs are the times at which a process of a container was killed for its
// memory, as far as the engine remembers: it keeps some hundred events.
func (e *Engine) OOMs(ctx context.Context, id string) ([]time.Time, error) {
	messages, failed := e.cli.Events(ctx, events.ListOptions{
		Since: "1", Until: strconv.FormatInt(time.Now().Unix(), 10),
		Filters: filters.NewArgs(filters.Arg("container", id), filters.Arg("event", string(events.ActionOOM))),
	})
	var all []time.Time
	for {
		select {
		case m := <-messages:
			all = append(all, time.Unix(0, m.TimeNano))
		case err := <-failed:
			if errors.Is(err, io.EOF) || len(all) > 0 {
				return all, nil
			}
			return nil, fmt.Errorf("read events of %s: %w", short(id), e.explain(err))
		}
	}
}

// Sockets are those of a pod that wait for others, as its pause sees them.
func (e *Engine) Sockets(ctx context.Context, pauseID string) ([]pause.Socket, error) {
	var out, errs bytes.Buffer
	code, err := e.Exec(ctx, pauseID, engine.ExecOptions{
		Command: []string{pause.ProgramPath, "look"}, Stdio: engine.Stdio{Stdout: &out, Stderr: &errs},
	})
	switch {
	case err != nil:
		return nil, err
	case code != 0:
		return nil, fmt.Errorf("read sockets of %s: exit code %d: %s", short(pauseID), code, strings.TrimSpace(errs.String()))
	}
	seen, err := pause.ParseLook(&out)
	return seen.Sockets, err
}

// Published are the ports of the machine that running containers have.
func (e *Engine) Published(ctx context.Context) ([]diagnose.Published, error) {
	running, err := e.cli.ContainerList(ctx, container.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list containers: %w", e.explain(err))
	}
	var all []diagnose.Published
	for _, c := range running {
		for _, p := range c.Ports {
			if p.PublicPort != 0 && len(c.Names) > 0 {
				all = append(all, diagnose.Published{Container: strings.TrimPrefix(c.Names[0], "/"), Protocol: p.Type, IP: p.IP, Port: int(p.PublicPort)})
			}
		}
	}
	return all, nil
}

// Inputs are all that the containers and the volumes of a pod ask for, whether
// they are to be made again or not, and the services of its namespace.
func (e *Engine) Inputs(ctx context.Context, w plan.World) (translate.Inputs, error) {
	namespace := w.Want.Pod.Namespace
	objects, err := e.ofNamespace(ctx, namespace)
	if err != nil {
		return translate.Inputs{}, err
	}
	needs := w.Want.Needs(w.Want.Units)
	needs.Services = true
	in, err := e.needed(ctx, w, needs, kept{objects, listed(objects)})
	if err == nil && needs.API {
		in.API, err = e.API(ctx)
	}
	return in, err
}

// Images are the images of a pod that the engine has, by the references of the
// manifest.
func (e *Engine) Images(ctx context.Context, b *translate.Blueprint) (map[string]plan.Image, error) {
	return e.images(ctx, plan.World{Want: b})
}

package docker

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// mountError is what the kubelet says of a volume that it cannot set up.
type mountError string

func (m mountError) Error() string        { return string(m) }
func (m mountError) Is(target error) bool { return target == plan.ErrPermanent }

// errNoPath says that a path of the engine's machine does not exist.
var errNoPath = errors.New("does not exist")

// errNoType says that a path is none of the types that a kubelet knows.
var errNoType = errors.New("only recognise file, directory, socket, block device and character device")

// checkPath looks what a path of the engine's machine is, and makes it where
// its type says so: what the kubelet does before it mounts a hostPath
// (pkg/volume/hostpath/host_path.go, checkTypeInternal).
func (e *Engine) checkPath(ctx context.Context, h translate.HostPath) error {
	is, err := e.pathType(ctx, h)
	switch {
	case errors.Is(err, errNoPath) && h.Type == v1.HostPathFileOrCreate:
		return e.makeHostFile(ctx, h.Path)
	case errors.Is(err, errNoPath) && h.MadeFolder():
		return e.makeHostFolder(ctx, h.Path)
	case errors.Is(err, errNoPath), errors.Is(err, errNoType):
		if errors.Is(err, errNoPath) {
			err = fmt.Errorf("path %q %w", h.Path, err)
		}
		return mountError(fmt.Sprintf("hostPath type check failed, %s is not a %s, unable to determine its type: %s", h.Path, h.Noun(), err))
	case err != nil:
		return fmt.Errorf("look at %s of the engine's machine: %w", h.Path, err)
	case is != h.Wanted() && h.Type != v1.HostPathUnset:
		return mountError(fmt.Sprintf("hostPath type check failed: %s is not a %s, it's a %s", h.Path, h.Noun(), is))
	}
	return nil
}

// hostTarget is where a container that is never started mounts what is looked
// at.
const hostTarget = "/host"

// pathType is what a path is on the engine's machine, with links followed, as
// the engine does when it mounts it. A folder that may be made is.
func (e *Engine) pathType(ctx context.Context, h translate.HostPath) (is v1.HostPathType, err error) {
	err = e.withHostPath(ctx, lookAt(h), func(id string) error {
		stat, err := e.cli.ContainerStatPath(ctx, id, hostTarget)
		is = typeOf(stat.Mode)
		return e.explain(err)
	})
	if err == nil && is == v1.HostPathUnset && h.Type != v1.HostPathUnset {
		err = errNoType
	}
	return is, err
}

// lookAt mounts a path. A bind has the engine make a folder that is missing;
// it has colons between its parts, so that a path with one is a mount, for
// which an older engine does not: see makeHostFolder.
func lookAt(h translate.HostPath) *container.HostConfig {
	if h.MadeFolder() && !strings.Contains(h.Path, ":") {
		return &container.HostConfig{Binds: []string{h.Path + ":" + hostTarget}}
	}
	return mounting(h.Path)
}

// mounting mounts a path that is there.
func mounting(path string) *container.HostConfig {
	return &container.HostConfig{Mounts: []mount.Mount{{Type: mount.TypeBind, Source: path, Target: hostTarget}}}
}

// withHostPath does something with a container that is made for it, mounts a
// path of the machine and is never started. What the engine will not mount
// does not exist.
func (e *Engine) withHostPath(ctx context.Context, host *container.HostConfig, do func(id string) error) (err error) {
	host.NetworkMode = "none"
	id, err := e.createHelper(ctx, translate.Request{
		Config: &container.Config{Image: pause.Reference, Labels: map[string]string{translate.LabelHelper: "hostpath"}}, Host: host,
	})
	if cerrdefs.IsInvalidArgument(err) {
		return errNoPath
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.removeHelper(ctx, id)) }()
	return do(id)
}

// makeHostFile makes an empty file in a folder that is there.
func (e *Engine) makeHostFile(ctx context.Context, file string) error {
	err := e.withHostPath(ctx, mounting(path.Dir(file)), func(id string) error {
		return e.unpack(ctx, id, hostTarget, []tar.Header{{Typeflag: tar.TypeReg, Name: path.Base(file), Mode: 0o644}})
	})
	if errors.Is(err, errNoPath) {
		return mountError(fmt.Sprintf("open %s: no such file or directory", file))
	}
	return err
}

// makeHostFolder makes a folder in the innermost one that is there.
func (e *Engine) makeHostFolder(ctx context.Context, folder string) error {
	var missing []tar.Header
	for at, below := path.Dir(folder), path.Base(folder); ; at, below = path.Dir(at), path.Join(path.Base(at), below) {
		missing = nil
		for name := below; name != "."; name = path.Dir(name) {
			missing = append([]tar.Header{{Typeflag: tar.TypeDir, Name: name, Mode: 0o755}}, missing...)
		}
		err := e.withHostPath(ctx, mounting(at), func(id string) error { return e.unpack(ctx, id, hostTarget, missing) })
		if !errors.Is(err, errNoPath) || at == "/" {
			return err
		}
	}
}

// typeOf is the type of a file as the kubelet tells it
// (pkg/volume/util/hostutil, getFileType); empty for any other.
func typeOf(mode os.FileMode) v1.HostPathType {
	switch {
	case mode.IsDir():
		return v1.HostPathDirectory
	case mode.IsRegular():
		return v1.HostPathFile
	case mode&os.ModeSocket != 0:
		return v1.HostPathSocket
	case mode&os.ModeCharDevice != 0:
		return v1.HostPathCharDev
	case mode&os.ModeDevice != 0:
		return v1.HostPathBlockDev
	}
	return v1.HostPathUnset
}

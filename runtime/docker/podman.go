package docker

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/volume"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// podmanHeader is in every answer of Podman's Docker-compatible socket.
const podmanHeader = "Libpod-Api-Version"

// podman reports whether the engine that has answered last is Podman. Its API
// is Docker's but for what podman.go and those who ask this say.
func (e *Engine) podman() bool { return e.patience.podman.Load() }

// podmanStatus are the statuses that Docker has for what Podman 4 answers as
// if it had failed, by the cause in Podman's own words.
func podmanStatus() map[string]int {
	return map[string]int{
		"container state improper":    http.StatusConflict,
		"that name is already in use": http.StatusConflict,
		"volume already exists":       http.StatusConflict,
		"no such container":           http.StatusNotFound,
		"no such volume":              http.StatusNotFound,
		"no such exec session":        http.StatusNotFound,
	}
}

// asDocker gives an answer of Podman the status that Docker gives it.
func asDocker(answer *http.Response) {
	if answer.StatusCode != http.StatusInternalServerError || answer.Header.Get(podmanHeader) == "" {
		return
	}
	const most = 64 << 10
	text, err := io.ReadAll(io.LimitReader(answer.Body, most))
	rest := struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(text), answer.Body), answer.Body}
	answer.Body = rest
	var fault struct{ Cause string }
	if err != nil || json.Unmarshal(text, &fault) != nil {
		return
	}
	if status, ok := podmanStatus()[fault.Cause]; ok {
		answer.StatusCode = status
	}
}

// joinsRunning reports whether the container runs whose network another one
// joins. Podman would start it.
func (e *Engine) joinsRunning(ctx context.Context, c container.InspectResponse) bool {
	pause := c.HostConfig.NetworkMode.ConnectedContainer()
	if pause == "" {
		return true
	}
	found, err := e.inspectOne(ctx, pause)
	return err == nil && stateOf(found.State) == plan.Running
}

// withVolumes makes the volumes of a pause before the pause: Podman drops the
// labels of those that a container's mounts make, which tell whose they are.
// What was made for a pause that was not is removed again.
func (e *Engine) withVolumes(ctx context.Context, r translate.Request, create func() error) error {
	for _, m := range r.Host.Mounts {
		if err := e.makeVolume(ctx, m); err != nil {
			return fmt.Errorf("create %s: volume %s: %w", r.Name, m.Source, err)
		}
	}
	err := create()
	if err != nil {
		for _, m := range r.Host.Mounts {
			// One that another pause uses stays.
			_ = e.cli.VolumeRemove(ctx, m.Source, false)
		}
	}
	return err
}

// makeVolume makes a volume that is not there yet. Podman takes the size of one in
// memory for a quota of the disk, and fails where that has none: there it has no size.
func (e *Engine) makeVolume(ctx context.Context, m mount.Mount) error {
	if m.Type != mount.TypeVolume || m.VolumeOptions == nil {
		return nil
	}
	ask := volume.CreateOptions{Name: m.Source, Labels: m.VolumeOptions.Labels}
	if driver := m.VolumeOptions.DriverConfig; driver != nil {
		ask.Driver, ask.DriverOpts = driver.Name, maps.Clone(driver.Options)
		options := strings.Split(driver.Options["o"], ",")
		ask.DriverOpts["o"] = strings.Join(slices.DeleteFunc(options, func(o string) bool { return strings.HasPrefix(o, "size=") }), ",")
	}
	if _, err := e.cli.VolumeCreate(ctx, ask); err != nil && !cerrdefs.IsConflict(err) {
		return e.explain(err)
	}
	return nil
}

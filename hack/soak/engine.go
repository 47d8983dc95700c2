package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"

	"github.com/minipod/minipod/runtime/translate"
)

// namespace is that of a soak's pods.
const namespace = "minipod-soak"

// containersEach is how many containers a pod has, its pause included.
const containersEach = 3

// engine is what is there of the pods, seen from outside.
type engine struct{ cli *client.Client }

func ours() filters.Args {
	return filters.NewArgs(filters.Arg("label", translate.LabelNamespace+"="+namespace))
}

func (e engine) list(ctx context.Context) ([]container.Summary, []*volume.Volume, error) {
	containers, err := e.cli.ContainerList(ctx, container.ListOptions{All: true, Filters: ours()})
	if err != nil {
		return nil, nil, fmt.Errorf("list containers: %w", err)
	}
	volumes, err := e.cli.VolumeList(ctx, volume.ListOptions{Filters: ours()})
	if err != nil {
		return nil, nil, fmt.Errorf("list volumes: %w", err)
	}
	return containers, volumes.Volumes, nil
}

// nameless lists the volumes that Docker has made for containers, whoever's they are.
func (e engine) nameless(ctx context.Context) ([]string, error) {
	list, err := e.cli.VolumeList(ctx, volume.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list volumes: %w", err)
	}
	var names []string
	for _, v := range list.Volumes {
		if len(v.Name) == hashLength && !strings.ContainsFunc(v.Name, func(r rune) bool { return !strings.ContainsRune("0123456789abcdef", r) }) {
			names = append(names, v.Name)
		}
	}
	return names, nil
}

// hashLength is that of the names that Docker makes up.
const hashLength = 64

// left describes all there is, a line each, sorted.
func (e engine) left(ctx context.Context) ([]string, error) {
	containers, volumes, err := e.list(ctx)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, c := range containers {
		lines = append(lines, fmt.Sprintf("container %s of %.8s: %s, made %s", strings.TrimPrefix(strings.Join(c.Names, " "), "/"),
			c.Labels[translate.LabelUID], c.Status, time.Unix(c.Created, 0).UTC().Format(time.TimeOnly)))
	}
	for _, v := range volumes {
		lines = append(lines, fmt.Sprintf("volume %s of %.8s, made %s", v.Name, v.Labels[translate.LabelUID], v.CreatedAt))
	}
	slices.Sort(lines)
	return lines, nil
}

// notWhole says what each of these pods lacks: all its containers are to run, and to be of one pod.
func (e engine) notWhole(ctx context.Context, pods []string) ([]string, error) {
	containers, _, err := e.list(ctx)
	if err != nil {
		return nil, err
	}
	running, uids := map[string]int{}, map[string]map[string]bool{}
	for _, c := range containers {
		pod := c.Labels[translate.LabelPod]
		if c.State == container.StateRunning {
			running[pod]++
		}
		if uids[pod] == nil {
			uids[pod] = map[string]bool{}
		}
		uids[pod][c.Labels[translate.LabelUID]] = true
	}
	var wrong []string
	for _, pod := range pods {
		if running[pod] != containersEach || len(uids[pod]) != 1 {
			wrong = append(wrong, fmt.Sprintf("pod %s has %d containers running, of %d pods", pod, running[pod], len(uids[pod])))
		}
	}
	return wrong, nil
}

// clear removes by force what is there, those that join a pause first.
func (e engine) clear(ctx context.Context) error {
	containers, volumes, err := e.list(ctx)
	if err != nil {
		return err
	}
	for _, c := range containers {
		err = errors.Join(err, gone(e.cli.ContainerRemove(ctx, c.ID, container.RemoveOptions{Force: true, RemoveVolumes: true})))
	}
	for _, v := range volumes {
		err = errors.Join(err, gone(e.cli.VolumeRemove(ctx, v.Name, true)))
	}
	return err
}

// gone takes what is not there any more, or is about to go, for removed.
func gone(err error) error {
	if cerrdefs.IsNotFound(err) || cerrdefs.IsConflict(err) {
		return nil
	}
	return err
}

//go:build ignore

package main

import (
	"io"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
)

// disk are the bytes of the machine's disk as a number of divisors, rounded up: the
// pause is on it.
func disk(pause string, divisor int64) string {
	made, err := docker.ContainerExecCreate(ctx, pause, container.ExecOptions{Cmd: []string{"/pause", "usage"}, AttachStdout: true, Tty: true})
	check(err)
	conn, err := docker.ContainerExecAttach(ctx, made.ID, container.ExecAttachOptions{Tty: true})
	check(err)
	defer conn.Close()
	out, err := io.ReadAll(conn.Reader)
	check(err)
	size, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	check(err)
	return strconv.FormatInt((size+divisor-1)/divisor, 10)
}

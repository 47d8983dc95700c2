package docker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/docker/docker/client"

	"github.com/minipod/minipod/runtime/plan"
)

// UnreachableError says that no engine answers. It is plan.ErrUnreachable.
type UnreachableError struct {
	Address string // as in DOCKER_HOST
	Source  string // what named the address; empty for the default
	local   string // the socket of the default
	met     bool   // it has answered before
	cause   error
}

func (e *Engine) unreachable(err error) error {
	return &UnreachableError{Address: e.where.address, Source: e.where.source, local: strings.TrimPrefix(client.DefaultDockerHost, "unix://"), met: e.patience.met.Load(), cause: cause(e.where.address, err)}
}

// cause finds out why, where the client's error does not tell: it drops the
// system's error for an address that is missing or that nobody listens on.
func cause(address string, err error) error {
	network, at, _ := strings.Cut(address, "://")
	known := errors.Is(err, fs.ErrPermission) || isSilent(err) || errors.Is(err, errNoEngine)
	told := errors.As(err, new(*net.OpError)) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if known || network != "unix" && (network != "tcp" || told) {
		return err
	}
	if network == "tcp" {
		at, _, _ = strings.Cut(at, "/") // what follows is the path of its API
	}
	conn, dialErr := net.DialTimeout(network, at, time.Second)
	if dialErr != nil {
		return dialErr
	}
	conn.Close()
	return err
}

// Error names the address and the reason.
func (u *UnreachableError) Error() string {
	return fmt.Sprintf("the Docker Engine at %s%s cannot be reached: %s", u.Address, from(u.Source), u.why())
}

func (u *UnreachableError) why() string {
	var silent *silentError
	var unknown *net.DNSError
	switch {
	case errors.As(u.cause, &silent):
		return silent.Error()
	case errors.Is(u.cause, errNoEngine), errors.As(u.cause, new(*json.SyntaxError)):
		return errNoEngine.Error()
	case errors.Is(u.cause, fs.ErrPermission):
		return "permission denied"
	case errors.As(u.cause, &unknown) && unknown.IsNotFound:
		return "there is no host " + unknown.Name
	case errors.Is(u.cause, fs.ErrNotExist):
		return "there is no such socket"
	case errors.Is(u.cause, syscall.ECONNREFUSED):
		return "nothing listens there"
	case errors.Is(u.cause, io.EOF), errors.Is(u.cause, io.ErrUnexpectedEOF),
		errors.Is(u.cause, syscall.ECONNRESET), errors.Is(u.cause, syscall.EPIPE):
		return "it broke the connection off"
	}
	return strings.Join(strings.Fields(unaddressed(u.cause).Error()), " ")
}

// Unwrap are plan.ErrUnreachable and the cause.
func (u *UnreachableError) Unwrap() []error {
	return []error{plan.ErrUnreachable, u.cause}
}

// Hint is what to do about it, naming a command to run.
func (u *UnreachableError) Hint() string {
	path, local := strings.CutPrefix(u.Address, "unix://")
	switch {
	case u.met && !isSilent(u.cause):
		return "it answered a moment ago: give the command again once it does"
	case local && errors.Is(u.cause, fs.ErrPermission):
		return fmt.Sprintf("only root and the group of %s may use it: run `sudo usermod -aG docker $USER` and log in again", path)
	case strings.HasPrefix(u.Source, "the docker context"):
		return "`docker context ls` lists the contexts, `docker context use default` takes the local engine"
	case u.Source != "" && u.localListens():
		return fmt.Sprintf("`unset %s` takes the local engine", strings.Split(u.Source, "=")[0])
	case u.Source != "":
		return fmt.Sprintf("is an engine running there? %s names it, and no local one listens; `docker context ls` lists others", strings.Split(u.Source, "=")[0])
	}
	if isSilent(u.cause) {
		return "`journalctl -u docker` shows what it is at, `sudo systemctl restart docker` starts it again"
	}
	if other := rootless(); other != "" {
		return fmt.Sprintf("an engine of your own listens elsewhere: run `export DOCKER_HOST=unix://%s`", other)
	}
	return "is Docker running? `sudo systemctl start docker` starts it, `docker context ls` lists other engines"
}

// localListens reports whether another engine would be had by the default.
func (u *UnreachableError) localListens() bool {
	if u.Address == "unix://"+u.local {
		return false
	}
	conn, err := net.DialTimeout("unix", u.local, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// rootless is the socket of a rootless engine or Podman of this user; empty
// when there is none.
func rootless() string {
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return ""
	}
	for _, socket := range []string{"docker.sock", "podman/podman.sock"} {
		path := filepath.Join(dir, socket)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

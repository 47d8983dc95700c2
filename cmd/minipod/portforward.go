package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

type forwardFlags struct {
	namespace string
	addresses []string
	verbose   bool
}

func newPortForwardCommand(io streams) *cobra.Command {
	f := &forwardFlags{}
	cmd := &cobra.Command{
		Use:     "port-forward POD [LOCAL:]PORT...",
		Short:   "Forward ports of this machine to a pod",
		GroupID: groupLook,
		Long: `port-forward listens on ports of this machine and connects who comes with ports
of the pod, until it is interrupted or the pod is gone. It reaches what listens
on the pod's localhost too, and works with a remote engine. A port of the pod
may be given by its name; without LOCAL it is the same here, and 0 or nothing
before the colon is any free one. It forwards TCP alone, as kubectl does. The
first connection of each port is told of, with -v all are.`,
		Example: `  minipod port-forward web 8080:80
  minipod port-forward web 8080:http :9090`,
		ValidArgsFunction: completePorts,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usage(seeHelp(cmd), "port-forward wants a pod and ports: port-forward POD [LOCAL:]PORT")
			}
			return followed(cmd.Context(), f.run(cmd.Context(), io, podName(args[0]), args[1:]))
		},
	}
	registerNamespace(cmd, &f.namespace)
	cmd.Flags().StringSliceVar(&f.addresses, "address", []string{"localhost"}, "`addresses` of this machine to listen on")
	cmd.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "tell of every connection")
	return cmd
}

func (f *forwardFlags) run(ctx context.Context, io streams, name string, ports []string) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	ref := translate.Ref{Namespace: namespaceOr(f.namespace), Name: name}
	w, err := e.runner.Find(ctx, ref.Namespace, ref.Name)
	switch {
	case err != nil:
		return err
	case w.Pause == nil || w.Pause.State != plan.Running:
		return &hintedError{fmt.Errorf("pod %s is not running", ref), tell.Command("start", ref)}
	}
	fw := &forwarder{connection: e, console: tell.NewConsole(io.err), out: io.out, world: w, verbose: f.verbose}
	defer fw.close()
	for _, text := range ports {
		if err := fw.listen(ctx, f.addresses, text); err != nil {
			return err
		}
	}
	return fw.serve(ctx)
}

// forwarder forwards ports to one pod.
type forwarder struct {
	connection
	console   tell.Console
	out       io.Writer
	world     plan.World
	listeners []listener
	verbose   bool
	told      sync.Map // the ports of this machine of whose connections was told
}

// listener is a port of this machine, and the one of the pod that it leads to.
type listener struct {
	net.Listener
	port int
}

// listen opens one port, on all the addresses.
func (f *forwarder) listen(ctx context.Context, addresses []string, text string) error {
	local, remote, err := splitPorts(f.world.Want, text)
	if err != nil {
		return err
	}
	var errs []error
	opened := false
	for _, address := range slices.Compact(bothLocal(addresses)) {
		l, err := new(net.ListenConfig).Listen(ctx, family(address), net.JoinHostPort(address, strconv.Itoa(local)))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		opened = true
		if at, ok := l.Addr().(*net.TCPAddr); ok {
			local = at.Port // the same on all of them
		}
		f.listeners = append(f.listeners, listener{l, remote})
		tell.Result(f.out, "Forwarding from %s -> %d", l.Addr(), remote)
	}
	switch {
	case opened:
		return nil
	case errors.Is(errs[0], syscall.EADDRINUSE):
		return &takenError{f.world.Ref(), local, remote}
	}
	return listenError(net.JoinHostPort(addresses[0], strconv.Itoa(local)), errs[0])
}

// listenError says why an address cannot be listened on, in words for its user.
func listenError(address string, err error) error {
	var unknown *net.DNSError
	var call *os.SyscallError
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("listen on %s: %s is neither an address nor the name of one", address, unknown.Name)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("listen on %s: it is no address of this machine", address)
	case errors.As(err, &call):
		err = call.Err
	}
	return fmt.Errorf("listen on %s: %w", address, err)
}

// family is the network of an address: 0.0.0.0 is not that of IPv6 too.
func family(address string) string {
	switch a, err := netip.ParseAddr(address); {
	case err != nil:
		return "tcp"
	case a.Is4():
		return "tcp4"
	}
	return "tcp6"
}

// takenError says that a port of this machine is another program's.
type takenError struct {
	ref           translate.Ref
	local, remote int
}

func (e *takenError) Error() string { return fmt.Sprintf("port %d of this machine is taken", e.local) }

// Hint is how a free one is taken.
func (e *takenError) Hint() string {
	return fmt.Sprintf("%s :%d takes a free one", tell.Command("port-forward", e.ref), e.remote)
}

// bothLocal has localhost mean both families, as kubectl does: one of them need
// not be there.
func bothLocal(addresses []string) []string {
	var all []string
	for _, a := range addresses {
		if a == "localhost" {
			all = append(all, "127.0.0.1", "::1")
			continue
		}
		all = append(all, a)
	}
	return all
}

// splitPorts reads [LOCAL:]PORT; PORT may be the name of a container's port.
func splitPorts(b *translate.Blueprint, text string) (local, remote int, err error) {
	bare, protocol, _ := strings.Cut(text, "/")
	here, there, both := strings.Cut(bare, ":")
	if !both {
		there = here
	}
	remote, named := portNumber(b, there)
	switch {
	case protocol != "" && !strings.EqualFold(protocol, "tcp"), protocol == "" && (named == v1.ProtocolUDP || named == v1.ProtocolSCTP):
		protocol = strings.ToLower(cmp.Or(protocol, string(named)))
		hint := fmt.Sprintf("minipod run -p publishes other ports too: -p %s:%d/%s", cmp.Or(here, strconv.Itoa(remote)), remote, protocol)
		return 0, 0, usage(hint, "port %s: port-forward forwards TCP alone", text)
	case remote == 0 && len(validation.IsValidPortName(there)) == 0:
		return 0, 0, usage("", "port %s: no container of the pod names a port %s", text, there)
	case remote < 1 || remote > 65535:
		return 0, 0, usage("minipod port-forward --help", "port %s: want [LOCAL:]PORT, such as 8080:80", text)
	case !both:
		return remote, remote, nil
	case here == "":
		return 0, remote, nil
	}
	if local, err = strconv.Atoi(here); err != nil || local < 0 || local > 65535 {
		return 0, 0, usage("minipod port-forward --help", "port %s: want [LOCAL:]PORT, such as 8080:80", text)
	}
	return local, remote, nil
}

// portNumber is the number that a word means: itself, or the container port of
// that name, with the protocol in which containers have it: TCP where one has, and
// nothing where none is known; 0 where there is no such name.
func portNumber(b *translate.Blueprint, word string) (number int, protocol v1.Protocol) {
	number, _ = strconv.Atoi(word)
	if b == nil {
		return number, ""
	}
	for _, c := range b.Pod.Spec.Containers {
		for _, p := range c.Ports {
			switch {
			case word != "" && p.Name == word:
				return int(p.ContainerPort), p.Protocol
			case int(p.ContainerPort) == number && protocol != v1.ProtocolTCP:
				protocol = p.Protocol
			}
		}
	}
	return number, protocol
}

var errLost = errors.New("lost connection to pod")

// serve connects who comes until ctx ends or the pod is gone.
func (f *forwarder) serve(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	var connections sync.WaitGroup
	defer connections.Wait()
	group.Go(func() error { return f.guard(ctx) })
	for _, l := range f.listeners {
		group.Go(func() error {
			for {
				conn, err := l.Accept()
				if err != nil {
					return context.Cause(ctx)
				}
				connections.Go(func() { f.connect(ctx, conn, l.port) })
			}
		})
	}
	return group.Wait()
}

// guard ends the forwarding when the pod is gone, and closes the listeners.
func (f *forwarder) guard(ctx context.Context) error {
	defer f.close()
	for range f.Watch(ctx, f.world.UID) {
		if w, err := f.Observe(ctx, f.world.UID); err == nil && w.Pause == nil {
			return errLost
		}
	}
	<-ctx.Done()
	return context.Cause(ctx)
}

func (f *forwarder) close() {
	for _, l := range f.listeners {
		_ = l.Close() // nobody comes any more
	}
}

// connect passes one connection on, in both directions, each to its end.
func (f *forwarder) connect(ctx context.Context, here net.Conn, port int) {
	defer here.Close()
	if at, ok := here.LocalAddr().(*net.TCPAddr); ok {
		f.tellOf(at.Port)
	}
	address := ""
	if len(f.world.Pause.IPs) > 0 {
		address = f.world.Pause.IPs[0]
	}
	there, err := f.Forward(ctx, f.world.Pause.ID, address, port)
	if err != nil {
		f.fail(ctx, port, err)
		return
	}
	defer there.Close()
	defer context.AfterFunc(ctx, func() { here.Close(); there.Close() })()
	var up sync.WaitGroup
	up.Go(func() {
		_, _ = io.Copy(there, here) // an end is told by what is read
		halfClose(there)
	})
	_, err = io.Copy(here, there)
	halfClose(here)
	if err != nil {
		here.Close() // nothing comes to it any more
		f.fail(ctx, port, err)
	}
	up.Wait()
}

// tellOf tells of a connection to a port of this machine: of the first one, or
// of all.
func (f *forwarder) tellOf(port int) {
	if _, before := f.told.LoadOrStore(port, true); !before || f.verbose {
		tell.Result(f.out, "Handling connection for %d", port)
	}
}

func (f *forwarder) fail(ctx context.Context, port int, err error) {
	if ctx.Err() == nil && !errors.Is(err, net.ErrClosed) {
		if op := (*net.OpError)(nil); errors.As(err, &op) && op.Op == "readfrom" {
			err = op.Err // who reads from whom here is of no matter
		}
		f.console.Warn(fmt.Sprintf("connection to port %d of pod %s: %v", port, f.world.Ref(), err))
	}
}

// halfClose says that nothing more will be sent; the other way goes on.
func halfClose(c io.ReadWriteCloser) {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // the other side has ended already
	}
}

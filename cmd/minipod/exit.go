package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/loop"
)

// The exit codes beside 0.
const (
	exitFailed = 1
	exitUsage  = 2
	exitSignal = 128 // and the signal's number
)

// hinter is an error that knows what to do about it.
type hinter interface{ Hint() string }

// hintedError is an error with a hint.
type hintedError struct {
	error
	hint string
}

func (e *hintedError) Unwrap() error { return e.error }
func (e *hintedError) Hint() string  { return e.hint }

// minipodCommand is a command in a hint.
var minipodCommand = regexp.MustCompile(`\bminipod ([a-z-]+)`)

// saysWhere is a flag in a hint with which no namespace is missing.
var saysWhere = regexp.MustCompile(` (-n|-A|--help)\b`)

// inNamespace has the commands of an error's hint be about the namespace of the
// command line, where they do not say which.
func inNamespace(cmd *cobra.Command, err error) error {
	var h hinter
	given := cmd.Flags().Lookup("namespace")
	if given == nil || !given.Changed || !errors.As(err, &h) || saysWhere.MatchString(h.Hint()) {
		return err
	}
	hint := minipodCommand.ReplaceAllStringFunc(h.Hint(), func(said string) string {
		named, _, notFound := cmd.Root().Find(strings.Fields(said)[1:])
		if notFound != nil || named.Flags().Lookup("namespace") == nil {
			return said
		}
		return said + " -n " + given.Value.String()
	})
	return &hintedError{err, hint}
}

// kindSaid has the hint of a pod that is not there say what is meant by a kind in
// the place of its name: logs pod web, exec svc/web ls.
func kindSaid(cmd *cobra.Command, args []string, err error) error {
	var absent *loop.NotFoundError
	if !errors.As(err, &absent) || errors.As(err, new(*neitherError)) || len(args) == 0 {
		return err
	}
	if hint := noNames(cmd, args, absent.Ref.Name); hint != "" {
		return &hintedError{err, hint}
	}
	if len(args) > 1 && args[0] == absent.Ref.Name && saysKinds(args[0]) {
		args = []string{args[0] + "/" + args[1]}
	}
	for _, arg := range args {
		word, _, named := strings.Cut(arg, "/")
		k := kindOf(word)
		switch {
		case !named || absent.Ref.Name != word && absent.Ref.Name != arg:
		case podName(arg) != arg:
			return &hintedError{err, kindHint(cmd, word, arg)}
		case k != nil && k.Resource() == "services":
			return &hintedError{err, arg + " is a service: minipod get " + arg + " -o yaml shows its selector, minipod ps -l SELECTOR lists its pods"}
		case elsewhere(word) != "":
			return &hintedError{err, elsewhere(word)}
		case k != nil:
			return &hintedError{err, cmd.Name() + " is about pods, and " + word + " is a kind: minipod get " + arg + " shows that one"}
		}
	}
	return err
}

// noNames is the hint of a command that takes more than names, and got for a pod's
// name a manifest or the word for a kind: rm pod.yaml, stop pods.
func noNames(cmd *cobra.Command, args []string, word string) string {
	command := cmd.CommandPath()
	switch {
	case !slices.Contains(args, word) || cmd.Flags().Lookup("filename") == nil:
		return ""
	case manifest.IsName(word) && !namesNoFile(word):
		return word + " is a file: " + command + " -f " + word
	case len(args) > 1 || !saysKinds(word):
		return ""
	case cmd.Name() == "rm" && kindOf(word) != nil && kindOf(word).Resource() != kind.Pods:
		return fmt.Sprintf("%s is a kind: %s %[1]s/NAME, or %[2]s %[1]s --all", word, command)
	case cmd.Flags().Lookup("all") != nil:
		return fmt.Sprintf("%s is a kind: %s POD, or %[2]s --all", word, command)
	}
	return ""
}

// seeOne is the hint of a command that takes one pod and got other words.
func seeOne(cmd *cobra.Command, args []string) string {
	if len(args) > 1 {
		if both := args[0] + "/" + args[1]; podName(both) != both {
			return kindHint(cmd, args[0], both)
		}
	}
	return seeHelp(cmd)
}

// kindHint is how a command takes a pod whose kind is said too.
func kindHint(cmd *cobra.Command, kind, both string) string {
	return kind + " is a kind: " + cmd.CommandPath() + " " + both
}

// usageError says that the command line is wrong.
type usageError struct {
	message string
	hint    string
}

func usage(hint, format string, args ...any) error {
	return &usageError{message: fmt.Sprintf(format, args...), hint: hint}
}

func (e *usageError) Error() string { return e.message }
func (e *usageError) Hint() string  { return e.hint }

// codeError ends minipod with the exit code of a command that it ran.
type codeError int

func (e codeError) Error() string { return fmt.Sprintf("command terminated with exit code %d", int(e)) }

// signalError is why a command that was interrupted ended.
type signalError struct{ signal syscall.Signal }

func (e signalError) Error() string { return "interrupted" }

// Unwrap makes it what ended contexts are known by.
func (e signalError) Unwrap() error { return context.Canceled }

// interruptible is a context that ends with the first SIGINT or SIGTERM, or the
// SIGHUP of a terminal that is closed, unless nohup has that ignored; a second one
// kills the process, as if nobody listened. A second SIGHUP does not: of a closed
// terminal the kernel tells, and so does the shell.
func interruptible(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	hangups := make(chan os.Signal, 1)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
		signal.Notify(hangups, syscall.SIGHUP) // nobody reads it: it keeps them from killing
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case s := <-signals:
			signal.Stop(signals)
			number, _ := s.(syscall.Signal)
			cancel(signalError{number})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		cancel(nil)
		<-done
		signal.Stop(signals)
		signal.Stop(hangups)
	}
}

// interrupted is the signal that ended a context, if one did.
func interrupted(ctx context.Context) (signalError, bool) {
	var s signalError
	return s, errors.As(context.Cause(ctx), &s)
}

// exitCode says what went wrong, with at most one hint, and returns the code
// to end with.
func exitCode(ctx context.Context, c tell.Console, err error) int {
	var code codeError
	switch sig, stopped := interrupted(ctx); {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	case stopped && errors.Is(err, context.Canceled):
		sayInterrupted(c, err)
		return exitSignal + int(sig.signal)
	}
	c.Fail(err)
	var h hinter
	if errors.As(err, &h) && h.Hint() != "" {
		c.Hint(h.Hint())
	}
	if errors.As(err, new(*usageError)) {
		return exitUsage
	}
	return exitFailed
}

// sayInterrupted says that, and what could not be put right any more.
func sayInterrupted(c tell.Console, err error) {
	if !errors.Is(err, errFollowed) {
		c.Fail(errInterrupted)
	}
	var left *loop.LeftoverError
	var abandoned *loop.AbandonedError
	switch {
	case errors.As(err, &left):
		c.Fail(left)
		c.Hint(left.Hint())
	case errors.As(err, &abandoned):
		c.Fail(abandoned)
		c.Hint(abandoned.Hint())
	}
}

// errInterrupted is what is said of a command that was interrupted.
var errInterrupted = errors.New("interrupted")

// errFollowed is in the error of a command that was interrupted while it
// followed something: that is how it ends, and nothing to speak of.
var errFollowed = errors.New("followed until interrupted")

// followed is the error of a command that follows something until it is
// interrupted.
func followed(ctx context.Context, err error) error {
	if _, stopped := interrupted(ctx); stopped && err != nil {
		return fmt.Errorf("%w: %w", errFollowed, context.Canceled)
	}
	return err
}

package manifest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"k8s.io/kubectl/pkg/util/term"
)

// What names stdin on the command line, and in messages.
const (
	stdinArg  = "-"
	stdinName = "stdin"
)

// maxManifest is how much may be in one file, in bytes. podspec bounds each
// document of it.
const maxManifest = 32 << 20

// Source is one manifest as it was read.
type Source struct {
	Name string
	Data []byte // nil where it could not be read

	listed bool // it is of a directory, and was not named itself
}

// Input is what manifests come from that is neither file nor URL, and who is told
// of what is waited for.
type Input struct {
	Stdin io.Reader
	Tell  func(text string)
}

// Sources reads what the command line names: files, directories, URLs,
// and - for stdin.
func Sources(ctx context.Context, in Input, args []string) ([]Source, error) {
	var sources []Source
	var errs []error
	for _, arg := range args {
		names, err := expandSource(arg)
		errs = append(errs, err)
		for _, name := range names {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			data, err := readSource(ctx, in, name)
			errs = append(errs, err)
			if name == stdinArg {
				name = stdinName
			}
			sources = append(sources, Source{Name: name, Data: data, listed: name != arg && arg != stdinArg})
		}
	}
	return sources, errors.Join(errs...)
}

// expandSource is the manifests of a directory, or what it is given.
func expandSource(arg string) ([]string, error) {
	if arg == stdinArg || isURL(arg) {
		return []string{arg}, nil
	}
	info, err := os.Stat(arg)
	if err != nil {
		return nil, fileError(arg, err)
	}
	if !info.IsDir() {
		return []string{arg}, nil
	}
	entries, err := os.ReadDir(arg)
	if err != nil {
		return nil, fileError(arg, err)
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && IsName(e.Name()) {
			names = append(names, filepath.Join(arg, e.Name()))
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: no .yaml, .yml or .json file in this directory", arg)
	}
	return names, nil
}

// IsName reports whether a file is called as a manifest is.
func IsName(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(filepath.Ext(name)))
}

func isURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

func readSource(ctx context.Context, in Input, name string) ([]byte, error) {
	switch {
	case name == stdinArg:
		data, err := Interruptibly(ctx, func() ([]byte, error) { return in.read(in.Stdin) })
		if err != nil {
			return nil, fmt.Errorf("read stdin: %w", err)
		}
		return data, nil
	case isURL(name):
		slow := time.AfterFunc(patience, func() {
			in.Tell(fmt.Sprintf("waiting for %s to answer, for at most %d s", name, int(fetchTime.Seconds())))
		})
		defer slow.Stop()
		return fetch(ctx, name)
	}
	data, err := Interruptibly(ctx, func() ([]byte, error) {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return in.read(f)
	})
	if err != nil {
		return nil, fileError(name, err)
	}
	return data, nil
}

// read reads a manifest; who is to type it is told so.
func (in Input) read(r io.Reader) ([]byte, error) {
	if term.IsTerminal(r) {
		in.Tell("reading a manifest from the terminal: Ctrl-D on a line of its own ends it")
	}
	return readBounded(r)
}

// Interruptibly reads what may never come, such as what a FIFO gives: the end of ctx is
// the end of the waiting. What is being read then is left to itself, because no
// system call is woken by a context; the process is about to end.
func Interruptibly(ctx context.Context, read func() ([]byte, error)) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := read()
		done <- result{data, err}
	}()
	select {
	case r := <-done:
		return r.data, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func readBounded(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxManifest+1))
	if err == nil && len(data) > maxManifest {
		return nil, fmt.Errorf("more than the %d bytes that manifests in one file may have", maxManifest)
	}
	return data, err
}

// fetchTime bounds how long a manifest may take to come, and patience how long
// nothing is said of that.
const (
	fetchTime = 30 * time.Second
	patience  = 2 * time.Second
)

// fetch gets a manifest by HTTP.
func fetch(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", address, err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", address, unanswered(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("get %s: the server answers %s", address, resp.Status)
	}
	data, err := readBounded(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", address, err)
	}
	return data, nil
}

// unanswered is why no server has answered, in words for who has typed its name.
func unanswered(err error) error {
	var unknown *net.DNSError
	var call *net.OpError
	var request *url.Error
	switch {
	case errors.As(err, &unknown) && unknown.IsNotFound:
		return fmt.Errorf("there is no host %s", unknown.Name)
	case errors.As(err, &unknown):
		return fmt.Errorf("the host %s cannot be looked up: %s", unknown.Name, unknown.Err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("nothing listens there")
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer in %d s", int(fetchTime.Seconds()))
	case errors.As(err, &call):
		return call.Err
	case errors.As(err, &request):
		return request.Err
	}
	return err
}

// fileError names the file once, as *fs.PathError would with the system call
// in front.
func fileError(name string, err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	if errors.Is(err, fs.ErrNotExist) && !IsName(name) && !strings.ContainsRune(name, filepath.Separator) {
		return &wordError{name, err}
	}
	return fmt.Errorf("%s: %w", name, err)
}

// wordError says that there is no such file, and that the word looks like no
// manifest: docker and kubectl run images.
type wordError struct {
	word string
	err  error
}

func (e *wordError) Error() string { return fmt.Sprintf("%s: %v", e.word, e.err) }
func (e *wordError) Unwrap() error { return e.err }

// Hint names what is wanted.
func (e *wordError) Hint() string {
	return "a manifest is wanted: a file, a directory, a URL, or - for stdin; " + Least("web", e.image()) + " prints one"
}

// image is the word where the shell takes it as it is.
func (e *wordError) image() string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:@_-"
	if strings.Trim(e.word, plain) != "" {
		return "IMAGE"
	}
	return e.word
}

// Least is a command that prints the least that a manifest of a pod is.
func Least(name, image string) string {
	return fmt.Sprintf("echo '{apiVersion: v1, kind: Pod, metadata: {name: %s}, spec: {containers: [{name: %[1]s, image: %s}]}}'", name, image)
}

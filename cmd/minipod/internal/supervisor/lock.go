// Package supervisor is who keeps all pods of an engine once the commands that
// made them have left: how it is found, started and stopped, and when it ends.
package supervisor

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Place is where the supervisor of one engine is found: the files of its lock
// and of its log.
type Place struct{ Lock, Log string }

// PlaceOf is the place for the engine at an address, in a folder of the user.
// Someone who reaches one engine by two addresses may get two supervisors,
// which does no harm.
func PlaceOf(folder, address string) Place {
	name := filepath.Join(folder, fmt.Sprintf("supervise-%.12x", sha256.Sum256([]byte(address))))
	return Place{Lock: name + ".lock", Log: name + ".log"}
}

// Of is the place of who keeps one pod of the engine, for as long as its command
// is at work on it.
func (p Place) Of(pod string) Place {
	return Place{Lock: filepath.Join(filepath.Dir(p.Lock), fmt.Sprintf(ofPod, fmt.Sprintf("%.12x", sha256.Sum256([]byte(p.Lock+" "+pod)))))}
}

// ofPod is the name of the lock of a pod.
const ofPod = "pod-%s.lock"

// Attend takes the lock of one pod for a command, and removes those that
// commands which were killed have left behind.
func (p Place) Attend(pod, command string) (*Held, error) {
	left, err := filepath.Glob(filepath.Join(filepath.Dir(p.Lock), fmt.Sprintf(ofPod, "*")))
	if err != nil {
		return nil, err
	}
	for _, name := range left {
		if file, err := os.Open(name); err == nil {
			if flock(file, syscall.LOCK_EX) == nil {
				_ = os.Remove(name) // one that stays says nothing
			}
			file.Close()
		}
	}
	return p.Of(pod).Hold(command)
}

// Holder is a process that keeps the pods.
type Holder struct {
	PID     int    // 0 where it is not known
	Command string // supervise, or serve
}

func (h Holder) String() string {
	if h.PID == 0 {
		return "another minipod"
	}
	return fmt.Sprintf("minipod %s (pid %d)", h.Command, h.PID)
}

// TakenError says that another process holds the lock.
type TakenError struct{ Holder }

func (e *TakenError) Error() string { return e.Holder.String() + " keeps the pods of this engine" }

// Held is the lock that this process holds. The kernel lets go of it when the
// process ends, whatever ends it.
type Held struct{ file *os.File }

// Someone who only looks whether the lock is held has it for that moment, so
// it is tried for a while.
const (
	tries   = 5
	between = 20 * time.Millisecond
)

// Hold takes the lock for a command; a TakenError where another process has it.
func (p Place) Hold(command string) (*Held, error) {
	held, err := p.take()
	if err != nil {
		return nil, err
	}
	return held.named(p, os.Getpid(), command)
}

// named has the lock say who holds it.
func (h *Held) named(p Place, pid int, command string) (*Held, error) {
	if err := write(h.file, fmt.Sprintf("%d %s\n", pid, command)); err != nil {
		h.file.Close()
		return nil, fmt.Errorf("write the supervisor's lock %s: %w", p.Lock, err)
	}
	return h, nil
}

// take takes the lock for whoever is named later.
func (p Place) take() (*Held, error) {
	if err := os.MkdirAll(filepath.Dir(p.Lock), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for the supervisor's lock: %w", err)
	}
	var holder Holder
	for range tries {
		file, err := os.OpenFile(p.Lock, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, fmt.Errorf("open the supervisor's lock: %w", err)
		}
		err = flock(file, syscall.LOCK_EX)
		switch {
		case err == nil && isAt(file, p.Lock): // and was not removed meanwhile
			return &Held{file}, nil
		case err != nil && !errors.Is(err, syscall.EWOULDBLOCK):
			file.Close()
			return nil, fmt.Errorf("take the supervisor's lock %s: %w", p.Lock, err)
		}
		holder = read(file)
		file.Close()
		time.Sleep(between)
	}
	return nil, &TakenError{holder}
}

// isAt reports whether a file is the one that has a name.
func isAt(file *os.File, name string) bool {
	own, err := file.Stat()
	named, nameErr := os.Stat(name)
	return err == nil && nameErr == nil && os.SameFile(own, named)
}

// Remove lets go of the lock of a pod, of which nothing is to stay.
func (h *Held) Remove() {
	_ = os.Remove(h.file.Name()) // one that stays says nothing
	h.file.Close()
}

// Release lets go of the lock. The file stays: one that is removed could be
// held by one process and made anew by another.
func (h *Held) Release() {
	_ = write(h.file, "")
	h.file.Close()
}

// Holder is who holds the lock; ok is false where nobody does.
func (p Place) Holder() (holder Holder, ok bool, err error) {
	file, err := os.Open(p.Lock)
	if errors.Is(err, os.ErrNotExist) {
		return Holder{}, false, nil
	}
	if err != nil {
		return Holder{}, false, fmt.Errorf("look for a supervisor: %w", err)
	}
	defer file.Close()
	switch err := flock(file, syscall.LOCK_SH); {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return read(file), true, nil
	case err != nil:
		return Holder{}, false, fmt.Errorf("look for a supervisor at %s: %w", p.Lock, err)
	}
	return Holder{}, false, nil
}

// flock takes a lock or does not; it never waits.
func flock(file *os.File, how int) error {
	for {
		if err := syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

func write(file *os.File, text string) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt([]byte(text), 0)
	return err
}

// read is what a holder wrote into the file: none for as long as it has not.
func read(file *os.File) Holder {
	text, _ := io.ReadAll(io.NewSectionReader(file, 0, 100)) // what cannot be read is not known
	word, command, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	pid, err := strconv.Atoi(word)
	if err != nil || pid <= 1 {
		return Holder{}
	}
	return Holder{PID: pid, Command: command}
}

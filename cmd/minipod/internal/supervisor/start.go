package supervisor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// longestLog is how large a log may be that a new supervisor goes on with.
const longestLog = 1 << 20

// inherited is where a process that Start has started finds the lock.
const inherited = 3

// Start starts this program again in the background, for a command with these
// arguments, and does not wait for it; a TakenError where another process has
// the lock. It outlives this process and its terminal; what it says goes to the
// log.
//
// The lock is taken first and handed on, open as it is: of two who start one at
// once only one does, and when this process is killed in between either the
// other one has the lock or nobody.
func (p Place) Start(command string, args ...string) (pid int, err error) {
	held, err := p.take()
	if err != nil {
		return 0, err
	}
	defer held.file.Close()
	pid, err = p.start(held.file, append([]string{os.Args[0], command}, args...))
	if err != nil {
		return 0, err
	}
	_, err = held.named(p, pid, command) // until it says so itself
	return pid, err
}

// Inherit takes over the lock that Start has handed on. A process that was
// started in another way takes it as by Hold.
func (p Place) Inherit(command string) (*Held, error) {
	var file syscall.Stat_t
	lock, err := os.Stat(p.Lock)
	if err != nil || syscall.Fstat(inherited, &file) != nil {
		return p.Hold(command)
	}
	if is, ok := lock.Sys().(*syscall.Stat_t); !ok || is.Dev != file.Dev || is.Ino != file.Ino {
		return p.Hold(command)
	}
	syscall.CloseOnExec(inherited)
	return (&Held{os.NewFile(inherited, p.Lock)}).named(p, os.Getpid(), command)
}

func (p Place) start(lock *os.File, argv []string) (pid int, err error) {
	program, err := os.Executable()
	if err != nil {
		return 0, fmt.Errorf("find this program: %w", err)
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	log, err := p.openLog()
	if err != nil {
		return 0, err
	}
	defer log.Close()
	process, err := os.StartProcess(program, argv, &os.ProcAttr{
		Files: []*os.File{null, log, log, inherited: lock},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return 0, fmt.Errorf("start %s: %w", program, err)
	}
	pid = process.Pid // it is not known any more once released
	return pid, process.Release()
}

func (p Place) openLog() (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(p.Log), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for the supervisor's log: %w", err)
	}
	how := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if found, err := os.Stat(p.Log); err == nil && found.Size() > longestLog {
		how |= os.O_TRUNC
	}
	log, err := os.OpenFile(p.Log, how, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the supervisor's log: %w", err)
	}
	return log, nil
}

// ErrUnknown says that somebody holds the lock and has not said who it is.
var ErrUnknown = errors.New("another minipod keeps the pods, and it is not known which")

// Stop asks a holder of the lock to end, and waits until it has let go of it.
func (p Place) Stop(ctx context.Context, holder Holder) error {
	// Of one that has just taken the lock the file may still name another,
	// which was killed: it is looked at twice.
	if same, err := p.holds(ctx, holder); err != nil || !same {
		return err
	}
	if holder.PID == 0 {
		return ErrUnknown
	}
	if err := syscall.Kill(holder.PID, syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop %s: %w", holder, err)
	}
	for {
		if same, err := p.holds(ctx, holder); err != nil || !same {
			return err
		}
	}
}

// holds tells whether, after a short while, the lock is still that holder's.
func (p Place) holds(ctx context.Context, holder Holder) (bool, error) {
	select {
	case <-time.After(between):
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	now, ok, err := p.Holder()
	return ok && now == holder, err
}

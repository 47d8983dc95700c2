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

// Start starts this program again in the background, with other arguments, and
// does not wait for it. It outlives this process and its terminal; what it says
// goes to the log.
func (p Place) Start(args ...string) (pid int, err error) {
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
	process, err := os.StartProcess(program, append([]string{os.Args[0]}, args...), &os.ProcAttr{
		Files: []*os.File{null, log, log},
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

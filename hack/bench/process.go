package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// residentMemory is that of a process, in kB.
func residentMemory(pid int) (string, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "", fmt.Errorf("look at the memory of a process: %w", err)
	}
	resident := regexp.MustCompile(`VmRSS:\s*(\d+) kB`).FindSubmatch(status)
	if resident == nil {
		return "", errors.New("look at the memory of a process: it has ended")
	}
	return string(resident[1]), nil
}

// tick is the unit of the times in /proc/PID/stat (USER_HZ).
const tick = 10 * time.Millisecond

// processorTime is what a process has used, for itself and in the kernel.
func processorTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("look at the time of a process: %w", err)
	}
	_, after, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat is not understood: %q", pid, text)
	}
	user, err := strconv.Atoi(fields[11])
	if err != nil {
		return 0, err
	}
	system, err := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick, err
}

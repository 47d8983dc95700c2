package docker

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
)

// stamp is the time of entry n as Docker words it.
func stamp(n int) string {
	return time.Date(2026, 1, 2, 3, 4, 5, n, time.UTC).Format("2006-01-02T15:04:05.000000000Z07:00") + " "
}

// recorded is the stream of a log as Docker sends it.
type recorded struct {
	bytes.Buffer
	tty, stamped bool
	entries      int
}

// write is what a container writes at once to one of its streams.
func (r *recorded) write(stream stdcopy.StdType, text string) {
	for line := range strings.Lines(text) {
		for {
			part := line[:min(len(line), dockerPart)]
			r.entry(stream, part)
			if line = line[len(part):]; line == "" {
				break
			}
		}
	}
}

func (r *recorded) entry(stream stdcopy.StdType, text string) {
	if r.stamped {
		text = stamp(r.entries) + text
	}
	r.entries++
	var to io.Writer = r
	if !r.tty {
		to = stdcopy.NewStdWriter(r, stream)
	}
	fmt.Fprint(to, text)
}

// lines are what is made of the stream; skip is how many are left out.
func (r *recorded) lines(t *testing.T, skip int64, stdout, stderr io.Writer) lines {
	t.Helper()
	all := lines{skip: skip}
	l := log{tty: r.tty, ask: container.LogsOptions{Timestamps: r.stamped}}
	// A byte at a time: nothing depends on how the connection cuts it.
	if err := copyLog(iotest.OneByteReader(r), l, &all, stdout, stderr); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestOneTimeForALine(t *testing.T) {
	long := strings.Repeat("x", 3*dockerPart+7)
	full := strings.Repeat("y", 2*dockerPart)
	for name, text := range map[string]string{
		"a long line":                    "a\n" + long + "\nb\n",
		"a part that is just full":       full + "\n" + full + "\nb\n",
		"a long line that does not end":  "a\n" + long,
		"a full line that does not end":  full,
		"a time in the container's text": stamp(3) + stamp(4) + "\n" + stamp(5) + long + "\n",
		"a space after a full part":      strings.Repeat("y", dockerPart/2) + " a b" + long + "\n",
		"an empty line":                  "\n\n" + long + "\n\n",
	} {
		for _, tty := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, tty %t", name, tty), func(t *testing.T) {
				r := &recorded{tty: tty, stamped: true}
				r.write(stdcopy.Stdout, text)
				var out strings.Builder
				r.lines(t, 0, &out, nil)
				var want []string
				for line := range strings.Lines(text) {
					want = append(want, line)
				}
				got := strings.SplitAfter(strings.TrimSuffix(out.String(), "\n"), "\n")
				if len(got) != len(want) {
					t.Fatalf("%d lines, want %d", len(got), len(want))
				}
				for i := range got {
					body := got[i][stampLength([]byte(got[i])):]
					if len(body) == len(got[i]) || strings.TrimSuffix(body, "\n") != strings.TrimSuffix(want[i], "\n") {
						t.Errorf("line %d is %.60q with %d bytes, want a time and %d bytes", i, got[i], len(got[i]), len(want[i]))
					}
				}
			})
		}
	}
}

// Whatever is written, without times all of it comes, and it comes in lines.
func TestLogsAreWhatWasWritten(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var text strings.Builder
		for range random.IntN(8) {
			text.WriteString(strings.Repeat(string(rune('a'+random.IntN(26))), random.IntN(3*dockerPart)))
			text.WriteString([]string{"\n", "\r\n", "\n\n", "\r"}[random.IntN(4)])
		}
		for _, tty := range []bool{false, true} {
			r := &recorded{tty: tty}
			r.write(stdcopy.Stdout, text.String())
			var out strings.Builder
			seen := r.lines(t, 0, &out, nil)
			if out.String() != text.String() {
				t.Fatalf("%d bytes of %d", out.Len(), text.Len())
			}
			if n := len(strings.SplitAfter(text.String(), "\n")); seen.ended != int64(n) && seen.ended != int64(n-1) || seen.most < int64(r.entries) {
				t.Fatalf("%d lines of %d in at most %d entries of %d", seen.ended, n, seen.most, r.entries)
			}
		}
	}
}

func TestLinesOfTwoStreamsKeepTheirOrder(t *testing.T) {
	long := strings.Repeat("x", dockerPart)
	for _, stamped := range []bool{false, true} {
		r := &recorded{stamped: stamped}
		r.write(stdcopy.Stdout, "one\n")
		r.write(stdcopy.Stderr, "two\n")
		r.write(stdcopy.Stdout, long) // goes on below
		r.write(stdcopy.Stderr, "three\n")
		r.write(stdcopy.Stdout, "four\n")
		r.write(stdcopy.Stderr, "five")
		times := map[bool][]string{true: {stamp(0), stamp(1), stamp(3), stamp(2), stamp(5)}, false: make([]string, 5)}[stamped]
		for skip, want := range []string{
			times[0] + "one\n" + times[1] + "two\n" + times[2] + "three\n" + times[3] + long + "four\n" + times[4] + "five",
			times[1] + "two\n" + times[2] + "three\n" + times[3] + long + "four\n" + times[4] + "five",
			times[2] + "three\n" + times[3] + long + "four\n" + times[4] + "five",
			times[3] + long + "four\n" + times[4] + "five",
			times[4] + "five", "", "",
		} {
			var out strings.Builder
			again := &recorded{stamped: stamped, entries: r.entries}
			again.Buffer = *bytes.NewBuffer(bytes.Clone(r.Bytes()))
			if seen := again.lines(t, int64(skip), &out, &out); seen.ended != 5 {
				t.Errorf("%d lines, want 5", seen.ended)
			}
			if out.String() != want {
				t.Errorf("without the first %d: %d bytes %.80q, want %d bytes %.80q", skip, out.Len(), out.String(), len(want), want)
			}
		}
	}
}

// A line that never ends takes no more memory than it may, and all of it comes.
func TestALineWithoutEndIsNotKept(t *testing.T) {
	r := &recorded{}
	r.write(stdcopy.Stdout, strings.Repeat("x", 2*mostHeld+5))
	r.write(stdcopy.Stderr, "between\n")
	var out strings.Builder
	most := writerFunc(func(p []byte) (int, error) {
		if len(p) > mostHeld+dockerPart {
			t.Errorf("%d bytes at once", len(p))
		}
		return out.Write(p)
	})
	r.lines(t, 0, most, most)
	if want := 2*mostHeld + 5 + len("between\n"); out.Len() != want || !strings.Contains(out.String(), "xbetween\nx") {
		t.Errorf("%d bytes, want %d", out.Len(), want)
	}
}

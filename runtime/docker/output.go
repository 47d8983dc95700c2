package docker

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/docker/docker/pkg/stdcopy"
)

// output is what a command writes to its standard output, read as it comes: what
// stdcopy writes, who wants to read would have to take from a pipe, which costs
// as much again.
type output struct {
	from  *bufio.Reader
	left  int64        // of the frame that is being read
	words bytes.Buffer // what it wrote to its standard error so far
}

// frameRoom is for a frame of the engine, which copies 32 KiB at a time, and more.
const frameRoom = 64 << 10

func newOutput(r io.Reader) *output {
	return &output{from: bufio.NewReaderSize(&source{reader: r}, frameRoom)}
}

func (o *output) Read(p []byte) (int, error) {
	for o.left == 0 {
		if err := o.next(); err != nil {
			return 0, err
		}
	}
	n, err := o.from.Read(p[:min(int64(len(p)), o.left)])
	o.left -= int64(n)
	return n, err
}

// next begins a frame: a byte that names the stream, three of no meaning, the
// length, and so much of the stream.
func (o *output) next() error {
	var head [8]byte
	if _, err := io.ReadFull(o.from, head[:]); errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF // it was killed
	} else if err != nil {
		return err
	}
	length := int64(binary.BigEndian.Uint32(head[4:]))
	switch stream := stdcopy.StdType(head[0]); stream {
	case stdcopy.Stdout:
		o.left = length
		return nil
	case stdcopy.Stderr:
		_, err := io.CopyN(&o.words, o.from, length)
		return err
	default:
		return fmt.Errorf("a frame of stream %d", stream)
	}
}

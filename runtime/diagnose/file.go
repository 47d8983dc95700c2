package diagnose

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path"
	"strings"
)

// runnable reports whether the kernel may be asked to run a file: not even root
// may without a right of somebody's.
func (f File) runnable() bool { return !f.Dir && f.Mode&0o111 != 0 }

// shebang is the first line of a script, without its line feed.
func shebang(f File) (line string, ok bool) {
	if !bytes.HasPrefix(f.Head, []byte("#!")) {
		return "", false
	}
	return firstLine(f.Head), true
}

func firstLine(head []byte) string {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	const most = 60
	return string(line[:min(len(line), most)])
}

// interpreter is the program of a shebang.
func interpreter(line string) string {
	line = strings.TrimLeft(strings.TrimPrefix(line, "#!"), " \t")
	name, _, _ := strings.Cut(line, " ")
	return name
}

// sought is what a shebang has looked for: its interpreter, or what env is to
// find.
func sought(line string) string {
	if name := interpreter(line); path.Base(name) != "env" {
		return name
	}
	return line[strings.LastIndex(line, " ")+1:]
}

// elfArchitecture is the architecture of an ELF program, as Go names it; empty
// for one that is not known and for what is none.
func elfArchitecture(head []byte) string {
	const machineAt, size = 18, 20
	if len(head) < size || !bytes.HasPrefix(head, []byte("\x7fELF")) {
		return ""
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if big := head[5] == 2; big {
		order = binary.BigEndian
	}
	switch order.Uint16(head[machineAt:]) { // elf.h, EM_*
	case 0x03:
		return "386"
	case 0x3e:
		return "amd64"
	case 0x28:
		return "arm"
	case 0xb7:
		return "arm64"
	case 0x15:
		return "ppc64le"
	case 0x16:
		return "s390x"
	case 0xf3:
		return "riscv64"
	}
	return ""
}

// owned says who owns a file.
func owned(path string, f File) string {
	return fmt.Sprintf("%s belongs to %d:%d and has mode %04o", path, f.UID, f.GID, f.Mode)
}

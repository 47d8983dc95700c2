package pause

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Socket is a socket that waits for others: a listening TCP one, or an unconnected UDP one.
type Socket struct {
	Protocol string // tcp, tcp6, udp or udp6
	Local    netip.AddrPort
	Inode    uint64 // by which its holders know it
}

// The states in the kernel's tables that are of interest (include/net/tcp_states.h): UDP uses them too.
const (
	stateClosed = "07"
	stateListen = "0A"
)

// parseSocket reads a row of a table; ok is false for its heading, and for a connection.
func parseSocket(protocol, row string) (s Socket, ok bool, err error) {
	fields := strings.Fields(row)
	if len(fields) < 4 || !waits(protocol, fields[3]) {
		return s, false, nil
	}
	s.Protocol = protocol
	if s.Local, err = parseLocal(fields[1]); err != nil {
		return s, false, fmt.Errorf("read %s socket %q: %w", protocol, fields[1], err)
	}
	if len(fields) > 9 {
		s.Inode, _ = strconv.ParseUint(fields[9], 10, 64) // a kernel that does not tell it
	}
	return s, true, nil
}

func waits(protocol, state string) bool {
	if strings.HasPrefix(protocol, "udp") {
		return state == stateClosed
	}
	return state == stateListen
}

// parseLocal reads "0100007F:1F90": the address as 32-bit words in the machine's byte order, which is
// little-endian wherever there is a pause program.
func parseLocal(s string) (netip.AddrPort, error) {
	address, port, _ := strings.Cut(s, ":")
	number, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("port: %w", err)
	}
	words, err := hex.DecodeString(address)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("address: %w", err)
	}
	for at := 0; at+4 <= len(words); at += 4 {
		word := words[at : at+4]
		binary.BigEndian.PutUint32(word, binary.LittleEndian.Uint32(word))
	}
	ip, ok := netip.AddrFromSlice(words)
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("address of %d bytes", len(words))
	}
	return netip.AddrPortFrom(ip, uint16(number)), nil
}

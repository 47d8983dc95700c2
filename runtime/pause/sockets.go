package pause

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
)

// Socket is a socket that waits for others: a listening TCP one, or an unconnected UDP one.
type Socket struct {
	Protocol string // tcp, tcp6, udp or udp6
	Local    netip.AddrPort
}

// The states in the kernel's tables that are of interest (include/net/tcp_states.h): UDP uses them too.
const (
	stateClosed = "07"
	stateListen = "0A"
)

// ParseSockets reads what `pause sockets` prints, the kernel's tables each under a line "# PROTOCOL", and
// returns the sockets that others can reach; established connections are left out.
func ParseSockets(r io.Reader) ([]Socket, error) {
	var sockets []Socket
	protocol := ""
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "# "); ok {
			protocol = name
			continue
		}
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !waits(protocol, fields[3]) {
			continue // the table's heading, or a connection
		}
		local, err := parseLocal(fields[1])
		if err != nil {
			return nil, fmt.Errorf("read %s socket %q: %w", protocol, fields[1], err)
		}
		sockets = append(sockets, Socket{Protocol: protocol, Local: local})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read sockets: %w", err)
	}
	return sockets, nil
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

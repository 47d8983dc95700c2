package podspec

import (
	"fmt"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// capabilities are all that Linux has (include/uapi/linux/capability.h), and the word for all of them.
const capabilities = "ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE " +
	"DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN " +
	"NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT " +
	"SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM"

// capabilitySlips finds names of no capability: the engine, as every runtime, makes no container with them. Case does not
// matter, nor CAP_ in front.
func capabilitySlips(path string, c *v1.Container) []slip {
	if c.SecurityContext == nil || c.SecurityContext.Capabilities == nil {
		return nil
	}
	known := strings.Fields(capabilities)
	var slips []slip
	for _, part := range []struct {
		field string
		names []v1.Capability
	}{{"add", c.SecurityContext.Capabilities.Add}, {"drop", c.SecurityContext.Capabilities.Drop}} {
		for i, name := range part.names {
			if plain := strings.TrimPrefix(strings.ToUpper(string(name)), "CAP_"); !slices.Contains(known, plain) {
				hint := nearWord(plain, known, 3)
				if hint != "" {
					hint = ": did you mean " + hint + "?"
				}
				slips = append(slips, slip{
					field:   fmt.Sprintf("%s.securityContext.capabilities.%s[%d]", path, part.field, i),
					message: fmt.Sprintf("no capability is named %q%s", shorten(string(name)), hint),
				})
			}
		}
	}
	return slips
}

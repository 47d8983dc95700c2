package explain

import (
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/go-connections/nat"

	"github.com/minipod/minipod/runtime/translate"
)

// flags collects the flags of one command.
type flags []flag

func (fs *flags) text(name, docker, value string) {
	if value != "" {
		*fs = append(*fs, flag{name: name, docker: docker, value: value})
	}
}

func (fs *flags) list(name, docker string, values []string) {
	for _, v := range values {
		fs.text(name, docker, v)
	}
}

func (fs *flags) number(name, docker string, n int64) {
	if n != 0 {
		fs.text(name, docker, strconv.FormatInt(n, 10))
	}
}

// on adds a flag without a value.
func (fs *flags) on(name, docker string) {
	*fs = append(*fs, flag{name: name, docker: docker})
}

// flagsOf are the flags of docker run and docker create that make a request:
// one for every field that translate sets.
func flagsOf(r *translate.Request) flags {
	var fs flags
	namespaceFlags(&fs, r)
	nameFlags(&fs, r)
	storageFlags(&fs, r)
	processFlags(&fs, r)
	securityFlags(&fs, r)
	resourceFlags(&fs, r)
	fs.text("--restart", "HostConfig.RestartPolicy", restart(r))
	if h := r.Config.Healthcheck; h != nil && slices.Equal(h.Test, []string{"NONE"}) {
		fs.on("--no-healthcheck", "Config.Healthcheck")
	}
	for _, k := range slices.Sorted(maps.Keys(r.Config.Labels)) {
		fs.text("--label", "Config.Labels", k+"="+r.Config.Labels[k])
	}
	return fs
}

func namespaceFlags(fs *flags, r *translate.Request) {
	if mode := string(r.Host.NetworkMode); mode != "default" {
		fs.text("--network", "HostConfig.NetworkMode", mode)
	}
	fs.text("--ipc", "HostConfig.IpcMode", string(r.Host.IpcMode))
	fs.text("--pid", "HostConfig.PidMode", string(r.Host.PidMode))
	fs.text("--uts", "HostConfig.UTSMode", string(r.Host.UTSMode))
}

func nameFlags(fs *flags, r *translate.Request) {
	fs.text("--hostname", "Config.Hostname", r.Config.Hostname)
	fs.text("--domainname", "Config.Domainname", r.Config.Domainname)
	for _, port := range slices.SortedFunc(maps.Keys(r.Host.PortBindings), comparePorts) {
		for _, b := range r.Host.PortBindings[port] {
			fs.text("-p", "HostConfig.PortBindings", binding(port, b))
		}
	}
	fs.list("--dns", "HostConfig.Dns", r.Host.DNS)
	fs.list("--dns-search", "HostConfig.DnsSearch", r.Host.DNSSearch)
	for _, option := range r.Host.DNSOptions {
		*fs = append(*fs, flag{name: "--dns-option", docker: "HostConfig.DnsOptions", value: option}) // an empty one as well
	}
	fs.list("--add-host", "HostConfig.ExtraHosts", r.Host.ExtraHosts)
	for _, k := range slices.Sorted(maps.Keys(r.Host.Sysctls)) {
		fs.text("--sysctl", "HostConfig.Sysctls", k+"="+r.Host.Sysctls[k])
	}
}

func comparePorts(a, b nat.Port) int {
	if d := a.Int() - b.Int(); d != 0 {
		return d
	}
	return strings.Compare(a.Proto(), b.Proto())
}

func binding(port nat.Port, b nat.PortBinding) string {
	text := string(port)
	if b.HostPort != "" || b.HostIP != "" {
		text = b.HostPort + ":" + text
	}
	switch {
	case strings.Contains(b.HostIP, ":"):
		return "[" + b.HostIP + "]:" + text
	case b.HostIP != "":
		return b.HostIP + ":" + text
	}
	return text
}

func storageFlags(fs *flags, r *translate.Request) {
	for _, m := range r.Host.Mounts {
		fs.text("--mount", "HostConfig.Mounts", mountText(m))
	}
	for _, p := range r.Parts {
		field := translate.FieldParts
		if p.File {
			field = translate.FieldMessage
		}
		fs.text("--mount", field, mountText(partMount(p)))
	}
	fs.list("-v", "HostConfig.Binds", r.Host.Binds)
	fs.list("-v", "Config.Volumes", slices.Sorted(maps.Keys(r.Config.Volumes)))
	if r.Host.ReadonlyRootfs {
		fs.on("--read-only", "HostConfig.ReadonlyRootfs")
	}
}

// partMount mounts a part of a volume.
func partMount(p translate.Part) mount.Mount {
	m := mount.Mount{Type: mount.TypeBind, Source: p.Source(), Target: p.Target, ReadOnly: p.ReadOnly}
	if p.Propagation != "" {
		m.BindOptions = &mount.BindOptions{Propagation: p.Propagation}
	}
	return m
}

// hostOf is the HostConfig of a request, the parts of volumes in it.
func hostOf(r *translate.Request) *container.HostConfig {
	host := *r.Host
	host.Mounts = slices.Clip(host.Mounts)
	for _, p := range r.Parts {
		host.Mounts = append(host.Mounts, partMount(p))
	}
	return &host
}

// mountText is the value of --mount: a line of comma-separated values.
func mountText(m mount.Mount) string {
	fields := []string{"type=" + string(m.Type), "src=" + m.Source, "dst=" + m.Target}
	if m.ReadOnly {
		fields = append(fields, "readonly")
	}
	if b := m.BindOptions; b != nil && b.Propagation != "" {
		fields = append(fields, "bind-propagation="+string(b.Propagation))
	}
	if b := m.BindOptions; b != nil && b.ReadOnlyForceRecursive {
		fields = append(fields, "bind-recursive=readonly")
	}
	if v := m.VolumeOptions; v != nil {
		fields = append(fields, volumeFields(v)...)
	}
	var line strings.Builder
	w := csv.NewWriter(&line)
	if err := w.Write(fields); err != nil {
		return strings.Join(fields, ",")
	}
	w.Flush()
	return strings.TrimSuffix(line.String(), "\n")
}

func volumeFields(v *mount.VolumeOptions) []string {
	var fields []string
	if v.NoCopy {
		fields = append(fields, "volume-nocopy")
	}
	for _, k := range slices.Sorted(maps.Keys(v.Labels)) {
		fields = append(fields, "volume-label="+k+"="+v.Labels[k])
	}
	if d := v.DriverConfig; d != nil {
		fields = append(fields, "volume-driver="+d.Name)
		for _, k := range slices.Sorted(maps.Keys(d.Options)) {
			fields = append(fields, "volume-opt="+k+"="+d.Options[k])
		}
	}
	return fields
}

func processFlags(fs *flags, r *translate.Request) {
	if len(r.Config.Entrypoint) > 0 {
		*fs = append(*fs, flag{name: "--entrypoint", docker: "Config.Entrypoint", value: r.Config.Entrypoint[0]})
	}
	fs.list("--env", "Config.Env", r.Config.Env)
	fs.text("--workdir", "Config.WorkingDir", r.Config.WorkingDir)
	fs.text("--stop-signal", "Config.StopSignal", r.Config.StopSignal)
	if r.Config.Tty {
		fs.on("--tty", "Config.Tty")
	}
	if r.Config.OpenStdin {
		fs.on("--interactive", "Config.OpenStdin")
	}
	if r.Config.StdinOnce {
		fs.text("--attach", "Config.StdinOnce", "stdin")
	}
}

func securityFlags(fs *flags, r *translate.Request) {
	fs.text("--user", "Config.User", r.Config.User)
	fs.list("--group-add", "HostConfig.GroupAdd", r.Host.GroupAdd)
	if r.Host.Privileged {
		fs.on("--privileged", "HostConfig.Privileged")
	}
	fs.list("--cap-add", "HostConfig.CapAdd", r.Host.CapAdd)
	fs.list("--cap-drop", "HostConfig.CapDrop", r.Host.CapDrop)
	for _, option := range r.Host.SecurityOpt {
		if _, ok := translate.CutProfile(option); ok {
			option = "seccomp=" + translate.ProfileFile
		}
		fs.text("--security-opt", "HostConfig.SecurityOpt", option)
	}
	fs.text("--runtime", "HostConfig.Runtime", r.Host.Runtime)
	if r.Host.MaskedPaths != nil {
		fs.text("--security-opt", "HostConfig.MaskedPaths", "systempaths=unconfined")
	}
}

func resourceFlags(fs *flags, r *translate.Request) {
	fs.text("--cgroup-parent", "HostConfig.CgroupParent", r.Host.CgroupParent)
	fs.number("--cpu-shares", "HostConfig.CpuShares", r.Host.CPUShares)
	fs.number("--cpu-period", "HostConfig.CpuQuota", r.Host.CPUPeriod)
	fs.number("--cpu-quota", "HostConfig.CpuQuota", r.Host.CPUQuota)
	if r.Host.Memory > 0 {
		fs.text("--memory", "HostConfig.Memory", fmt.Sprintf("%db", r.Host.Memory))
		fs.text("--memory-swap", "HostConfig.Memory", fmt.Sprintf("%db", r.Host.MemorySwap))
	}
	fs.number("--oom-score-adj", "HostConfig.OomScoreAdj", int64(r.Host.OomScoreAdj))
	fs.text("--oom-score-adj", "HostConfig.OomScoreAdj", r.OOMScore)
}

// restart is the restart policy, where it is not Docker's default.
func restart(r *translate.Request) string {
	if r.Host.RestartPolicy.IsNone() {
		return ""
	}
	return string(r.Host.RestartPolicy.Name)
}

package main

import (
	"slices"
	"strings"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
)

// otherHint is flagHint of flags that kubectl or docker has beside those with an
// answer of their own.
func otherHint(command, flag string) string {
	needless := map[string]string{
		"get": "chunk-size server-print allow-missing-template-keys show-managed-fields show-kind", "describe": "chunk-size show-events",
		"logs": "ignore-errors insecure-skip-tls-verify-backend max-log-requests pod-running-timeout all-pods",
		"exec": "pod-running-timeout detach-keys", "attach": "pod-running-timeout detach-keys sig-proxy", "port-forward": "pod-running-timeout",
		"cp": "retries no-preserve q quiet L follow-link", "wait": "allow-missing-template-keys show-managed-fields local", "top": "use-protocol-buffers sum",
		"events": "chunk-size allow-missing-template-keys show-managed-fields", "start": "detach-keys", "debug": "attach profile share-processes",
		"run": "field-manager force-conflicts overwrite openapi-patch save-config server-side cascade windows-line-endings prune-allowlist",
	}
	kubectl := map[string]string{
		"get": "raw subresource output-watch-events k kustomize R recursive", "describe": "k kustomize R recursive", "rm": "raw k kustomize R recursive",
		"wait": "template R recursive", "events": "template",
		"debug": "arguments-only custom f filename keep-annotations keep-init-containers keep-labels keep-liveness keep-readiness keep-startup replace same-node set-image",
		"exec":  "f filename", "run": "raw edit subresource", "explain": "api-version",
	}
	switch {
	case slices.Contains(strings.Fields(needless[command]), flag):
		return "minipod " + command + " needs no " + dashed(flag) + ": leave it out"
	case slices.Contains(strings.Fields(kubectl[command]), flag):
		word := map[string]string{"rm": "delete", "run": "create"}[command]
		if word == "" {
			word = command
		}
		return "minipod serve answers kubectl: kubectl " + word + " " + dashed(flag)
	}
	return ""
}

// dashed is a flag as it is typed.
func dashed(flag string) string {
	if len(flag) == 1 {
		return "-" + flag
	}
	return "--" + flag
}

// runHint is flagHint of run, which is kubectl's apply, create and run, and
// docker's run and create.
func runHint(flag string) string {
	if strings.HasPrefix(flag, "from-") {
		return "write a manifest of it: " + createHint
	}
	imperative := manifest.Least("NAME", "IMAGE") + " | minipod run -"
	hints := map[string]string{
		"d":     "run ends when the pod is up, and leaves it: no -d is needed",
		"i":     "minipod exec -it POD sh, when the pod is up; --attach prints what containers write",
		"image": imperative, "command": imperative, "port": imperative,
		"dry-run":        "minipod validate FILE checks it, minipod explain --script FILE prints what run would do",
		"force-recreate": "minipod run --replace", "grace-period": "minipod run --replace puts a pod in the place of an older one, with its grace",
		"l": "metadata.labels of the manifest; run makes all that its manifests hold", "init": "the pause reaps zombies where the containers share its PID namespace: no --init is needed",
		"all": "run makes all that its manifests hold", "selector": "run makes all that its manifests hold",
		"output":   "run prints KIND/NAME and what was done, and no more; minipod get KIND/NAME -o yaml shows an object",
		"validate": "manifests are always checked; minipod validate FILE does nothing else", "prune": "minipod rm -f FILE removes what a manifest has",
		"down": "minipod rm -f FILE", "start": "--wait=created leaves the pod to the supervisor", "build": "docker build does that, on the same engine",
		"recursive": "minipod run DIR reads the manifests of a directory; those below it are named beside it: DIR DIR/SUB",
		"kustomize": "kubectl kustomize DIR | minipod run -", "cidfile": "minipod get POD -o jsonpath='{.status.containerStatuses[*].containerID}'",
	}
	same := map[string]string{
		"detach": "d", "t": "i", "tty": "i", "interactive": "i", "force": "force-recreate", "R": "recursive", "k": "kustomize",
		"o": "output", "template": "output", "show-managed-fields": "output", "allow-missing-template-keys": "output",
	}
	if other, ok := same[flag]; ok {
		flag = other
	}
	for field, flags := range containerFields() {
		if slices.Contains(strings.Fields(flags), flag) {
			return field + " of the manifest"
		}
	}
	switch {
	case hints[flag] != "":
		return hints[flag]
	case slices.Contains(strings.Fields(noField), flag):
		return "no field of a pod does that: minipod explain --field pod lists them"
	}
	return otherHint("run", flag)
}

// containerFields are the fields of a manifest that say what flags of docker run do.
func containerFields() map[string]string {
	return map[string]string{
		"metadata.name": "name", "metadata.labels": "label label-file", "metadata.annotations": "annotation annotations",
		"spec.containers[].env": "e env env-file", "spec.containers[].command": "entrypoint", "spec.containers[].workingDir": "w workdir",
		"spec.containers[].ports": "expose", "spec.restartPolicy": "restart", "spec.hostname": "hostname", "spec.subdomain": "domainname",
		"spec.volumes and volumeMounts":           "volume mount tmpfs volumes-from volume-driver shm-size",
		"spec.containers[].resources.limits":      "m memory memory-reservation memory-swap cpus c cpu-shares cpu-quota cpu-period",
		"spec.containers[].securityContext":       "privileged cap-add cap-drop read-only security-opt u user",
		"spec.securityContext.supplementalGroups": "group-add", "spec.securityContext.sysctls": "sysctl",
		"spec.hostAliases": "add-host", "spec.dnsConfig": "dns dns-option dns-search", "spec.hostPID or shareProcessNamespace": "pid", "spec.hostIPC": "ipc",
		"spec.terminationGracePeriodSeconds": "stop-timeout", "spec.containers[].lifecycle.stopSignal": "stop-signal", "spec.runtimeClassName": "runtime",
		"spec.containers[].livenessProbe": "health-cmd health-interval health-retries health-start-period health-timeout no-healthcheck",
		"spec.containers[].stdin and tty": "a",
	}
}

// noField are flags of docker run that a pod has nothing like.
const noField = "blkio-weight blkio-weight-device cgroup-parent cgroupns cpu-rt-period cpu-rt-runtime cpuset-cpus cpuset-mems device gpus " +
	"device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops detach-keys disable-content-trust ip ip6 " +
	"isolation kernel-memory link link-local-ip log-driver log-opt mac-address memory-swappiness network-alias oom-kill-disable oom-score-adj " +
	"pids-limit platform sig-proxy storage-opt ulimit use-api-socket userns uts"

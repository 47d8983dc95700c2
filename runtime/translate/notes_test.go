package translate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// notable is a valid pod of which every field is honoured, with more fields
// of the pod and of its container.
func notable(spec, container string) string {
	return fmt.Sprintf(`
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  restartPolicy: Never
  dnsPolicy: Default
  %s
  containers:
  - name: c
    image: i
    %s
`, strings.ReplaceAll(strings.TrimSpace(spec), "\n", "\n  "), strings.ReplaceAll(strings.TrimSpace(container), "\n", "\n    "))
}

// probe makes a probe valid.
const probe = "{exec: {command: [a]}}"

// Fields that are not honoured, and where the note says so: "!" marks those
// that keep the pod from being run.
func TestNotes(t *testing.T) {
	const container = "spec.containers[0]"
	volume := "volumes: [{name: v, emptyDir: {}}]"
	for _, c := range []struct{ spec, container, want string }{
		{want: ""},
		{spec: "activeDeadlineSeconds: 5", want: ""},
		{spec: "imagePullSecrets: [{name: s}]", want: ""},
		{spec: "readinessGates: [{conditionType: a.b/c}]", want: "spec.readinessGates"},
		{spec: "serviceAccountName: robot", want: "spec.serviceAccountName spec.serviceAccount"},
		{spec: "serviceAccount: robot", want: "spec.serviceAccountName spec.serviceAccount"},
		{spec: "serviceAccountName: default", want: ""},
		{spec: "serviceAccountName: robot\nautomountServiceAccountToken: false", want: ""},
		{spec: "automountServiceAccountToken: true", want: ""},
		{spec: "automountServiceAccountToken: false", want: ""},
		{spec: "hostUsers: false", want: "!spec.hostUsers"},
		{spec: "hostUsers: true", want: ""},
		{spec: "runtimeClassName: gvisor", want: ""},
		{spec: "resourceClaims: [{name: r, resourceClaimName: x}]", want: "!spec.resourceClaims"},
		{spec: "os: {name: linux}", want: ""},
		{container: "ports: [{containerPort: 80, hostPort: 8080, hostIP: \"::1\"}, {containerPort: 81, hostIP: localhost}]", want: ""},
		{container: "ports: [{containerPort: 80, hostPort: 8080, hostIP: 127.0.0.l}]", want: "!" + container + ".ports[0].hostIP"},
		{container: "ports: [{containerPort: 80, hostPort: 8080, hostIP: 127.0.0.01}]", want: "!" + container + ".ports[0].hostIP"},
		{spec: "initContainers: [{name: s, image: i, restartPolicy: Always, ports: [{containerPort: 1}, {containerPort: 2, hostPort: 3}]}]", want: "spec.initContainers[0].ports[1].hostPort"},
		{spec: "hostNetwork: true\ninitContainers: [{name: s, image: i, restartPolicy: Always, ports: [{containerPort: 1}]}]", want: ""},
		{spec: "dnsConfig: {nameservers: [192.0.2.1], searches: [a.b], options: [{name: ndots, value: \"1\"}]}", want: ""},
		{spec: "hostPID: true\ndnsConfig: {nameservers: [192.0.2.1], searches: [a.b], options: [{name: ndots, value: \"1\"}]}", want: ""},
		{spec: "os: {name: windows}", want: "!spec.os.name"},
		{spec: "securityContext: {sysctls: [{name: net/ipv4/tcp_syncookies, value: \"1\"}]}", want: ""},
		{spec: "securityContext: {sysctls: [{name: net.ipv4.tcp_slow_start_after_idle, value: \"0\"}, {name: net.ipv4.tcp_notsent_lowat, value: \"1\"}]}", want: ""},
		{spec: "securityContext: {sysctls: [{name: kernel.msgmax, value: \"1\"}]}", want: "!spec.securityContext.sysctls[0]"},
		{spec: "securityContext: {windowsOptions: {runAsUserName: u}}", want: "spec.securityContext.windowsOptions"},
		{container: "securityContext: {windowsOptions: {runAsUserName: u}}", want: container + ".securityContext.windowsOptions"},
		{spec: "nodeName: node", want: ""},
		{spec: "nodeSelector: {a: b}", want: "spec.nodeSelector"},
		{spec: "nodeSelector: {kubernetes.io/os: windows}", want: "spec.nodeSelector"},
		{spec: "nodeSelector: {kubernetes.io/os: linux}", want: ""},
		{spec: "affinity: {podAffinity: {}}", want: ""},
		{spec: "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway}]", want: ""},
		{spec: "schedulerName: mine", want: "spec.schedulerName"},
		{spec: "schedulingGates: [{name: g}]", want: "spec.schedulingGates"},
		{spec: "priorityClassName: high", want: ""},
		{spec: "tolerations: [{operator: Exists}]", want: ""},
		{spec: "initContainers: [{name: i, image: i}]", want: ""},
		{spec: "initContainers: [{name: i, image: i, restartPolicy: Always, terminationMessagePath: /x}]", want: ""},
		{spec: "securityContext: {supplementalGroupsPolicy: Strict}", want: "spec.securityContext.supplementalGroupsPolicy"},
		{spec: "securityContext: {supplementalGroupsPolicy: Strict, runAsGroup: 1}", want: ""},
		{spec: "securityContext: {supplementalGroupsPolicy: Strict}", container: "securityContext: {runAsGroup: 1}", want: ""},
		{spec: "securityContext: {supplementalGroupsPolicy: Merge}", want: ""},
		{spec: "securityContext: {seccompProfile: {type: Localhost, localhostProfile: p}}", want: "!spec.securityContext.seccompProfile.localhostProfile"},
		{spec: "securityContext: {runAsGroup: 5}", want: ""},
		{container: "securityContext: {seccompProfile: {type: Localhost, localhostProfile: p}}", want: "!" + container + ".securityContext.seccompProfile.localhostProfile"},
		{spec: "volumes: [{name: v, emptyDir: {medium: HugePages}}]", container: "resources: {limits: {memory: 8Mi, cpu: 1, hugepages-2Mi: 2Mi}}",
			want: "!spec.volumes[0].emptyDir.medium " + container + ".resources.limits[hugepages-2Mi]"},
		{spec: "volumes: [{name: v, emptyDir: {sizeLimit: 1Gi}}]", want: ""},
		{spec: "volumes: [{name: v, emptyDir: {medium: Memory, sizeLimit: 1Gi}}]", want: ""},
		{spec: "volumes: [{name: v, hostPath: {path: ./a}}]", want: "!spec.volumes[0].hostPath.path"},
		{spec: "volumes: [{name: v, hostPath: {path: a/b}}]", want: "!spec.volumes[0].hostPath.path"},
		{spec: "volumes: [{name: v, hostPath: {path: ~/a}}]", want: "!spec.volumes[0].hostPath.path"},
		{spec: "volumes: [{name: v, hostPath: {path: .}}]", want: "!spec.volumes[0].hostPath.path"},
		{spec: `volumes: [{name: v, hostPath: {path: 'C:\a'}}]`, want: "!spec.volumes[0].hostPath.path"},
		{spec: "volumes: [{name: v, hostPath: {path: /a, type: FileOrCreate}}]", want: ""},
		{spec: "volumes: [{name: v, hostPath: {path: /a, type: Socket}}]", want: ""},
		{spec: "volumes: [{name: v, hostPath: {path: /a, type: DirectoryOrCreate}}]", want: ""},
		{spec: "volumes: [{name: a, emptyDir: {}}, {name: v, nfs: {server: s, path: /p}}]", want: "!spec.volumes[1].nfs"},
		{spec: "volumes: [{name: a, configMap: {name: c}}, {name: b, secret: {secretName: c}}, {name: c, downwardAPI: {}}, {name: d, projected: {}}]", want: ""},
		{spec: "serviceAccountName: default\nvolumes: [{name: v, projected: {sources: [{secret: {name: c}}, {serviceAccountToken: {path: t}}]}}]", want: "!spec.volumes[0].projected.sources[1].serviceAccountToken"},
		{spec: "volumes: [{name: v, projected: {sources: [{clusterTrustBundle: {name: c, path: t}}]}}]", want: "!spec.volumes[0].projected.sources[0].clusterTrustBundle"},
		{spec: "volumes: [{name: v, projected: {sources: [{clusterTrustBundle: {name: c, path: t, optional: true}}]}}]", want: "spec.volumes[0].projected.sources[0].clusterTrustBundle"},
		{spec: "volumes: [{name: v, projected: {sources: [{podCertificate: {signerName: a.b/c, keyType: ED25519, credentialBundlePath: t}}]}}]", want: "!spec.volumes[0].projected.sources[0].podCertificate"},
		{spec: "volumes: [{name: v, downwardAPI: {items: [{path: p, resourceFieldRef: {containerName: c, resource: limits.ephemeral-storage}}]}}]",
			want: ""},
		{spec: "volumes: [{name: v, projected: {sources: [{serviceAccountToken: {path: t}}]}}]", want: "!spec.volumes[0].projected.sources[0].serviceAccountToken"},
		{spec: "volumes: [{name: kube-api-access-x7z2q, projected: {sources: [{serviceAccountToken: {path: t}}]}}]", want: "spec.volumes[0].projected.sources[0].serviceAccountToken"},
		{spec: "volumes: [{name: default-token-x7z2q, secret: {secretName: default-token-x7z2q}}]", want: "spec.volumes[0].secret.secretName"},
		{container: "livenessProbe: " + probe, want: ""},
		{container: "readinessProbe: " + probe, want: ""},
		{container: "startupProbe: " + probe, want: ""},
		{container: "lifecycle: {postStart: {exec: {command: [a]}}}", want: ""},
		{container: "lifecycle: {preStop: {exec: {command: [a]}}}", want: ""},
		{container: "terminationMessagePath: /m", want: ""},
		{container: "terminationMessagePolicy: FallbackToLogsOnError", want: ""},
		{container: "resources: {limits: {example.com/gpu: 1}}", want: container + ".resources.limits[example.com/gpu]"},
		{spec: "volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]", container: "volumeDevices: [{name: v, devicePath: /dev/x}]",
			want: "!" + container + ".volumeDevices"},
		{spec: "resourceClaims: [{name: r, resourceClaimName: x}]", container: "resources: {claims: [{name: r}]}", want: "!spec.resourceClaims !" + container + ".resources.claims"},
		{container: "envFrom: [{configMapRef: {name: m}}, {secretRef: {name: s, optional: true}}]", want: ""},
		{container: "env: [{name: A, valueFrom: {configMapKeyRef: {name: m, key: k}}}]", want: ""},
		{container: "env: [{name: A, valueFrom: {secretKeyRef: {name: m, key: k, optional: true}}}]", want: ""},
		{container: "env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}]", want: ""},
		{container: "env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.ephemeral-storage}}}]", want: ""},
		{spec: volume, container: "env: [{name: A, valueFrom: {fileKeyRef: {volumeName: v, path: f, key: k}}}]", want: ""},
		{spec: volume, container: "env: [{name: A, valueFrom: {fileKeyRef: {volumeName: v, path: f, key: k, optional: true}}}]", want: ""},
		{container: "env: [{name: A, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]", want: ""},
		{container: "env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]", want: ""},
		{spec: volume, container: "volumeMounts: [{name: v, mountPath: /v, subPath: s}]", want: ""},
		{spec: volume, container: "volumeMounts: [{name: v, mountPath: /v, subPathExpr: s}]", want: ""},
		{spec: volume, container: "volumeMounts: [{name: v, mountPath: /v, readOnly: true, recursiveReadOnly: Enabled}]", want: ""},
		{spec: "volumes: [{name: v, hostPath: {path: /a}}]", container: "volumeMounts: [{name: v, mountPath: /v, subPath: s, readOnly: true, recursiveReadOnly: Enabled}]", want: "!" + container + ".volumeMounts[0].recursiveReadOnly"},
		{spec: volume, container: "volumeMounts: [{name: v, mountPath: /v, mountPropagation: HostToContainer}]", want: container + ".volumeMounts[0].mountPropagation"},
		{spec: volume, container: "volumeMounts: [{name: v, mountPath: /v, mountPropagation: None}]", want: ""},
	} {
		text := notable(c.spec, c.container)
		t.Run(c.spec+c.container, func(t *testing.T) {
			b := translate.New(parseText(t, "p.yaml", text), translate.Options{})
			if diff := cmp.Diff(strings.Fields(c.want), fields(b.Notes)); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
			for _, n := range b.Notes {
				if f, ok := translate.Field(n.Field); !ok || f.Fate == translate.Nothing {
					t.Errorf("%s is noted, and the table of fields says %q of it", n.Field, f.Fate)
				}
			}
			if fatal := len(b.Fatal()) > 0; fatal != strings.Contains(c.want, "!") {
				t.Errorf("fatal: %v", b.Fatal())
			}
		})
	}
}

// A machine without AppArmor and SELinux.
func TestNotesWithoutSecurityModules(t *testing.T) {
	for _, c := range []struct{ spec, container, want string }{
		{spec: "securityContext: {appArmorProfile: {type: Unconfined}}", want: ""},
		{spec: "securityContext: {appArmorProfile: {type: RuntimeDefault}}", want: "spec.securityContext.appArmorProfile"},
		{spec: "securityContext: {appArmorProfile: {type: Localhost, localhostProfile: p}}", want: "!spec.securityContext.appArmorProfile"},
		{container: "securityContext: {appArmorProfile: {type: Localhost, localhostProfile: p}}", want: "!spec.containers[0].securityContext.appArmorProfile"},
		{spec: "securityContext: {seLinuxOptions: {level: s0}}", want: "spec.securityContext.seLinuxOptions"},
		{container: "securityContext: {seLinuxOptions: {type: t}}", want: "spec.containers[0].securityContext.seLinuxOptions"},
	} {
		pod := parseText(t, "p.yaml", notable(c.spec, c.container))
		if diff := cmp.Diff(strings.Fields(c.want), fields(translate.New(pod, translate.Options{NoAppArmor: true, NoSELinux: true}).Notes)); diff != "" {
			t.Errorf("%s%s: notes (-want +got):\n%s", c.spec, c.container, diff)
		}
		if notes := translate.New(pod, translate.Options{}).Notes; len(notes) > 0 {
			t.Errorf("%s%s: where there are both: %v", c.spec, c.container, notes)
		}
		if asks := translate.AsksForSecurityModule(pod); asks != (c.want != "") {
			t.Errorf("%s%s: asks for it: %v", c.spec, c.container, asks)
		}
	}
}

// Fields of features that are off in Kubernetes do not come from a manifest; they are known all the same.
func TestFieldsThatAreOff(t *testing.T) {
	pod := parseText(t, "p.yaml", notable("volumes: [{name: v, emptyDir: {}}]", "volumeMounts: [{name: v, mountPath: /v}]"))
	mode, signal := int32(0o755), v1.Signal("SIGINT")
	pod.Spec.Volumes[0].EmptyDir.Mode = &mode
	c := &pod.Spec.Containers[0]
	c.VolumeMounts[0].BindMountOptions = []string{"noexec"}
	c.Lifecycle = &v1.Lifecycle{StopSignal: &signal}
	b := translate.New(pod, translate.Options{})
	want := []string{"spec.volumes[0].emptyDir.mode", "spec.containers[0].volumeMounts[0].bindMountOptions"}
	if diff := cmp.Diff(want, fields(b.Notes)); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if got := b.Units[0].Request.Config.StopSignal; got != "SIGINT" {
		t.Errorf("stop signal %q", got)
	}
}

// A manifest that says little is told nothing: its defaults have no notes.
func TestNotesOfDefaults(t *testing.T) {
	pod := parseText(t, "p.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}")
	if diff := cmp.Diff([]string{}, fields(translate.New(pod, translate.Options{}).Notes)); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

// fields are the fields of notes, "!" before those that are fatal.
func fields(notes []translate.Note) []string {
	list := []string{}
	for _, n := range notes {
		field := n.Field
		if n.Fatal {
			field = "!" + field
		}
		if n.Message == "" {
			field += " without a message"
		}
		list = append(list, field)
	}
	return list
}

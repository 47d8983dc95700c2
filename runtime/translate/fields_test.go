package translate_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
)

// How a field is dealt with.
const (
	mapped  = "mapped"  // a golden file shows to what
	noted   = "noted"   // TestNotes shows when
	planned = "planned" // plan.Next has it done, and its tests show when
)

// No field is passed over in silence: each is mapped, noted, or means nothing
// here for the reason given. A new Kubernetes brings fields that are not in
// this list, and this test says so.
func TestEveryFieldIsDealtWith(t *testing.T) {
	const scheduler, off = "nothing is scheduled", "an alpha field, off in Kubernetes too"
	for of, fields := range map[reflect.Type]map[string]string{
		reflect.TypeFor[v1.PodSpec](): {
			"volumes": mapped, "containers": mapped, "restartPolicy": mapped, "hostNetwork": mapped, "hostPID": mapped,
			"hostIPC": mapped, "shareProcessNamespace": mapped, "securityContext": mapped, "hostname": mapped,
			"subdomain": mapped, "setHostnameAsFQDN": mapped, "hostnameOverride": mapped, "hostAliases": mapped,
			"dnsConfig": mapped, "resources": mapped,
			"initContainers": mapped, "ephemeralContainers": noted, "activeDeadlineSeconds": planned, "dnsPolicy": noted,
			"nodeSelector": noted, "serviceAccountName": noted, "automountServiceAccountToken": noted, "nodeName": noted,
			"imagePullSecrets": noted, "affinity": noted, "schedulerName": noted, "priorityClassName": noted,
			"readinessGates": noted, "runtimeClassName": noted, "topologySpreadConstraints": noted, "os": noted,
			"hostUsers": noted, "schedulingGates": noted, "resourceClaims": noted,
			"terminationGracePeriodSeconds": "plan.Next takes it",
			"serviceAccount":                "the old name of serviceAccountName, which defaulting sets too",
			"tolerations":                   "the only node has no taints",
			"enableServiceLinks":            "there are no services",
			"priority":                      "refused without a priority class",
			"preemptionPolicy":              scheduler,
			"overhead":                      "refused without a runtime class",
			"schedulingGroup":               scheduler,
			"evictionResponders":            "nothing evicts",
		},
		reflect.TypeFor[v1.Container](): {
			"name": mapped, "image": mapped, "command": mapped, "args": mapped, "workingDir": mapped, "ports": mapped,
			"env": mapped, "resources": mapped, "volumeMounts": mapped, "imagePullPolicy": mapped, "securityContext": mapped,
			"stdin": mapped, "stdinOnce": mapped, "tty": mapped, "lifecycle": mapped, "restartPolicy": mapped,
			"envFrom": mapped, "restartPolicyRules": planned, "volumeDevices": noted, "livenessProbe": planned,
			"readinessProbe": planned, "startupProbe": planned, "terminationMessagePath": mapped,
			"terminationMessagePolicy": "the engine reads the message",
			"resizePolicy":             planned,
		},
		reflect.TypeFor[v1.PodSecurityContext](): {
			"seLinuxOptions": mapped, "runAsUser": mapped, "runAsGroup": mapped, "supplementalGroups": mapped, "fsGroup": mapped,
			"sysctls": mapped, "seccompProfile": mapped, "appArmorProfile": mapped,
			"windowsOptions": noted, "supplementalGroupsPolicy": noted,
			"runAsNonRoot":        "plan.Next holds to it",
			"fsGroupChangePolicy": "an emptyDir is new: there is nothing in it to change",
			"seLinuxChangePolicy": "is about volumes that were labelled before",
		},
		reflect.TypeFor[v1.SecurityContext](): {
			"capabilities": mapped, "privileged": mapped, "seLinuxOptions": mapped, "runAsUser": mapped, "runAsGroup": mapped,
			"readOnlyRootFilesystem": mapped, "allowPrivilegeEscalation": mapped, "procMount": mapped, "seccompProfile": mapped,
			"appArmorProfile": mapped,
			"windowsOptions":  noted,
			"runAsNonRoot":    "plan.Next holds to it",
		},
		reflect.TypeFor[v1.VolumeMount](): {
			"name": mapped, "readOnly": mapped, "mountPath": mapped, "mountPropagation": mapped,
			"recursiveReadOnly": noted, "bindMountOptions": noted, "subPath": mapped, "subPathExpr": mapped,
		},
		reflect.TypeFor[v1.ContainerPort](): {
			"hostPort": mapped, "containerPort": mapped, "protocol": mapped, "hostIP": mapped,
			"name": "a service would name it",
		},
		reflect.TypeFor[v1.Lifecycle]():                         {"postStart": planned, "preStop": planned, "stopSignal": mapped},
		reflect.TypeFor[v1.PodDNSConfig]():                      {"nameservers": mapped, "searches": mapped, "options": mapped},
		reflect.TypeFor[v1.HostAlias]():                         {"ip": mapped, "hostnames": mapped},
		reflect.TypeFor[v1.HostPathVolumeSource]():              {"path": mapped, "type": noted},
		reflect.TypeFor[v1.ImageVolumeSource]():                 {"reference": mapped, "pullPolicy": planned},
		reflect.TypeFor[v1.PersistentVolumeClaimVolumeSource](): {"claimName": mapped, "readOnly": mapped},
		reflect.TypeFor[v1.Capabilities]():                      {"add": mapped, "drop": mapped},
		reflect.TypeFor[v1.SELinuxOptions]():                    {"user": mapped, "role": mapped, "type": mapped, "level": mapped},
		reflect.TypeFor[v1.ResourceRequirements]():              {"limits": mapped, "requests": mapped, "claims": noted},
		reflect.TypeFor[v1.EnvVarSource](): {
			"fieldRef": mapped, "resourceFieldRef": mapped, "configMapKeyRef": mapped, "secretKeyRef": mapped, "fileKeyRef": noted,
		},
		reflect.TypeFor[v1.EnvFromSource]():         {"prefix": mapped, "configMapRef": mapped, "secretRef": mapped},
		reflect.TypeFor[v1.ResourceFieldSelector](): {"containerName": mapped, "resource": mapped, "divisor": mapped},
		reflect.TypeFor[v1.ConfigMapKeySelector]():  {"": "the name", "key": mapped, "optional": mapped},
		reflect.TypeFor[v1.SecretKeySelector]():     {"": "the name", "key": mapped, "optional": mapped},
		reflect.TypeFor[v1.SeccompProfile]():        {"type": mapped, "localhostProfile": noted},
		reflect.TypeFor[v1.AppArmorProfile]():       {"type": mapped, "localhostProfile": mapped},
		reflect.TypeFor[v1.EmptyDirVolumeSource]():  {"medium": mapped, "sizeLimit": mapped, "mode": noted},
		// TestPayload shows what these are mapped to.
		reflect.TypeFor[v1.ConfigMapVolumeSource]():   {"defaultUser": off, "": "the name", "items": mapped, "defaultMode": mapped, "optional": mapped},
		reflect.TypeFor[v1.SecretVolumeSource]():      {"defaultUser": off, "secretName": mapped, "items": mapped, "defaultMode": mapped, "optional": mapped},
		reflect.TypeFor[v1.DownwardAPIVolumeSource](): {"defaultUser": off, "items": mapped, "defaultMode": mapped},
		reflect.TypeFor[v1.ProjectedVolumeSource]():   {"defaultUser": off, "sources": mapped, "defaultMode": mapped},
		reflect.TypeFor[v1.KeyToPath]():               {"user": off, "key": mapped, "path": mapped, "mode": mapped},
		reflect.TypeFor[v1.DownwardAPIVolumeFile]():   {"user": off, "path": mapped, "fieldRef": mapped, "resourceFieldRef": mapped, "mode": mapped},
		reflect.TypeFor[v1.VolumeProjection](): {
			"configMap": mapped, "secret": mapped, "downwardAPI": mapped,
			"serviceAccountToken": noted, "clusterTrustBundle": noted, "podCertificate": noted,
		},
	} {
		if diff := cmp.Diff(slices.Sorted(maps.Keys(fields)), jsonFields(of)); diff != "" {
			t.Errorf("fields of %s (-dealt with +there):\n%s", of.Name(), diff)
		}
	}
}

func jsonFields(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

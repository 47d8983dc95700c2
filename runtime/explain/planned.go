package explain

import "strings"

// planned says what minipod itself does with a field, beside docker's flags:
// that of the field, or of the nearest one above it where exact is false.
func planned(path string) (text string, exact bool) {
	for p := path; p != "" && (p == path || !wholes[p]); p = p[:max(0, strings.LastIndex(p, "."))] {
		if text, ok := plans[strings.Replace(strings.Replace(p, "initContainers", "containers", 1), "ephemeralContainers", "containers", 1)]; ok {
			return text, p == path
		}
	}
	return "", false
}

// wholes are fields of which the text says nothing about the fields below.
var wholes = map[string]bool{"spec.containers": true, "spec.initContainers": true, "spec.ephemeralContainers": true, "spec.volumes": true}

var plans = map[string]string{
	"metadata.name":       "names the containers: NAME_POD is the pause, NAME_CONTAINER the others",
	"metadata.namespace":  "is a part of the names of the containers outside default: NAMESPACE__NAME_POD",
	"metadata.labels":     "labels of the pause, so that docker ps --filter finds it",
	"spec.containers":     "each is a docker container that joins the namespaces of the pause, started in this order",
	"spec.initContainers": "each runs to its end before the next one starts; a sidecar (restartPolicy Always) stays",
	"spec.volumes":        "volumes of the engine, which the pause mounts for as long as the pod is",
	"spec.volumes.emptyDir": "a volume of the engine, NAME_VOLUME_UID, which the pause mounts (--mount type=volume) and rm removes; " +
		"medium Memory makes it a tmpfs",
	"spec.volumes.emptyDir.medium":    "Memory makes the volume a tmpfs; else it is a folder on the engine's disk",
	"spec.volumes.emptyDir.sizeLimit": "of a tmpfs its size; on disk it is measured every ten seconds, and a pod that uses more is evicted",
	"spec.volumes.persistentVolumeClaim": "a volume of the engine of its own, which outlives the pod; " +
		"run makes it of the claim's manifest, rm --volumes pvc/NAME removes it",
	"spec.volumes.persistentVolumeClaim.readOnly": "every container that mounts the volume mounts it readonly (docker run --mount)",
	"spec.volumes.image":                          "the files of an image, which each container mounts readonly (docker run --mount type=image)",
	"spec.volumes.hostPath":                       "a path of the engine's machine: docker run -v PATH:MOUNTPATH of each container that mounts it",
	"spec.volumes.hostPath.type":                  "what the path has to be, looked at before the first container is made; DirectoryOrCreate and FileOrCreate make it",
	"spec.volumes.configMap":                      "a volume into which minipod copies the keys as files; supervise and serve bring in what changes",
	"spec.volumes.secret":                         "a volume into which minipod copies the keys as files; supervise and serve bring in what changes",
	"spec.volumes.downwardAPI":                    "a volume into which minipod copies fields of the pod as files",
	"spec.volumes.projected":                      "a volume into which minipod copies all its sources as files",
	"spec.volumes.name":                           "containers mount the volume by this name",
	"spec.containers.volumeMounts":                "docker run --mount: the pod's volume of this name at mountPath",
	"spec.containers.volumeMounts.name":           "which of spec.volumes is mounted",
	"spec.containers.volumeMounts.subPath": "a file or folder inside the volume is mounted instead of the whole of it " +
		"(docker run --mount type=bind, of that path on the engine's disk); a folder that is missing is made, with the volume's mode",
	"spec.containers.volumeMounts.subPathExpr": "as subPath, with $(NAME) from the container's environment filled in",
	"spec.containers.resources":                "docker run --cpu-shares, --cpu-quota and --memory of the container",
	"spec.containers.stdinOnce":                "with stdin: the input ends when the first attach ends",
	"spec.containers.terminationMessagePolicy": "FallbackToLogsOnError: of a container that fails the end of its log stands in for an empty message",
	"spec.containers.resizePolicy":             "NotRequired: docker update when resources change; RestartContainer: the container is made anew",
	"spec.containers.restartPolicyRules":       "whether a container that has ended is made anew, by its exit code",
	"spec.setHostnameAsFQDN":                   "with subdomain: docker run --hostname of the pause is the full name, HOSTNAME.SUBDOMAIN.NAMESPACE.svc.cluster.local",
	"spec.enableServiceLinks":                  "docker run --env: the addresses of the Services that the engine keeps; false leaves them out",
	"spec.restartPolicy":                       "minipod makes a new container for one that has ended, at once, then after 10 s, 20 s, up to 5 min",
	"spec.shareProcessNamespace": "true, or silent with minipod run: the containers join the PID namespace of the pause (--pid container:web_POD); " +
		"false: each has its own, and its program is process 1",
	"spec.terminationGracePeriodSeconds":           "how long a container has between the stop signal and the kill",
	"spec.activeDeadlineSeconds":                   "the pod has failed after so long, and its containers are stopped",
	"spec.securityContext.runAsNonRoot":            "a container whose image would run as root is not started",
	"spec.securityContext.fsGroup":                 "the group of the volumes, which each container gets",
	"spec.containers.name":                         "the name of the container is POD_NAME; docker logs and exec take it",
	"spec.containers.image":                        "the image that docker run names",
	"spec.containers.imagePullPolicy":              "Always asks the registry each time, IfNotPresent where the engine has no such image, Never never",
	"spec.containers.ports":                        "says which ports the program has; a hostPort is published by the pause, as docker run -p does",
	"spec.containers.livenessProbe":                "minipod supervise or serve restarts a container that fails it",
	"spec.containers.readinessProbe":               "a container that passes it is READY in ps; Ready is a condition of the pod",
	"spec.containers.startupProbe":                 "the other probes wait until it passes; a container that never does is restarted",
	"spec.containers.lifecycle":                    "postStart runs when the container has started, preStop before it is stopped",
	"spec.containers.restartPolicy":                "of an init container Always makes it a sidecar; else it overrides spec.restartPolicy",
	"spec.containers.securityContext.runAsNonRoot": "the container is not started if its image would run as root",
	"spec.ephemeralContainers":                     "minipod debug and kubectl debug add one to a pod that runs",
	"spec.containers.env":                          "docker run --env; values from fields, ConfigMaps and Secrets are looked up when the container is made",
	"spec.containers.envFrom":                      "docker run --env for each key, looked up when the container is made",
	"spec.dnsPolicy":                               "Default is the engine's DNS, None what dnsConfig says",
	"status":                                       "minipod ps and describe show it; it is worked out from what the engine says, and kept nowhere",
}

package explain_test

import (
	"strings"
	"testing"

	"github.com/minipod/minipod/runtime/explain"
)

// What a field does is found out: each line is one that translate makes, or
// a note of its own.
func TestFieldDoes(t *testing.T) {
	for path, want := range map[string]string{
		"spec.hostNetwork":                            "docker run of the pause: --network host",
		"pod.spec.containers[0].image":                "the image that docker run names",
		"spec.containers.ports.hostPort":              "docker run of the pause: -p 1000:80/tcp",
		"spec.containers.tty":                         "docker run of container app: --tty",
		"spec.initContainers.tty":                     "docker run of container first: --tty",
		"spec.containers.securityContext.privileged":  "docker run of container app: --privileged",
		"spec.dnsConfig":                              "added to what the engine has; with dnsPolicy None HostConfig.Dns",
		"spec.hostUsers":                              "refused: Docker has no user namespace",
		"spec.schedulerName":                          "a warning: ",
		"spec.containers.livenessProbe.periodSeconds": "restarts a container that fails it",
		"spec.volumes.configMap.items":                "copies the keys as files",
		"spec.shareProcessNamespace":                  "join the PID namespace of the pause",
		"spec.tolerations":                            "it means nothing here; the only node has no taints",
		"spec.volumes.hostPath.type":                  "looked at before the first container is made",
		"spec.volumes.csi":                            "refused: ",
		"spec.containers.volumeMounts.subPath":        "a file or folder inside the volume is mounted",
		"spec.containers.volumeMounts":                "at mountPath",
		"spec.volumes.name":                           "containers mount the volume by this name",
		"spec.volumes.configMap.defaultMode":          "the files' mode",
		"spec.volumes.configMap.items.mode":           "the file's mode",
		"spec.volumes.secret.optional":                "one that is missing is empty",
		"spec.volumes.persistentVolumeClaim":          "outlives the pod",
		"spec.imagePullSecrets.name":                  "the logins of pulls",
		"spec.securityContext":                        "its fields say it: minipod explain --field spec.securityContext.FIELD",
		"spec.securityContext.runAsGroup":             "--user ...:1000",
		"metadata.annotations":                        "in the manifest, which the pause carries",
	} {
		f, err := explain.FindField(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		does := strings.Join(f.Does(), "\n")
		if !strings.Contains(does, want) {
			t.Errorf("%s: it says %q, want %q", path, does, want)
		}
		if f.Doc == "" {
			t.Errorf("%s has no documentation", path)
		}
		if wrong, ok := map[string]string{
			"spec.containers.volumeMounts": "alpha", "spec.volumes.name": "refused", "spec.hostNetwork": "machine", "spec.dnsConfig": "left out",
		}[path]; ok && strings.Contains(does, wrong) {
			t.Errorf("%s: it says %q of what is not so: %s", path, wrong, does)
		}
	}
}

// Every field of a Pod that there is, down to the last, is documented and does
// not break what tries it.
func TestEveryFieldIsExplained(t *testing.T) {
	n := 0
	var walk func(path string)
	walk = func(path string) {
		f, err := explain.FindField(path)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		n++
		if strings.HasPrefix(path, "spec") && len(f.Does()) == 0 {
			t.Errorf("%s: nothing is said", path)
		}
		for _, child := range f.Fields {
			if strings.Count(child.Path, ".") < 8 {
				walk(child.Path)
			}
		}
	}
	walk("spec")
	if n < 500 {
		t.Errorf("only %d fields", n)
	}
}

// A key of a map has what the map has.
func TestKeyOfMap(t *testing.T) {
	for path, want := range map[string]string{
		"spec.containers.resources.limits.memory":    "spec.containers.resources.limits",
		"spec.containers[0].resources.limits[cpu]":   "spec.containers.resources.limits",
		"spec.nodeSelector.kubernetes.io/os":         "spec.nodeSelector",
		"metadata.annotations.example.com/some.note": "metadata.annotations",
	} {
		if f, err := explain.FindField(path); err != nil || f.Path != want {
			t.Errorf("%s: %s, %v", path, f.Path, err)
		}
	}
}

func TestNoSuchField(t *testing.T) {
	for path, want := range map[string]string{
		"spec.nope":                  `there is no field "nope" in spec`,
		"spec.containers.image.nope": "spec.containers.image is a string, which has no fields",
		"deployment.spec":            `there is no field "deployment" in a Pod`,
	} {
		if _, err := explain.FindField(path); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
}

// The text of a field is whole where what makes the texts cuts it off.
func TestDocIsWhole(t *testing.T) {
	f, err := explain.FindField("spec.securityContext.fsGroup")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"rw-rw----\n", "If unset, the Kubelet will not modify"} {
		if !strings.Contains(f.Doc, want) {
			t.Errorf("no %q in %q", want, f.Doc)
		}
	}
}

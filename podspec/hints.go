package podspec

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"go.yaml.in/yaml/v3"
)

// ofWhat says what a list is of, where that is one word.
func ofWhat(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return " of strings"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return " of integers"
	}
	return ""
}

// listHint says how to write as a list what was not written as one.
func listHint(n *yaml.Node, elem reflect.Type) string {
	switch {
	case n.Kind == yaml.ScalarNode && elem.Kind() == reflect.String && !strings.ContainsAny(n.Value, "'\"\n\\"):
		return ": write it as [" + quoteWords(n.Value) + "]"
	case n.Kind != yaml.MappingNode || elem.Kind() != reflect.Struct || len(n.Content) == 0:
		return ""
	case elem == reflect.TypeFor[v1.EnvVar]() && n.Content[0].Value != "name":
		return fmt.Sprintf(": write each as \"- name: %s\" with its value below", shorten(n.Content[0].Value))
	}
	return `: begin each item with "- "`
}

func quoteWords(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		words[i] = `"` + w + `"`
	}
	return strings.Join(words, ", ")
}

// itemHint says how to write an item for which a bare word or number was written.
func (d *decoder) itemHint(n *yaml.Node, t reflect.Type) string {
	if n.Kind != yaml.ScalarNode {
		return ""
	}
	if oddSpace(n.Value) >= 0 || find(d.fieldsOf(t), stuckKey(n.Value)) != nil {
		return keyHint(n)
	}
	var name string
	switch t {
	case reflect.TypeFor[v1.ContainerPort]():
		return portHint(n.Value)
	case reflect.TypeFor[v1.ServicePort]():
		name = "port"
	case reflect.TypeFor[v1.EnvVar]():
		if at := strings.IndexAny(n.Value, "=:"); at >= 0 {
			return fmt.Sprintf(": write it as {name: %s, value: %q}", shorten(n.Value[:at]), shorten(n.Value[at+1:]))
		}
		name = "name"
	case reflect.TypeFor[v1.LocalObjectReference](), reflect.TypeFor[v1.ConfigMapVolumeSource](),
		reflect.TypeFor[v1.ConfigMapEnvSource](), reflect.TypeFor[v1.SecretEnvSource]():
		name = "name"
	case reflect.TypeFor[v1.SecretVolumeSource]():
		name = "secretName"
	case reflect.TypeFor[v1.PersistentVolumeClaimVolumeSource]():
		name = "claimName"
	case reflect.TypeFor[v1.HostPathVolumeSource]():
		name = "path"
	default:
		return ""
	}
	return fmt.Sprintf(": write it as {%s: %s}", name, shorten(n.Value))
}

// stuckKey is the key in a text whose colon no blank follows; "" where there is none.
func stuckKey(text string) string {
	key, _, ok := strings.Cut(text, ":")
	if !ok || strings.ContainsAny(key, " \t\n") {
		return ""
	}
	return key
}

// keyHint says why a text is no key with its value.
func keyHint(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		return ""
	}
	if hint := oddSpaceHint(n.Value); hint != "" {
		return hint
	}
	if key := stuckKey(n.Value); key != "" {
		return fmt.Sprintf(": a space is missing after %q", key+":")
	}
	return ""
}

var dockerPort = regexp.MustCompile(`^(?:(\d+):)?(\d+)(?:/(\w+))?$`)

// portHint writes as Kubernetes does what Docker writes as 80, 8080:80 or 53/udp.
func portHint(s string) string {
	m := dockerPort.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	fields := "containerPort: " + m[2]
	if m[1] != "" {
		fields += ", hostPort: " + m[1]
	}
	if m[3] != "" {
		fields += ", protocol: " + strings.ToUpper(m[3])
	}
	return ": write it as {" + fields + "}"
}

// looksLike says that a mapping has a field of this struct: it is one item of a list whose "- " was forgotten.
func (d *decoder) looksLike(n *yaml.Node, t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if find(d.fieldsOf(t), n.Content[i].Value) != nil {
			return true
		}
	}
	return false
}

// foreignName is the right name for one that people bring from other places, or expect, misspelt by a letter or two; ""
// where it is not that.
func foreignName(t reflect.Type, name string) string {
	names := foreignNames(t)
	if right := names[name]; right != "" {
		return right
	}
	for _, foreign := range slices.Sorted(maps.Keys(names)) {
		if len(foreign) > 6 && edits(strings.ToLower(name), strings.ToLower(foreign), 3) < 3 {
			return names[foreign]
		}
	}
	return ""
}

func foreignNames(t reflect.Type) map[string]string {
	switch t {
	case reflect.TypeFor[v1.Container]():
		return map[string]string{"environment": "env", "envVars": "env", "variables": "env", "cmd": "command", "mounts": "volumeMounts"}
	case reflect.TypeFor[v1.EnvVar]():
		return map[string]string{"key": "name", "var": "name", "variable": "name", "from": "valueFrom"}
	case reflect.TypeFor[v1.HTTPHeader](), reflect.TypeFor[v1.Sysctl]():
		return map[string]string{"key": "name", "header": "name"}
	case reflect.TypeFor[v1.KeyToPath]():
		return map[string]string{"name": "key", "file": "path", "filename": "path"}
	case reflect.TypeFor[v1.VolumeMount]():
		return map[string]string{"volume": "name", "volumeName": "name", "target": "mountPath"}
	case reflect.TypeFor[v1.ContainerPort]():
		return map[string]string{"port": "containerPort", "targetPort": "containerPort", "publishedPort": "hostPort"}
	case reflect.TypeFor[v1.HTTPGetAction](), reflect.TypeFor[v1.TCPSocketAction](), reflect.TypeFor[v1.GRPCAction]():
		return map[string]string{"containerPort": "port", "targetPort": "port"}
	case reflect.TypeFor[v1.ServicePort]():
		return map[string]string{"containerPort": "targetPort"}
	case reflect.TypeFor[v1.ConfigMapVolumeSource](), reflect.TypeFor[v1.ConfigMapProjection](),
		reflect.TypeFor[v1.ConfigMapKeySelector](), reflect.TypeFor[v1.ConfigMapEnvSource]():
		return map[string]string{"configMapName": "name"}
	case reflect.TypeFor[v1.SecretProjection](), reflect.TypeFor[v1.SecretKeySelector](), reflect.TypeFor[v1.SecretEnvSource]():
		return map[string]string{"secretName": "name"}
	case reflect.TypeFor[v1.Toleration]():
		return map[string]string{"name": "key"}
	}
	return nil
}

// foreignHint knows fields that people bring from Docker, from Deployments and from Kustomize.
func (d *decoder) foreignHint(t reflect.Type, name string) string {
	switch t {
	case reflect.TypeFor[v1.Container]():
		switch name {
		case "cpu", "memory":
			return `it belongs in "resources.limits.` + name + `"`
		case "user":
			return `a container's user is a number in "securityContext.runAsUser"`
		case "entrypoint":
			return `Docker's entrypoint is "command" here, Docker's command is "args"`
		}
	case reflect.TypeFor[v1.PodSpec]():
		switch name {
		case "replicas", "selector", "template", "strategy":
			return "that is for a Deployment: a Pod has none"
		}
	case reflect.TypeFor[v1.Volume]():
		if name == "pvc" {
			return `did you mean "persistentVolumeClaim"?`
		}
	case reflect.TypeFor[metav1.LabelSelector]():
		return `labels stand in "matchLabels"`
	case reflect.TypeFor[metav1.ObjectMeta]():
		switch name {
		case "namePrefix", "nameSuffix":
			return "that is Kustomize's: " + kustomizeHint
		}
	}
	if ref := find(d.fieldsOf(t), "secretRef"); name == "secretName" && ref != nil {
		return `write it as "secretRef: {name: ...}"`
	}
	return ""
}

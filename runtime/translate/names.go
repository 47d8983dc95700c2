package translate

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// The kubelet's labels, so that tools which know them keep working.
const (
	LabelPod       = "io.kubernetes.pod.name"
	LabelNamespace = "io.kubernetes.pod.namespace"
	LabelUID       = "io.kubernetes.pod.uid"
	LabelContainer = "io.kubernetes.container.name"
	LabelType      = "io.kubernetes.docker.type"
)

// Values of LabelType and the container name that the pause carries.
const (
	TypeSandbox   = "podsandbox"
	TypeContainer = "container"
	PauseName     = "POD"
)

// minipod's own labels.
const (
	// LabelManifest holds the defaulted Pod as JSON, on the pause; a long one
	// goes on in further labels.
	LabelManifest = "dev.minipod.manifest"
	// LabelOptions holds the Options as JSON, on the pause.
	LabelOptions = "dev.minipod.options"
	// LabelAttempt numbers the Docker containers of one unit, from 0.
	LabelAttempt = "dev.minipod.attempt"
	// LabelHash tells which spec of the unit an attempt was made from.
	LabelHash = "dev.minipod.hash"
	// LabelMemory is the memory that an attempt asks for, on those that are
	// restarted when that changes: the engine itself knows of limits alone.
	LabelMemory = "dev.minipod.memory"
	// LabelRestarts is how often a unit was restarted before an attempt, where
	// that is not the attempt's number: a start on purpose is no restart.
	LabelRestarts = "dev.minipod.restarts"
	// LabelBackoff is the back-off step that an attempt was made at.
	LabelBackoff = "dev.minipod.backoff"
	// LabelStart is the start of the pod that an attempt was made for, where
	// that is not the first: see AnnotationStart.
	LabelStart = "dev.minipod.start"
	// LabelVolume is the name that a volume has in the manifest.
	LabelVolume = "dev.minipod.volume"
	// LabelRevision numbers the later manifests of a pod, from 2.
	LabelRevision = "dev.minipod.revision"
	// LabelNote numbers the notes of what was found out of a pod, from 1, and
	// LabelFacts is what the note says, as JSON.
	LabelNote  = "dev.minipod.note"
	LabelFacts = "dev.minipod.facts"
	// LabelObject is the resource of a Kubernetes object that is kept as a
	// volume: configmaps. The object is in LabelManifest, its number in
	// LabelRevision.
	LabelObject          = "dev.minipod.object"
	LabelObjectNamespace = "dev.minipod.object.namespace"
	LabelObjectName      = "dev.minipod.object.name"
	LabelObjectUID       = "dev.minipod.object.uid"
	// LabelNonce tells the client that made a record from one that came second:
	// creating a volume that exists answers with the existing one.
	LabelNonce = "dev.minipod.nonce"
	// LabelAPI is on the records of the API that pods reach, which are in
	// LabelManifest, each with its number in LabelRevision.
	LabelAPI = "dev.minipod.api"
)

// ContainerName is the Docker name of attempt n of a unit, or of the pause
// when unit is PauseName. Kubernetes names never hold "_", so it is
// unambiguous: web_nginx, web_nginx_1, other__web_nginx.
func ContainerName(pod *v1.Pod, unit string, attempt int) string {
	name := qualified(pod) + "_" + unit
	if attempt > 0 {
		name += "_" + strconv.Itoa(attempt)
	}
	return name
}

// maxVolumePodName keeps a volume's name, which is a directory name on the
// engine's disk, below 255 bytes.
const maxVolumePodName = 120

// VolumeName is the Docker name of a volume of the pod. It holds the UID: a
// pod that is made again never meets the contents of the one before.
func VolumeName(pod *v1.Pod, volume string) string {
	name := plain(qualified(pod))
	if len(name) > maxVolumePodName {
		name = name[:maxVolumePodName]
	}
	return name + "_" + volume + VolumeSuffix(pod.UID)
}

// VolumeSuffix ends the names of a pod's volumes.
func VolumeSuffix(uid types.UID) string { return "_" + plain(string(uid)) }

// plain is a text as it is where it may stand in the name of a volume, else
// what stands for it: the labels of a container may hold anything.
func plain(text string) string {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '.' && r != '-'
	}
	if !strings.ContainsFunc(text, odd) && text != "" && !odd(rune(text[0])) && !strings.ContainsAny(text[:1], "_.-") {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return "x" + hex.EncodeToString(sum[:8])
}

func qualified(pod *v1.Pod) string {
	if pod.Namespace == "" || pod.Namespace == v1.NamespaceDefault {
		return pod.Name
	}
	return pod.Namespace + "__" + pod.Name
}

// identity are the labels that everything of a pod carries.
func identity(pod *v1.Pod) map[string]string {
	return map[string]string{
		LabelPod:       pod.Name,
		LabelNamespace: pod.Namespace,
		LabelUID:       string(pod.UID),
	}
}

// Ref names a pod. The UID may be empty where only the name is known.
type Ref struct {
	Namespace string
	Name      string
	UID       types.UID
}

// String is NAME, or NAMESPACE/NAME outside the default namespace; the UID where
// no more is known.
func (r Ref) String() string {
	switch {
	case r.Name == "":
		return string(r.UID)
	case r.Namespace == "" || r.Namespace == v1.NamespaceDefault:
		return r.Name
	}
	return r.Namespace + "/" + r.Name
}

// Args are the arguments that name the pod to minipod: NAME, or NAME -n
// NAMESPACE outside the default namespace.
func (r Ref) Args() string {
	if r.Namespace == "" || r.Namespace == v1.NamespaceDefault {
		return r.Name
	}
	return r.Name + " -n " + r.Namespace
}

// Compare orders pods by namespace, name and UID.
func (r Ref) Compare(other Ref) int {
	return cmp.Or(cmp.Compare(r.Namespace, other.Namespace), cmp.Compare(r.Name, other.Name), cmp.Compare(r.UID, other.UID))
}

// RefOf is the pod's own reference.
func RefOf(pod *v1.Pod) Ref {
	return Ref{Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID}
}

// RefFromLabels reads which pod a Docker object belongs to; ok is false for
// an object that is not of a pod.
func RefFromLabels(labels map[string]string) (ref Ref, ok bool) {
	ref = Ref{Namespace: labels[LabelNamespace], Name: labels[LabelPod], UID: types.UID(labels[LabelUID])}
	return ref, ref.UID != "" && ref.Name != ""
}

// Decode reads the pod and the options back: the options from the pause's
// labels, which are empty where there is no pause, the pod from those or from
// the labels of a later revision.
func Decode(labels, manifest map[string]string) (*v1.Pod, Options, error) {
	var pod v1.Pod
	var opts Options
	if err := json.Unmarshal([]byte(manifestIn(manifest)), &pod); err != nil {
		return nil, opts, fmt.Errorf("read label %s: %w", LabelManifest, err)
	}
	if ref, ok := RefFromLabels(manifest); !ok || RefOf(&pod) != ref {
		return nil, opts, fmt.Errorf("label %s holds no pod %s", LabelManifest, ref)
	}
	// Of a pod that is being removed a later manifest alone may be known.
	if err := json.Unmarshal([]byte(labels[LabelOptions]), &opts); err != nil && pod.DeletionTimestamp == nil && len(labels) > 0 {
		return nil, opts, fmt.Errorf("read label %s: %w", LabelOptions, err)
	}
	return &pod, opts, nil
}

// encode is JSON for a label; the types that get here always marshal.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(b)
}

// AttemptOf reads the number of an attempt from its labels; 0 where it says
// none.
func AttemptOf(labels map[string]string) int { return number(labels[LabelAttempt]) }

// RestartsOf reads how often a unit was restarted before an attempt.
func RestartsOf(labels map[string]string) int {
	if text, counted := labels[LabelRestarts]; counted {
		return number(text)
	}
	return AttemptOf(labels)
}

// StartNumber reads for which start of the pod an attempt was made.
func StartNumber(labels map[string]string) int { return number(labels[LabelStart]) }

// BackoffOf reads the back-off step that an attempt was made at.
func BackoffOf(labels map[string]string) int { return number(labels[LabelBackoff]) }

// number reads a number that counts something; 0 where there is none, or one
// that minipod has not written.
func number(s string) int {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		return 0
	}
	return max(0, int(n))
}

// Package object is how Kubernetes objects that are not pods are kept in an
// engine: each revision of one is a record, an empty volume whose labels are
// the object. It holds values and functions only.
package object

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/translate"
)

// The resources that pods refer to.
const (
	ConfigMaps      = "configmaps"
	Secrets         = "secrets"
	Claims          = "persistentvolumeclaims"
	Services        = "services"
	ServiceAccounts = "serviceaccounts"
	Namespaces      = "namespaces"
	RuntimeClasses  = "runtimeclasses.node.k8s.io"
)

// Kept is how many revisions of an object stay: their names keep one who is
// late from writing an old number again.
const Kept = 16

// Record is one revision of an object.
type Record struct {
	Resource        string // plural name, and the group behind a dot: "configmaps", "runtimeclasses.node.k8s.io"
	Namespace, Name string // no namespace: the kind has none
	UID             types.UID
	Revision        int64 // from 1
	JSON            []byte
}

// Pod is the name of the pod that a claim was made with, and that it goes with;
// empty for every other object.
func (r Record) Pod() string {
	if r.Resource != Claims {
		return ""
	}
	var claim v1.PersistentVolumeClaim
	if json.Unmarshal(r.JSON, &claim) != nil {
		return ""
	}
	return translate.OwnerOf(&claim)
}

// Key names an object whatever its revision.
type Key struct{ Resource, Namespace, Name string }

// Key is the object's.
func (r Record) Key() Key { return Key{r.Resource, r.Namespace, r.Name} }

// maxName is how long a volume's name may be.
const maxName = 255

// Volume is the name of the volume of a revision: creating one that exists
// tells that another was faster.
func (k Key) Volume(revision int64) string {
	name := strings.Join([]string{"minipod", k.Resource, k.Namespace, k.Name, strconv.FormatInt(revision, 10)}, "_")
	if len(name) > maxName || strings.Contains(k.Name, ":") {
		sum := sha256.Sum256([]byte(k.Namespace + "/" + k.Name))
		name = strings.Join([]string{"minipod", k.Resource, hex.EncodeToString(sum[:]), strconv.FormatInt(revision, 10)}, "_")
	}
	return name
}

// NamespaceOf is the namespace of the object whose revision a volume of this
// name is: empty where the name does not tell. ok is false for volumes that
// are of no object, or of one that is in no namespace.
func NamespaceOf(volume string) (namespace string, ok bool) {
	const named, hashed = 5, 4
	switch parts := strings.Split(volume, "_"); {
	case parts[0] != "minipod":
		return "", false
	case len(parts) == hashed:
		return "", true
	case len(parts) == named:
		return parts[2], parts[2] != ""
	}
	return "", false
}

// ServiceVolumes begins the names of the volumes of all services.
const ServiceVolumes = "minipod_" + Services + "_"

// Encode is the record as an engine keeps it.
func (r Record) Encode() engine.Record {
	return engine.Record{Name: r.Key().Volume(r.Revision), Labels: map[string]string{
		translate.LabelObject:          r.Resource,
		translate.LabelObjectNamespace: r.Namespace,
		translate.LabelObjectName:      r.Name,
		translate.LabelObjectUID:       string(r.UID),
		translate.LabelRevision:        strconv.FormatInt(r.Revision, 10),
		translate.LabelManifest:        string(r.JSON),
	}}
}

// Decode reads a record back from what an engine keeps; ok is false for what is
// not of an object.
func Decode(kept engine.Record) (r Record, ok bool) {
	labels := kept.Labels
	if labels[translate.LabelObject] == "" {
		return Record{}, false
	}
	r = Record{
		Resource:  labels[translate.LabelObject],
		Namespace: labels[translate.LabelObjectNamespace],
		Name:      labels[translate.LabelObjectName],
		UID:       types.UID(labels[translate.LabelObjectUID]),
		Revision:  int64(translate.ObjectRevisionOf(labels)),
		JSON:      []byte(labels[translate.LabelManifest]),
	}
	if !kept.Made.IsZero() && r.Pod() != "" {
		r.JSON = madeAt(r.JSON, kept.Made)
	}
	return r, true
}

// madeAt is a claim that was made with a pod, and when: its labels are told before
// that is known.
func madeAt(data []byte, at time.Time) []byte {
	var claim v1.PersistentVolumeClaim
	if json.Unmarshal(data, &claim) != nil || !claim.CreationTimestamp.IsZero() {
		return data
	}
	claim.CreationTimestamp = metav1.NewTime(at).Rfc3339Copy()
	dated, err := json.Marshal(&claim)
	if err != nil {
		return data
	}
	return dated
}

// Newest are the newest revisions of the objects that records are of, by
// resource, namespace and name.
func Newest(records []Record) []Record {
	newest := map[Key]Record{}
	for _, r := range records {
		if r.Revision > newest[r.Key()].Revision {
			newest[r.Key()] = r
		}
	}
	return slices.SortedFunc(maps.Values(newest), func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
}

// Drops are the names of the volumes that are of no use once a revision is
// saved: see Kept.
func (r Record) Drops() []string {
	if r.Revision <= Kept {
		return nil
	}
	return []string{r.Key().Volume(r.Revision - Kept)}
}

// All are the names of the volumes of every revision that there may be, the
// newest last: who is killed while they are removed leaves the object as it
// was. Among those that were found may be older ones, of which one who was
// killed has not let go: the object would be there again as it was then.
func (r Record) All(found []Record) []string {
	var names []string
	for _, old := range found {
		if old.Key() == r.Key() && old.Revision < r.Revision-Kept {
			names = append(names, r.Key().Volume(old.Revision))
		}
	}
	slices.Sort(names)
	for revision := max(1, r.Revision-Kept); revision <= r.Revision; revision++ {
		names = append(names, r.Key().Volume(revision))
	}
	return names
}

package translate

import (
	"cmp"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/access"
)

// tokenPart is a token of the pod's service account as a file.
type tokenPart struct {
	pod    *v1.Pod
	source *v1.ServiceAccountTokenProjection
	mode   int64
	field  string
}

func (p tokenPart) needs(needs *Needs) { needs.API = true }

// onlyServe stands where a script would have to know a token.
const onlyServe = "a token, which only minipod serve makes"

func (p tokenPart) files(in Inputs) ([]File, *Missing) {
	file := File{Path: p.source.Path, Data: []byte(onlyServe), Mode: p.mode}
	if _, grouped := fsGroup(p.pod); grouped {
		file.Mode = 0o600 // to which the volume adds the group (pkg/volume/projected)
	}
	if in.Symbolic {
		return []File{file}, nil
	}
	if in.API == nil {
		return nil, noAPI(p.field)
	}
	made, _ := p.turn(in.Now)
	text, err := in.API.Sign(access.NewToken(p.bound(), p.source.Audience, made, p.life()))
	if err != nil {
		return nil, &Missing{Message: err.Error(), Field: p.field}
	}
	file.Data = []byte(text)
	return []File{file}, nil
}

func (p tokenPart) bound() access.Bound {
	return access.Bound{
		Namespace: p.pod.Namespace,
		Pod:       access.Object{Name: p.pod.Name, UID: string(p.pod.UID)},
		Account:   access.Object{Name: cmp.Or(p.pod.Spec.ServiceAccountName, "default")},
	}
}

// life is how long a token is good; an hour where nothing says so, which is
// the API's default.
func (p tokenPart) life() time.Duration {
	if seconds := p.source.ExpirationSeconds; seconds != nil {
		return kube.Seconds(*seconds)
	}
	return time.Hour
}

// turn is when the token in force was made, and when another takes its place:
// after four fifths of its life, as the kubelet does it. The turns are counted
// from the pod's creation, so that every process makes the same token.
func (p tokenPart) turn(now time.Time) (made, next time.Time) {
	first, each := p.pod.CreationTimestamp.Time, p.life()*4/5
	if each > 0 {
		first = first.Add(now.Sub(first).Truncate(each))
	}
	return first, first.Add(each)
}

// until is when the first of a payload's tokens is to be another; zero where
// there is none.
func until(parts []part, now time.Time) time.Time {
	var first time.Time
	for _, p := range parts {
		token, ok := p.(tokenPart)
		if !ok {
			continue
		}
		if _, next := token.turn(now); first.IsZero() || next.Before(first) {
			first = next
		}
	}
	return first
}

// projectedConfigMap is a ConfigMap in a projected volume. That of the API's
// certificate is in no engine: every namespace has the same.
func (b *Blueprint) projectedConfigMap(source *v1.ConfigMapProjection, mode int64, field string) part {
	p := configMapPart(source.Name, source.Optional, source.Items, mode, field)
	if source.Name == access.RootCA && b.Options.API {
		return rootPart{p, field}
	}
	return p
}

// rootPart is the API's certificate.
type rootPart struct {
	part
	field string
}

func (p rootPart) needs(needs *Needs) { needs.API = true }

func (p rootPart) files(in Inputs) ([]File, *Missing) {
	if in.API == nil {
		return nil, noAPI(p.field)
	}
	in.ConfigMaps = map[string]*v1.ConfigMap{access.RootCA: {Data: map[string]string{access.RootCAKey: string(in.API.CA)}}}
	return p.part.files(in)
}

// noAPI is missing where what serve keeps of its API was removed.
func noAPI(field string) *Missing {
	return &Missing{Reason: ReasonConfigError, Message: "nothing is known of the API that the pod is to reach: start minipod serve again", Field: field}
}

// Package access is how pods reach the API of minipod serve: where it is, what
// they check it by, and the tokens that they show it. It holds values and
// functions only.
package access

import (
	"strings"

	v1 "k8s.io/api/core/v1"
)

// API is what an engine keeps of the API, so that it is the same whoever serves
// it. Key and Secret are as secret as the engine's socket: whoever has them can
// make tokens.
type API struct {
	Host   string `json:"host"` // as pods reach it
	Port   int32  `json:"port"`
	CA     []byte `json:"ca"`     // certificate of the authority, in PEM
	Key    []byte `json:"key"`    // of the authority, in PEM
	Secret []byte `json:"secret"` // that tokens are signed with
}

// RootCA is the ConfigMap that every namespace has the authority's certificate
// in, under RootCAKey.
const (
	RootCA    = "kube-root-ca.crt"
	RootCAKey = "ca.crt"
)

// Folder is where a container finds its token.
const Folder = "/var/run/secrets/kubernetes.io/serviceaccount"

// Names are the names of the API in a cluster, for its certificate.
func Names() []string {
	const name = "kubernetes.default.svc"
	return []string{"kubernetes", "kubernetes.default", name, name + ".cluster.local"}
}

// TokenVolume begins the name of the volume that a pod gets its token by.
const TokenVolume = "kube-api-access-"

// IsTokenVolume reports whether a volume is that one.
func IsTokenVolume(v v1.Volume) bool {
	return strings.HasPrefix(v.Name, TokenVolume) && v.Projected != nil
}

// IsTokenSecret reports whether a volume is the one by which a pod got its token
// before Kubernetes 1.24: that of a Secret such as default-token-x7z2q.
func IsTokenSecret(v v1.Volume) bool {
	const random = 5
	_, suffix, found := strings.Cut(v.Name, "-token-")
	return found && len(suffix) == random && v.Secret != nil && v.Secret.SecretName == v.Name
}

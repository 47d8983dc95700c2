package wire

import (
	"mime"
	"strings"
)

// Form is the shape in which a client wants objects.
type Form string

// The forms. Whole is the object itself, and what every client takes.
const (
	Whole    Form = ""
	Table    Form = "Table"
	Metadata Form = "PartialObjectMetadata"
)

// FormOf picks the first form of an Accept header that is served. JSON of the
// whole object is the answer to everything else: clients that would rather have
// protobuf take it.
func FormOf(accept string) Form {
	for _, wish := range strings.Split(accept, ",") {
		kind, params, err := mime.ParseMediaType(strings.TrimSpace(wish))
		if err != nil || kind != JSON {
			continue
		}
		if params["as"] == "" {
			return Whole
		}
		if params["g"] != "meta.k8s.io" || params["v"] != "v1" {
			continue
		}
		switch params["as"] {
		case "Table":
			return Table
		case "PartialObjectMetadata", "PartialObjectMetadataList":
			return Metadata
		}
	}
	return Whole
}

// Accepts reports whether an Accept header names the media type with all the
// parameters of want, such as application/json;as=APIGroupDiscoveryList;g=...;v=v2.
func Accepts(accept, want string) bool {
	kind, params, err := mime.ParseMediaType(want)
	if err != nil {
		return false
	}
	for _, wish := range strings.Split(accept, ",") {
		gotKind, got, err := mime.ParseMediaType(strings.TrimSpace(wish))
		if err == nil && gotKind == kind && contains(got, params) {
			return true
		}
	}
	return false
}

func contains(got, want map[string]string) bool {
	for name, value := range want {
		if got[name] != value {
			return false
		}
	}
	return true
}

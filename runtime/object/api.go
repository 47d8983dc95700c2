package object

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/minipod/minipod/runtime/access"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/translate"
)

// APIVolumes begins the names of the volumes of the API's records.
const APIVolumes = "minipod-api_"

// APIRecord is a revision of what is kept of the API. It is none of the
// objects that the API serves: nobody reads its keys there.
func APIRecord(api access.API, revision int) (engine.Record, error) {
	text, err := json.Marshal(api)
	if err != nil {
		return engine.Record{}, fmt.Errorf("encode the API's record: %w", err)
	}
	number := strconv.Itoa(revision)
	return engine.Record{Name: APIVolumes + number, Labels: map[string]string{
		translate.LabelAPI: "pods", translate.LabelRevision: number, translate.LabelManifest: string(text),
	}}, nil
}

// NewestAPI reads the newest revision of the API's record from the labels of
// volumes; revision is 0 where there is none that can be read.
func NewestAPI(labels []map[string]string) (api access.API, revision int) {
	for _, of := range labels {
		var found access.API
		n := translate.RevisionOf(of)
		if of[translate.LabelAPI] != "" && n > revision && json.Unmarshal([]byte(of[translate.LabelManifest]), &found) == nil {
			api, revision = found, n
		}
	}
	return api, revision
}

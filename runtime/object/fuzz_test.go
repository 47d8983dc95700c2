package object

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/minipod/minipod/runtime/engine"
)

// FuzzDecode: whatever the labels of a volume say, they are no object or one
// that is written as it was read, and there are only so many revisions of it.
func FuzzDecode(f *testing.F) {
	for _, revision := range []string{"1", "17", "-1", "9223372036854775807", "", "x"} {
		f.Add([]byte(`{"dev.minipod.object":"configmaps","dev.minipod.object.namespace":"default","dev.minipod.object.name":"a:b",` +
			`"dev.minipod.object.uid":"u","dev.minipod.manifest":"{not json","dev.minipod.revision":"` + revision + `"}`))
	}
	f.Add([]byte(`{"dev.minipod.object":"secrets"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var labels map[string]string
		if json.Unmarshal(data, &labels) != nil {
			return
		}
		r, ok := Decode(engine.Record{Labels: labels})
		if !ok {
			return
		}
		again, ok := Decode(r.Encode())
		if r.Revision > 0 && (!ok || !cmp.Equal(r, again)) {
			t.Errorf("%+v is read back as %+v", r, again)
		}
		if n := len(r.All(nil)); r.Revision < 0 || n > Kept+1 || len(r.Drops()) > 1 {
			t.Errorf("revision %d has %d volumes", r.Revision, n)
		}
		if newest := Newest([]Record{r, again, r}); len(newest) > 1 {
			t.Errorf("one object is %d", len(newest))
		}
	})
}

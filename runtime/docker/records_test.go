package docker

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"

	"github.com/docker/docker/api/types/volume"

	"github.com/minipod/minipod/runtime/enginetest"
)

func TestRecordContract(t *testing.T) { enginetest.RecordContract(t, live(t)) }

// An engine that ends while it makes a volume has it without its labels when it
// is there again: such a record was never put.
func TestARecordThatIsHalfMade(t *testing.T) {
	e := live(t)
	name := fmt.Sprintf("t-half-%d", os.Getpid())
	if _, err := e.cli.VolumeCreate(t.Context(), volume.CreateOptions{Name: name}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.DropRecord(context.Background(), name) })
	put, err := e.PutRecord(t.Context(), Record{Name: name, Labels: map[string]string{"t-half": "a"}})
	if err != nil || put.Labels["t-half"] != "a" {
		t.Errorf("put: %v, %v; want the record", put, err)
	}
	if _, err := e.PutRecord(t.Context(), Record{Name: name}); err == nil {
		t.Error("put twice: want an error")
	}
}

// An engine whose disk is full says that it has not made a volume, and has it all the
// same: so a pod can be removed there, which makes room.
func TestARecordOnAFullDisk(t *testing.T) {
	var kept []byte
	e := servedBy(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.Method == http.MethodPost:
			kept, _ = io.ReadAll(r.Body)
			w.WriteHeader(http.StatusInternalServerError)
			io.WriteString(w, `{"message": "create web_rev.2: write metadata.db: no space left on device"}`)
		case r.Method == http.MethodGet:
			w.Write(kept)
		}
	}))
	r := Record{Name: "web_rev.2", Labels: map[string]string{"a": "b"}}
	if made, err := e.PutRecord(t.Context(), r); err != nil || made.Name != r.Name || made.Labels["a"] != "b" {
		t.Errorf("got %+v, %v", made, err)
	}
	kept = []byte(`{"Name": "web_rev.2", "Labels": {"a": "another's"}}`)
	e = servedBy(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusInternalServerError)
		}
		w.Write(kept)
	}))
	if _, err := e.PutRecord(t.Context(), r); err == nil {
		t.Error("another's record was taken for this one")
	}
}

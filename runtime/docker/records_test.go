package docker

import (
	"context"
	"fmt"
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

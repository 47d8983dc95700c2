package object_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/minipod/minipod/runtime/access"
	"github.com/minipod/minipod/runtime/object"
)

func TestAPIRecord(t *testing.T) {
	old := access.API{Host: "172.17.0.1", Port: 6443, CA: []byte("ca"), Key: []byte("key"), Secret: []byte("secret")}
	moved := old
	moved.Port = 7443
	labels := []map[string]string{{"dev.minipod.api": "pods", "dev.minipod.revision": "3", "dev.minipod.manifest": "{"}, nil}
	for i, api := range []access.API{old, moved} {
		record, err := object.APIRecord(api, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := object.Decode(record); ok {
			t.Error("the record is an object, which the API would serve")
		}
		labels = append([]map[string]string{record.Labels}, labels...)
	}
	got, revision := object.NewestAPI(labels)
	if diff := cmp.Diff(moved, got); diff != "" || revision != 2 {
		t.Errorf("revision %d (-want +got):\n%s", revision, diff)
	}
	if _, revision := object.NewestAPI(nil); revision != 0 {
		t.Errorf("revision %d of nothing", revision)
	}
}

package enginetest_test

import (
	"testing"
	"time"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/enginetest"
)

func TestModelKeepsTheContract(t *testing.T) {
	model := enginetest.New(time.Now, "busybox")
	model.Facts.Machine = engine.Info{PodCgroups: true}
	enginetest.Contract(t, model)
}

func TestModelKeepsTheRecordContract(t *testing.T) {
	enginetest.RecordContract(t, enginetest.New(time.Now))
}

package enginetest_test

import (
	"testing"
	"time"

	"github.com/minipod/minipod/runtime/enginetest"
)

func TestModelKeepsTheContract(t *testing.T) {
	enginetest.Contract(t, enginetest.New(time.Now, "busybox"))
}

func TestModelKeepsTheRecordContract(t *testing.T) {
	enginetest.RecordContract(t, enginetest.New(time.Now))
}

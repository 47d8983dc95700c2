package docker

import (
	"testing"

	"github.com/minipod/minipod/runtime/enginetest"
)

func TestRecordContract(t *testing.T) { enginetest.RecordContract(t, live(t)) }

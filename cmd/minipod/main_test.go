package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this test binary a minipod too: the tests run the real main
// in processes of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"minipod": main})
}

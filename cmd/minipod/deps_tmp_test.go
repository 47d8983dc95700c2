package main

import (
	_ "github.com/creack/pty"
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/moby/go-archive"
	_ "github.com/rogpeppe/go-internal/testscript"
)

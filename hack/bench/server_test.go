package main

import (
	"strings"
	"testing"
)

func TestServerHearsTheCollector(t *testing.T) {
	s := &server{heard: make(chan struct{})}
	s.listen(strings.NewReader(`gc 1 @0.004s 1%: 0.015+0.41+0.008 ms clock, 0.030+0.1/0.2/0+0.016 ms cpu, 3->4->2 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P
serving the pods of this engine
gc 2 @120.1s 0%: 0.1+2.4+0.05 ms clock, 0.2+0/2.2/0.1+0.1 ms cpu, 31->33->21 MB, 33 MB goal, 0 MB stacks, 0 MB globals, 2 P (forced)
`))
	if n, live := s.heap(); n != 2 || live != "21 MB" || s.said != "serving the pods of this engine" {
		t.Errorf("heard of %d collections, %s live, and %q; want 2, 21 MB and the line between", n, live, s.said)
	}
}

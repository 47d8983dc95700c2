package kube_test

import (
	"math"
	"testing"
	"time"

	"github.com/minipod/minipod/podspec/kube"
)

// A number of seconds keeps its sign, and can be added to another, however large it is.
func TestSeconds(t *testing.T) {
	if got := kube.Seconds(30); got != 30*time.Second {
		t.Errorf("30 are %s", got)
	}
	for _, n := range []int64{99999999999, math.MaxInt64} {
		if got := kube.Seconds(n); got < 60*365*24*time.Hour || got+got < got || kube.Seconds(-n) >= 0 {
			t.Errorf("%d are %s, and less %s", n, got, kube.Seconds(-n))
		}
	}
}

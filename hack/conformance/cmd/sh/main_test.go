package main

import "testing"

func TestChoose(t *testing.T) {
	for _, test := range []struct {
		environment []string
		want        string
	}{
		{nil, busybox},
		{[]string{"PATH=/bin", "_a1=x=y", "EMPTY="}, busybox},
		{[]string{"PATH=/bin", "1-data=x"}, bash},
		{[]string{"a.b=x"}, bash},
		{[]string{"with space=x"}, bash},
	} {
		if got := choose(test.environment); got != test.want {
			t.Errorf("choose(%q) = %s, want %s", test.environment, got, test.want)
		}
	}
}

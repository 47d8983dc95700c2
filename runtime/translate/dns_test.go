package translate_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/minipod/minipod/runtime/translate"
)

// What a pod says of its DNS, as Docker is told: with the policy None nothing
// else is in force; an option that comes twice counts with its last value.
func TestDNS(t *testing.T) {
	for _, c := range []struct{ spec, servers, searches, options string }{
		{spec: ""},
		{spec: "dnsConfig: {options: [{name: ndots, value: \"2\"}, {name: edns0}, {name: ndots, value: \"7\"}]}", options: "ndots:7 edns0"},
		{spec: "dnsConfig: {nameservers: [192.0.2.1, 192.0.2.2, 192.0.2.1], searches: [b.c, a.b, b.c]}", servers: "192.0.2.1 192.0.2.2", searches: "b.c a.b"},
	} {
		h := translate.New(parseText(t, "p.yaml", notable(c.spec, "")), translate.Options{}).Pause.Host
		got := []string{strings.Join(h.DNS, " "), strings.Join(h.DNSSearch, " "), strings.Join(h.DNSOptions, " ")}
		if diff := cmp.Diff([]string{c.servers, c.searches, c.options}, got); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", c.spec, diff)
		}
	}
	none := strings.Replace(notable("dnsConfig: {nameservers: [192.0.2.1]}", ""), "dnsPolicy: Default", "dnsPolicy: None", 1)
	b := translate.New(parseText(t, "p.yaml", none), translate.Options{})
	h := b.Pause.Host
	if diff := cmp.Diff([][]string{{"."}, {""}}, [][]string{h.DNSSearch, h.DNSOptions}); diff != "" || len(b.Notes) > 0 {
		t.Errorf("with the policy None: %v (-want +got):\n%s", b.Notes, diff)
	}
}

package translate_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/minipod/minipod/runtime/translate"
)

// dns is what Docker and the pause are told of a pod's DNS.
func dns(b *translate.Blueprint) []string {
	h := b.Pause.Host
	return []string{strings.Join(h.DNS, " "), strings.Join(h.DNSSearch, " "), strings.Join(h.DNSOptions, " "), strings.Join(b.Pause.Config.Cmd, " ")}
}

// What a pod says of its DNS is added to what the engine has; an option that comes
// twice counts with its last value. With the policy None nothing else is in force.
func TestDNS(t *testing.T) {
	const options = "dnsConfig: {options: [{name: ndots, value: \"2\"}, {name: edns0}, {name: ndots, value: \"7\"}]}"
	const lists = "dnsConfig: {nameservers: [192.0.2.1, 192.0.2.2, 192.0.2.1], searches: [b.c, a.b, b.c]}"
	const added = "nameserver 192.0.2.1 nameserver 192.0.2.2 search b.c search a.b"
	own := translate.Options{PauseImage: "mine"}
	for _, c := range []struct {
		spec string
		opts translate.Options
		want []string
	}{
		{spec: "", want: []string{"", "", "", ""}},
		{spec: "dnsConfig: {}", want: []string{"", "", "", ""}},
		{spec: options, want: []string{"", "", "", "option ndots:7 option edns0"}},
		{spec: lists, want: []string{"", "", "", added}},
		{spec: lists + "\nhostNetwork: true", want: []string{"", "", "", "machine " + added}},
		{spec: options, opts: own, want: []string{"", "", "ndots:7 edns0", ""}},
		{spec: lists, opts: own, want: []string{"192.0.2.1 192.0.2.2", "b.c a.b", "", ""}},
		{spec: lists + "\nhostPID: true", want: []string{"", "", "", "host p " + added}},
	} {
		b := translate.New(parseText(t, "p.yaml", notable(c.spec, "")), c.opts)
		if diff := cmp.Diff(c.want, dns(b)); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", c.spec, diff)
		}
		if instead := c.want[0] != ""; instead != (len(b.Notes) > 0) {
			t.Errorf("%s: notes %v", c.spec, b.Notes)
		}
	}
	none := strings.Replace(notable("dnsConfig: {nameservers: [192.0.2.1]}", ""), "dnsPolicy: Default", "dnsPolicy: None", 1)
	b := translate.New(parseText(t, "p.yaml", none), translate.Options{})
	if diff := cmp.Diff([]string{"192.0.2.1", ".", "", ""}, dns(b)); diff != "" || len(b.Notes) > 0 || len(b.Pause.Host.DNSOptions) != 1 {
		t.Errorf("with the policy None: %v (-want +got):\n%s", b.Notes, diff)
	}
}

// What is beyond the limits of a node is told in the kubelet's words, whoever named it first.
func TestDNSLeftOut(t *testing.T) {
	const servers = "Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: "
	const searches = "Search Line limits were exceeded, some search paths have been omitted, the applied search line is: "
	const lists = "dnsConfig: {nameservers: [192.0.2.1, 192.0.2.2], searches: [b.c., a.b]}"
	for _, c := range []struct {
		spec, conf string
		opts       translate.Options
		want       []string
	}{
		{spec: "", conf: "nameserver 192.0.2.9\n"},
		{spec: lists, conf: "# made\nnameserver 192.0.2.2\nnameserver 192.0.2.1\nsearch a.b b.c\noptions ndots:5\n"},
		{spec: lists, conf: "nameserver 192.0.2.9\nnameserver 192.0.2.8\nnameserver 192.0.2.1\nsearch b.c a.b\n", want: []string{servers + "192.0.2.9 192.0.2.8 192.0.2.1"}},
		{spec: lists, conf: "nameserver 192.0.2.1\nnameserver 192.0.2.2\nsearch c b.c", want: []string{searches + "c b.c"}},
		{spec: lists, conf: "", opts: translate.Options{PauseImage: "mine"}},
	} {
		b := translate.New(parseText(t, "p.yaml", notable(c.spec, "")), c.opts)
		if diff := cmp.Diff(c.want, b.DNSLeftOut(c.conf)); diff != "" {
			t.Errorf("%s of %q: (-want +got):\n%s", c.spec, c.conf, diff)
		}
	}
}

// That some of three servers will not be used is known before the engine is asked.
func TestTooManyServers(t *testing.T) {
	for servers, want := range map[string]int{"1.1.1.1, 1.1.1.2, 1.1.1.3": 1, "1.1.1.1, 1.1.1.2, 1.1.1.1": 0} {
		spec := "dnsConfig: {nameservers: [" + servers + "]}"
		if b := translate.New(parseText(t, "p.yaml", notable(spec, "")), translate.Options{}); len(b.Notes) != want {
			t.Errorf("%s: notes %v", spec, b.Notes)
		}
	}
}

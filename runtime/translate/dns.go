package translate

import (
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// AddsDNS reports whether the pod's dnsConfig is added to what the engine has, as
// with every policy but None: there is no cluster DNS here. Docker has no word for
// that, so the pause does it; another image cannot, and then the engine's own is
// given up.
func (b *Blueprint) AddsDNS() bool {
	s := &b.Pod.Spec
	return s.DNSConfig != nil && s.DNSPolicy != v1.DNSNone && b.ownPause()
}

// resolvWords are the arguments of the pause for what it adds.
func (b *Blueprint) resolvWords() []string {
	if !b.AddsDNS() {
		return nil
	}
	c := b.Pod.Spec.DNSConfig
	var words []string
	for _, of := range []struct {
		kind   string
		values []string
	}{{"nameserver", distinct(c.Nameservers)}, {"search", distinct(c.Searches)}, {"option", dnsOptions(c.Options)}} {
		for _, value := range of.values {
			words = append(words, of.kind, value)
		}
	}
	return words
}

// maxNameservers is how many a pod has (k8s.io/kubernetes/pkg/apis/core/validation).
const maxNameservers = 3

// DNSLeftOut says, of the resolv.conf of a started pod, what of its dnsConfig is
// beyond the limits of a node, which have it left out, in the kubelet's words
// (pkg/kubelet/network/dns, formDNSConfigFitsLimits).
func (b *Blueprint) DNSLeftOut(conf string) []string {
	if !b.AddsDNS() {
		return nil
	}
	c := b.Pod.Spec.DNSConfig
	var said []string
	for _, of := range []struct {
		kind, what string
		wanted     []string
	}{
		{"nameserver", "Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ", c.Nameservers},
		{"search", "Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ", c.Searches},
	} {
		applied := resolvValues(conf, of.kind)
		if slices.ContainsFunc(of.wanted, func(value string) bool { return !slices.Contains(applied, undotted(value)) }) {
			said = append(said, of.what+strings.Join(applied, " "))
		}
	}
	return said
}

// resolvValues are the values of all lines of a kind.
func resolvValues(conf, kind string) []string {
	var values []string
	for line := range strings.Lines(conf) {
		if words := strings.Fields(line); len(words) > 0 && words[0] == kind {
			values = append(values, words[1:]...)
		}
	}
	return values
}

// undotted is a domain without the dot at its end, as the pause writes it.
func undotted(domain string) string {
	if len(domain) > 1 {
		return strings.TrimSuffix(domain, ".")
	}
	return domain
}

// pauseDNS passes on a dnsConfig that takes the place of what the engine has.
func pauseDNS(r *Request, b *Blueprint) {
	c := b.Pod.Spec.DNSConfig
	if c == nil || b.AddsDNS() {
		return
	}
	r.Host.DNS = distinct(c.Nameservers)
	r.Host.DNSSearch = distinct(c.Searches)
	r.Host.DNSOptions = dnsOptions(c.Options)
	for _, f := range []struct {
		docker string
		set    bool
	}{
		{"HostConfig.Dns", len(c.Nameservers) > 0},
		{"HostConfig.DnsSearch", len(c.Searches) > 0},
		{"HostConfig.DnsOptions", len(c.Options) > 0},
	} {
		if f.set {
			r.from(f.docker, "spec.dnsConfig")
		}
	}
	if b.Pod.Spec.DNSPolicy == v1.DNSNone {
		withoutTheMachines(r, c)
	}
}

// withoutTheMachines keeps Docker from taking the searches and options of the
// machine where the pod names none.
func withoutTheMachines(r *Request, c *v1.PodDNSConfig) {
	if len(c.Searches) == 0 {
		r.Host.DNSSearch = []string{"."} // Docker's word for none
		r.from("HostConfig.DnsSearch", "spec.dnsPolicy")
	}
	if len(c.Options) == 0 {
		r.Host.DNSOptions = []string{""} // it has no word for none: one that says nothing takes their place
		r.from("HostConfig.DnsOptions", "spec.dnsPolicy")
	}
}

// dnsOptions are those of dnsConfig by name: the last value counts, as with the
// kubelet (pkg/kubelet/network/dns, mergeDNSOptions).
func dnsOptions(options []v1.PodDNSConfigOption) []string {
	at := map[string]int{}
	var list []string
	for _, o := range options {
		option := o.Name
		if o.Value != nil && *o.Value != "" {
			option += ":" + *o.Value
		}
		if i, again := at[o.Name]; again {
			list[i] = option
			continue
		}
		at[o.Name] = len(list)
		list = append(list, option)
	}
	return list
}

// distinct are the elements of a list, each where it stands first.
func distinct(list []string) []string {
	var found []string
	for _, s := range list {
		found = once(found, s)
	}
	return found
}

package translate

import v1 "k8s.io/api/core/v1"

// addsDNS reports whether the pod's dnsConfig is added to what the engine has, as
// with every policy but None: there is no cluster DNS here. Docker has no word for
// that, so the pause does it; another image cannot, and then the engine's own is
// given up.
func (b *Blueprint) addsDNS() bool {
	s := &b.Pod.Spec
	return s.DNSConfig != nil && s.DNSPolicy != v1.DNSNone && b.ownPause()
}

// resolvWords are the arguments of the pause for what it adds.
func (b *Blueprint) resolvWords() []string {
	if !b.addsDNS() {
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

// pauseDNS passes on a dnsConfig that takes the place of what the engine has.
func pauseDNS(r *Request, b *Blueprint) {
	c := b.Pod.Spec.DNSConfig
	if c == nil || b.addsDNS() {
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

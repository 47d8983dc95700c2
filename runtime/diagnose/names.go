package diagnose

import (
	"fmt"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// unresolved are names that the containers of a pod look up in vain.
func unresolved(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		c := l.failed(u)
		if latest := l.Latest(u.Name); c == nil && latest != nil && latest.State == plan.Running {
			c = latest
		}
		if c == nil || l.explained(u.Name) {
			continue
		}
		lines := l.log(*c)
		if c.State == plan.Running && u.Kind != translate.Init && l.Ready(u, *c) {
			lines = stillSaid(l.lately(*c)) // what it wrote before, it may have got over
		}
		name, line := lookup(lines)
		if silent := holding(lines, noServers); name == "" && len(silent) > 0 {
			name, line = asked(l.argv(u)), silent[len(silent)-1]
		}
		if name == "" {
			continue
		}
		causes = append(causes, l.nameCause(u, *c, name, line))
	}
	return causes
}

// stillSaid is the last line of a log that says more than once that the same name
// does not resolve, and says so still.
func stillSaid(lines []string) []string {
	if len(lines) == 0 {
		return nil
	}
	before, last := lines[:len(lines)-1], lines[len(lines)-1:]
	name, _ := lookup(last)
	for _, line := range before {
		if earlier, _ := lookup([]string{line}); earlier != "" && earlier == name {
			return last
		}
	}
	return nil
}

func (l *look) nameCause(u translate.Unit, c plan.Container, name, line string) Cause {
	cause := Cause{
		Name: "dns", Container: u.Name, Sure: Certain,
		Text:     fmt.Sprintf("%s looks up the name %s, %s", title(u), name, l.unanswered(name, line)),
		Evidence: []string{"log: " + line}, Command: l.logsOf(c),
	}
	if u.Kind == translate.Init {
		cause.Name = "init-waits-for-name"
		cause.Text = fmt.Sprintf("%s keeps all that comes after it from starting: it waits for the name %s, %s", title(u), name, l.unanswered(name, line))
	}
	if servers := l.nameServers(c); servers != "" {
		cause.Evidence = append(cause.Evidence, "name servers of the pod: "+servers)
	}
	return cause
}

// noServers is what programs say that no name server has answered.
const noServers = "no servers could be reached"

// unanswered says why a name does not resolve: no name server answers, or those
// that do are none of a cluster.
func (l *look) unanswered(name, line string) string {
	if holds(line, noServers) {
		return "and no name server of the pod answers"
	}
	return "which does not resolve" + l.service(name)
}

// service says what helps where a name looks like that of a Service, which
// nothing here resolves, whether there is one or not.
func (l *look) service(name string) string {
	service, _, _ := strings.Cut(name, ".")
	if service != name && !strings.Contains(name, ".svc") {
		return ""
	}
	objects, known := l.ask(Question{Kind: AskObjects})
	if !known {
		return ""
	}
	const helps = ": there is no cluster DNS here, spec.hostAliases can give the name the IP of a pod"
	if slices.ContainsFunc(objects.Inputs.Services, func(s *v1.Service) bool { return s.Name == service }) {
		return helps + "; the Service is in the environment alone"
	}
	return helps + fmt.Sprintf(" (there is no Service %s either)", service)
}

// nameServers are those of the pod.
func (l *look) nameServers(c plan.Container) string {
	file, known := l.file(c.ID, "/etc/resolv.conf")
	if !known {
		return ""
	}
	var servers []string
	for line := range strings.Lines(string(file.Head)) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == "nameserver" {
			servers = append(servers, fields[1])
		}
	}
	return strings.Join(servers, ", ")
}

// lookup is a name that lines of a log say does not resolve, and the line.
func lookup(lines []string) (name, line string) {
	for _, line := range slices.Backward(lines) {
		for _, phrase := range []string{
			"bad address ", "can't resolve ", "could not resolve host: ", "could not resolve hostname ", "could not resolve ", "failed to resolve ", "unable to resolve host address ", "getaddrinfo enotfound ",
			"getaddrinfo eai_again ", "cannot resolve ", "lookup ", "could not translate host name ", "unknown host ", "host not found in upstream ", "** server can't find ",
			"unknownhostexception: ", "unknown mysql server host ", "connecting to ",
		} {
			at := strings.Index(lower(line), phrase)
			switch {
			case at < 0,
				phrase == "lookup " && !holds(line, "no such host", "server misbehaving", "i/o timeout"),
				phrase == "connecting to " && !holds(line, "name or service not known", "name resolution"):
				continue
			}
			if words := tokens(line[at+len(phrase):]); len(words) > 0 {
				return hostOf(words[0]), line
			}
		}
		if name := looked(line); name != "" {
			return name, line
		}
	}
	return "", ""
}

// looked is the name in front of what the resolver says of it, as in
// "ping: db: Name or service not known".
func looked(line string) string {
	for _, verdict := range []string{": temporary failure in name resolution", ": name or service not known", ": name does not resolve"} {
		before, _, found := strings.Cut(lower(line), verdict)
		if words := tokens(line[:len(before)]); found && len(words) > 0 && !strings.HasSuffix(before, "]") {
			return hostOf(words[len(words)-1])
		}
	}
	return ""
}

// asked is the name that a command line looks up.
func asked(argv []string) string {
	words := tokens(strings.Join(argv, " "))
	for i, word := range words[:max(0, len(words)-1)] {
		if word == "nslookup" || word == "host" || word == "dig" {
			name, _, _ := strings.Cut(words[i+1], "$") // a shell puts in the rest
			return hostOf(name)
		}
	}
	return ""
}

// hostOf is the name in an address.
func hostOf(text string) string {
	if _, rest, ok := strings.Cut(text, "://"); ok {
		text = rest
	}
	text, _, _ = strings.Cut(text, "/")
	name, _, _ := strings.Cut(strings.TrimRight(text, ":."), ":")
	return name
}

// refusedInside are containers that ended after a port of their own pod refused
// them.
func refusedInside(l *look) []Cause {
	var causes []Cause
	for u, c := range l.unexplained() {
		lines := holding(l.log(*c), "connection refused", "econnrefused")
		port, last := 0, ""
		for _, said := range lines {
			// one that tells no port may have been told it
			for _, text := range []string{said, strings.Join(l.argv(u), " ")} {
				if n := portIn(text); n != 0 && holds(text, "127.0.0.1", "localhost", "::1") {
					port, last = n, said
					break
				}
			}
		}
		if port == 0 {
			continue
		}
		open, known := l.listening()
		if !known {
			continue
		}
		cause := Cause{
			Name: "connection-refused", Container: u.Name, Sure: Certain,
			Text:     fmt.Sprintf("%s wants to reach port %d of its own pod, where nobody listens: localhost is the pod, another one is reached at its IP", title(u), port),
			Evidence: []string{"log: " + last, "ports that are listened on: " + open.String(), ranFor(*c)}, Command: l.command("ns"),
		}
		if len(open.at(port)) > 0 {
			cause.Sure = Likely
			cause.Text = fmt.Sprintf("%s was refused at port %d of its own pod, where somebody listens by now: it has to try again, or start later", title(u), port)
		}
		causes = append(causes, cause)
	}
	return causes
}

// stuckInit is an init container that runs, while the others wait.
func stuckInit(l *look) []Cause {
	if l.Want == nil || l.Intent() != plan.Wanted {
		return nil
	}
	for _, u := range l.units() {
		c := l.Latest(u.Name)
		if u.Kind != translate.Init || c == nil || c.State != plan.Running || l.explained(u.Name) {
			continue
		}
		ran := l.now.Sub(c.StartedAt)
		if ran < plan.InitTime {
			continue
		}
		cause := Cause{
			Name: "init-stuck", Container: u.Name, Sure: Likely,
			Text:     fmt.Sprintf("%s has run for %s, and nothing after it starts before it ends", title(u), age(ran)),
			Evidence: append([]string{"command line: " + strings.Join(l.argv(u), " ")}, l.said(*c)...),
			Command:  l.logsOf(*c),
		}
		if l.goesOn(*c) {
			cause.Sure = Possible
		}
		return []Cause{cause}
	}
	return nil
}

// goesOn reports whether a container writes something else in every line, as one
// does that gets on with its work.
func (l *look) goesOn(c plan.Container) bool {
	a, known := l.ask(Question{Kind: AskLog, At: c.ID})
	if !known || len(a.Lines) < 2 || len(a.Times) != len(a.Lines) || l.now.Sub(a.Times[len(a.Times)-1]) > settled {
		return false
	}
	seen := map[string]bool{}
	for _, line := range a.Lines {
		seen[line] = true
	}
	return len(seen) == len(a.Lines)
}

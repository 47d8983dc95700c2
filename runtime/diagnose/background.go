package diagnose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/minipod/minipod/runtime/translate"
)

// detached are servers that have gone into the background, and ended their
// containers with that.
func detached(l *look) []Cause {
	var causes []Cause
	for u, c := range l.unexplained() {
		argv := l.argv(u)
		if c.ExitCode != 0 || c.Lost || u.Kind == translate.Init || len(argv) == 0 {
			continue
		}
		what, instead := background(argv)
		if what == "" {
			continue
		}
		causes = append(causes, Cause{
			Name: "goes-into-background", Container: u.Name, Sure: Likely,
			Text:     fmt.Sprintf("%s in %s goes into the background, which ends its container%s: %s", what, title(u), l.again(u, *c), instead),
			Evidence: slices.Concat([]string{"command line: " + strings.Join(argv, " "), ranFor(*c)}, restarts(*c), l.said(*c)), Command: l.logsOf(*c),
		})
	}
	return causes
}

// foreground are servers that go into the background, and the options that keep
// them from it.
func foreground() map[string]string {
	return map[string]string{
		"nginx": "-g 'daemon off;'", "sshd": "-D", "crond": "-f", "cron": "-f", "php-fpm": "-F", "apachectl": "-D FOREGROUND", "apache2ctl": "-D FOREGROUND",
		"httpd": "-f", "rsyslogd": "-n", "syslogd": "-n", "dnsmasq": "-k", "supervisord": "-n",
	}
}

// background is what of a command line goes into the background, and what to
// write instead; empty where nothing does.
func background(argv []string) (what, instead string) {
	words := argv
	shell := slices.IndexFunc(argv, func(w string) bool { return slices.Contains(shells(), path.Base(w)) })
	if shell >= 0 && len(argv) > shell+2 {
		script := argv[len(argv)-1]
		if inBackground(script) && !strings.Contains(script, "wait") {
			return "a process that the shell starts with &", "without & the shell waits for it"
		}
		script = strings.TrimRight(script, "; \n")
		words = strings.Fields(strings.TrimPrefix(strings.TrimSpace(script[strings.LastIndexAny(script, "&|;\n")+1:]), "exec "))
	}
	if len(words) == 0 {
		return "", ""
	}
	name := path.Base(words[0])
	option, known := foreground()[name]
	asked := func(w string) bool {
		return slices.Contains([]string{"-t", "-T", "-v", "-V", "-h", "-s", "--version", "--help"}, w)
	}
	switch {
	case len(words) > 2 && name == "service" && words[2] == "start":
		return "service " + words[1], "the program itself is to run, in the foreground"
	case known && !strings.Contains(strings.Join(argv, " "), strings.Trim(option[strings.Index(option, " ")+1:], "'")) && !slices.ContainsFunc(words[1:], asked):
		return name, name + " " + option + " keeps it in the foreground"
	}
	return "", ""
}

// inBackground reports whether a script for a shell has an & that starts a
// process in the background.
func inBackground(script string) bool {
	for i := range script {
		if script[i] != '&' {
			continue
		}
		before, after := script[:i], script[i+1:]
		if !strings.HasSuffix(before, "&") && !strings.HasSuffix(before, ">") && !strings.HasSuffix(before, "<") && !strings.HasPrefix(after, "&") && !strings.HasPrefix(after, ">") {
			return true
		}
	}
	return false
}

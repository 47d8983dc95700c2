package diagnose

import (
	"slices"
	"testing"
)

func TestWords(t *testing.T) {
	for line, want := range map[string][]string{
		`open() "/etc/nginx/nginx.conf" failed (2: No such file or directory)`: {"/etc/nginx/nginx.conf"},
		"touch: /work/file: Permission denied":                                 {"/work/file"},
		"mkdir: cannot create directory '/data/a b': x":                        {"/data/a"},
		"nothing / here": nil,
	} {
		if got := paths(line); !slices.Equal(got, want) {
			t.Errorf("paths of %q: %q, want %q", line, got, want)
		}
	}
	for line, want := range map[string]int{
		"bind() to 0.0.0.0:80 failed (98: Address already in use)": 80,
		"listen tcp [::]:8080: bind: address already in use":       8080,
		"Error: listen EADDRINUSE: address already in use :::3000": 3000,
		"httpd: bind: Address already in use":                      0,
		"I1129 10:52:33 53 log.go:244] listen tcp :8080: bind: x":  8080,
		"2026/01/02 10:00:05 listen tcp :80: bind: x":              80,
		"OSError: [Errno 98] Address in use: ('0.0.0.0', 8000)":    8000,
		"bind(2) for \"0.0.0.0\" port 4567 (Errno::EADDRINUSE)":    4567,
		"Web server failed to start. Port 8080 was already in use": 8080,
		"Failed to bind to address http://[::]:5000: x":            5000,
		"wget http://localhost:80/index.html":                      80,
		"main.go:12: it failed":                                    0,
	} {
		if got := portIn(line); got != want {
			t.Errorf("port in %q: %d, want %d", line, got, want)
		}
	}
	for line, want := range map[string]string{
		"nc: bad address 'database'":                                     "database",
		"wget: bad address 'db:5432'":                                    "db",
		"curl: (6) Could not resolve host: api.example.invalid":          "api.example.invalid",
		"dial tcp: lookup redis on 10.0.0.10:53: no such host":           "redis",
		"Error: getaddrinfo ENOTFOUND mysql":                             "mysql",
		"** server can't find db.default.svc.cluster.local: NXDOMAIN":    "db.default.svc.cluster.local",
		`could not translate host name "postgres" to address: unknown`:   "postgres",
		"java.net.UnknownHostException: db-host":                         "db-host",
		"ERROR 2005: Unknown MySQL server host 'db' (-2)":                "db",
		"Error -2 connecting to redis:6379. Name or service not known":   "redis",
		"connecting to db:5432":                                          "",
		"ssh: Could not resolve hostname git: Name or service not known": "git",
		"bash: line 1: backend: Temporary failure in name resolution":    "backend",
		"ping: db.local: Name or service not known":                      "db.local",
		"[Errno -2] Name or service not known":                           "",
		"socket.gaierror: [Errno -3]: Name or service not known":         "",
		"Failed to resolve 'api.local' ([Errno -2] x)":                   "api.local",
		"\xff\xff\xff\xff\xffcould not resolve host: db":                 "db",
		"looking up the lookup table":                                    "",
	} {
		if got, _ := lookup([]string{line}); got != want {
			t.Errorf("name in %q: %q, want %q", line, got, want)
		}
	}
	for word, want := range map[string]string{"ngnix": "nginx", "busyboxx": "busybox", "redis": "", "a": ""} {
		if got := nearest(word, []string{"nginx", "busybox"}); got != want {
			t.Errorf("nearest to %q: %q, want %q", word, got, want)
		}
	}
}

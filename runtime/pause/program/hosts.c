/* The hosts file, which the containers of a pod have from their pause: the engine writes it when it
 * starts this program, which puts it into the kubelet's words (pkg/kubelet/kubelet_pods.go,
 * managedHostsFileContent). It does so at once, before any other container is started. */
#include "hosts.h"
#include "text.h"

enum { MOST = 65536, ALIASES = 1024 };

static const char header[] = "# Kubernetes-managed hosts file.\n";
static const char lines[] =
	"127.0.0.1\tlocalhost\n"
	"::1\tlocalhost ip6-localhost ip6-loopback\n"
	"fe00::0\tip6-localnet\n"
	"fe00::0\tip6-mcastprefix\n"
	"fe00::1\tip6-allnodes\n"
	"fe00::2\tip6-allrouters\n";
static const char machine_header[] = "# Kubernetes-managed hosts file (host network).\n";
static const char aliases_header[] = "\n# Entries added by HostAliases.\n";

/* A line of a hosts file: its address and then its names, each ended by a null byte. */
struct line { char *address, *names, *end; };

static int blank(char c)
{
	return c == ' ' || c == '\t';
}

/* cut takes the line that begins at *at apart, and moves *at behind it; 0 where the text has ended. */
static int cut(struct line *line, char **at)
{
	char *s = *at;

	if (!*s)
		return 0;
	line->address = s;
	for (; *s && *s != '\n'; s++)
		if (blank(*s))
			*s = 0;
	line->end = s;
	*at = *s ? s + 1 : s;
	*s = 0;
	for (s = line->address; *s; s++)
		;
	line->names = s < line->end ? s + 1 : s;
	return 1;
}

/* next is the name after this one; 0 after the last. */
static char *next(const struct line *line, char *name)
{
	for (; name < line->end && *name; name++)
		;
	for (; name < line->end && !*name; name++)
		;
	return name < line->end ? name : 0;
}

static int has(const struct line *line, const char *name)
{
	for (char *n = line->names; n; n = next(line, n))
		if (equal(n, name))
			return 1;
	return 0;
}

/* standard tells the lines that every hosts file has. */
static int standard(const struct line *line)
{
	static const char names[5][16] = { "ip6-localhost", "ip6-localnet", "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters" };

	for (int i = 0; i < 5; i++)
		if (has(line, names[i]))
			return 1;
	return !*line->names || *line->address == '#' || (equal(line->address, "127.0.0.1") && has(line, "localhost"));
}

static void put_line(int fd, const struct line *line)
{
	put_text(fd, line->address);
	for (char *n = line->names; n; n = next(line, n)) {
		put_text(fd, "\t");
		put_text(fd, n);
	}
}

/* within tells that a name is a host's, or that of the host in a domain. */
static int within(const char *name, const char *host)
{
	while (*host && *name == *host)
		name++, host++;
	return !*host && (!*name || *name == '.');
}

/* put_own writes a line of the pod's own name if it is one. The engine gives the part before the first
 * dot for the name of the host; host is that name where it has dots itself, else empty. */
static int put_own(int fd, const struct line *line, const char *node, const char *host)
{
	if (!*host) {
		if (!has(line, node))
			return 0;
		put_line(fd, line);
	} else {
		if (!within(line->names, host))
			return 0;
		put_text(fd, line->address);
		put_text(fd, "\t");
		put_text(fd, line->names);
		if (!equal(line->names, host)) {
			put_text(fd, "\t");
			put_text(fd, host);
		}
	}
	put_text(fd, "\n");
	return 1;
}

/* put_pod writes the lines of the pod's own name, and then the aliases, those of one address in one line. */
static void put_pod(int fd, char *text, const char *node, const char *host)
{
	struct line line, aliases[ALIASES], *last = 0;
	char *at = text;
	long n = 0;

	while (cut(&line, &at)) {
		if (!standard(&line) && !put_own(fd, &line, node, host) && n < ALIASES)
			aliases[n++] = line;
	}
	for (long i = 0; i < n; i++) {
		if (last && equal(last->address, aliases[i].address)) {
			put_text(fd, "\t");
			put_text(fd, aliases[i].names);
		} else {
			put_text(fd, last ? "\n" : aliases_header);
			put_line(fd, &aliases[i]);
		}
		last = &aliases[i];
	}
	if (n)
		put_text(fd, "\n");
}

/* put_words writes the aliases that the words tell of. */
static void put_words(int fd, char **words)
{
	const char *before = aliases_header;

	for (; words[0]; words += 2)
		if (equal(words[0], "alias")) {
			put_text(fd, before);
			for (char *c = words[1]; *c; c++)
				put(fd, *c == ' ' ? "\t" : c, 1);
			put_text(fd, "\n");
			before = "";
		}
}

void write_hosts(enum hosts of, char **words)
{
	char text[MOST + 1];
	struct utsname names;
	const char *host = "";
	long used = get_text("/etc/hosts", text, MOST);
	int fd;

	if (used < 0 || uname(&names) < 0)
		return; /* what the engine wrote will do */
	fd = open_to_write("/etc/hosts");
	if (fd < 0)
		return;
	for (char **w = words; w[0]; w += 2)
		if (equal(w[0], "host"))
			host = w[1];
	if (of == OF_MACHINE) {
		put_text(fd, machine_header);
		put(fd, text, used);
	} else {
		put_text(fd, header);
		put_text(fd, lines);
		put_pod(fd, text, names.node, host);
	}
	put_words(fd, words);
	close(fd);
}

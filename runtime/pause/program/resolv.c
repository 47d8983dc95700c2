/* The resolv.conf of a pod: the engine writes what the machine has, and nothing of it when it is told of
 * other servers, while a pod's dnsConfig is added to it (pkg/kubelet/network/dns, appendDNSConfig).
 * The engine alone knows what the machine has, so it is added here, when the pod starts. */
#include "resolv.h"
#include "text.h"

enum { ROOM = 65536, SERVERS = 3, SEARCHES = 32, SEARCH_ROOM = 2048, OPTIONS = 64 };

/* A list of words. More than it holds are left out, as the kubelet leaves them out. */
struct list {
	int n, most;
	const char *words[OPTIONS];
};

struct conf { struct list servers, searches, options; };

static void clear(struct list *list, int most)
{
	list->n = 0;
	list->most = most;
}

static void add(struct list *list, const char *word)
{
	for (int i = 0; i < list->n; i++)
		if (equal(list->words[i], word))
			return;
	if (list->n < list->most)
		list->words[list->n++] = word;
}

/* same_option compares the names of two options, up to a colon. */
static int same_option(const char *a, const char *b)
{
	while (*a && *a != ':' && *a == *b)
		a++, b++;
	return (!*a || *a == ':') && (!*b || *b == ':');
}

/* set takes the place of an option of the same name. */
static void set(struct list *list, const char *option)
{
	for (int i = 0; i < list->n; i++)
		if (same_option(list->words[i], option)) {
			list->words[i] = option;
			return;
		}
	add(list, option);
}

static int blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* word takes the next word of a line apart, and moves *at behind it; 0 where there is none. */
static char *word(char **at)
{
	char *s = *at, *begin;

	while (blank(*s))
		s++;
	begin = s;
	while (*s && !blank(*s))
		s++;
	if (*s)
		*s++ = 0;
	*at = s;
	return *begin ? begin : 0;
}

/* undotted is a domain without the dot at its end. */
static char *undotted(char *domain)
{
	long n = length(domain);

	if (n > 1 && domain[n - 1] == '.')
		domain[n - 1] = 0;
	return domain;
}

static void take(struct conf *conf, char *line)
{
	char *kind = word(&line), *w;

	if (!kind)
		return;
	if (equal(kind, "nameserver") && (w = word(&line)))
		add(&conf->servers, w);
	if (equal(kind, "search"))
		for (conf->searches.n = 0; (w = word(&line));) /* the last such line counts */
			add(&conf->searches, undotted(w));
	if (equal(kind, "options"))
		while ((w = word(&line)))
			set(&conf->options, w);
}

static void take_lines(struct conf *conf, char *text)
{
	for (char *next; *text; text = next) {
		for (next = text; *next && *next != '\n'; next++)
			;
		if (*next)
			*next++ = 0;
		take(conf, text);
	}
}

/* take_words answers how many of the words are of this file. */
static int take_words(struct conf *conf, char **words)
{
	int n = 0;

	for (; words[0]; words += 2) {
		if (equal(words[0], "nameserver"))
			add(&conf->servers, words[1]);
		else if (equal(words[0], "search"))
			add(&conf->searches, undotted(words[1]));
		else if (equal(words[0], "option"))
			set(&conf->options, words[1]);
		else
			continue;
		n++;
	}
	return n;
}

/* put_words writes a line of words, of at most room bytes. */
static void put_words(int fd, const char *kind, const struct list *list, long room)
{
	for (int i = 0; i < list->n && (room -= length(list->words[i]) + 1) >= -1; i++) {
		put_text(fd, i ? " " : kind);
		put_text(fd, list->words[i]);
	}
	if (list->n)
		put_text(fd, "\n");
}

void add_resolv(char **words)
{
	char text[ROOM + 1];
	struct conf conf;
	int fd;

	clear(&conf.servers, SERVERS);
	clear(&conf.searches, SEARCHES);
	clear(&conf.options, OPTIONS);
	if (get_text("/etc/resolv.conf", text, ROOM) < 0)
		return;
	take_lines(&conf, text);
	if (!take_words(&conf, words))
		return;
	fd = open_to_write("/etc/resolv.conf");
	if (fd < 0)
		return;
	for (int i = 0; i < conf.servers.n; i++) {
		put_text(fd, "nameserver ");
		put_text(fd, conf.servers.words[i]);
		put_text(fd, "\n");
	}
	put_words(fd, "search ", &conf.searches, SEARCH_ROOM);
	put_words(fd, "options ", &conf.options, ROOM);
	close(fd);
}

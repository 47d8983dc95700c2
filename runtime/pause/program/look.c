/* look: what can be seen of the pod from here, as the kernel words it: the reader has more room to take
 * words apart. Each part is under a line "# TITLE". pause.ParseLook reads it. What cannot be read is empty. */
#include "folder.h"
#include "modes.h"
#include "text.h"

enum { LINK = 64, PART = 4096, NAME = 256 };

/* What a process has to be in, and where the queues are: 0 where there are none. */
struct pod { char net[LINK]; long net_length, queues; };

typedef void visit(char *name, const struct pod *pod);

/* each visits the entries of the current folder. */
static void each(visit *do_it, const struct pod *pod)
{
	struct listing l;
	char *name;

	list(&l, open("."));
	while ((name = entry(&l)))
		do_it(name, pod);
	close(l.folder);
}

/* put_words writes on one line what somebody else has chosen the bytes of. */
static void put_words(char *s, long n)
{
	for (long i = 0; i < n; i++)
		if ((byte)s[i] < ' ')
			s[i] = ' ';
	put(1, s, n);
	put_text(1, "\n");
}

/* put_file writes a file under its name. */
static void put_file(char *name)
{
	char part[PART];
	long n, fd = open(name);

	put_text(1, "# ");
	put_words(name, length(name));
	while ((n = read(fd, part, sizeof part)) > 0)
		put(1, part, n);
	close(fd);
}

/* put_fd writes two lines on a file that a process has open, if it is a socket or a queue: its number,
 * and where the kernel says that it leads. */
static void put_fd(char *name, const struct pod *pod)
{
	char to[NAME];
	long n = readlink(name, to, NAME);

	if (n <= 0 || (to[0] != 's' && (!pod->queues || device(name) != pod->queues)))
		return;
	put_words(name, length(name));
	put_words(to, n);
}

/* put_map writes a row of /proc/PID/maps, if it is of shared memory: its path begins with /S or /dev/shm/. That
 * of System V has its ID for an inode. */
static void put_map(char *row, long n)
{
	long at = 0;

	while (at < n && row[at] != '/')
		at++;
	if (at + 9 < n && (row[at + 1] == 'S' || (row[at + 1] == 'd' && row[at + 5] == 's')))
		put_words(row, n);
}

/* put_maps takes the file apart. Of a row that is too long the end is left out. */
static void put_maps(void)
{
	char part[PART], row[PART];
	long n, used = 0, fd = open("maps");

	put_text(1, "# maps\n");
	while ((n = read(fd, part, sizeof part)) > 0) {
		for (long i = 0; i < n; i++) {
			if (used < PART)
				row[used++] = part[i];
			if (part[i] == '\n') {
				put_map(row, used - 1);
				used = 0;
			}
		}
	}
	close(fd);
}

/* put_more writes what is told only of the processes of the pod. */
static void put_more(const struct pod *pod)
{
	char words[NAME];
	long fd = open("cmdline");

	put_file("status");
	put_file("syscall");
	put_maps();
	put_text(1, "# cmdline\n "); /* no line of it is a title */
	put_words(words, read(fd, words, NAME));
	close(fd);
	if (chdir("fd") >= 0)
		each(put_fd, pod);
}

static int same(const char *a, const char *b, long n)
{
	while (n > 0 && a[n - 1] == b[n - 1])
		n--;
	return n == 0;
}

/* put_process writes the seven links on a line, - for one that may not be read, and /proc/PID/stat
 * (in which the kernel escapes a line end), which a process that has gone does not have. */
static void put_process(char *pid, const struct pod *pod)
{
	static const char links[7][10] = { "ns/net", "ns/ipc", "ns/pid", "ns/uts", "ns/mnt", "ns/user", "ns/cgroup" };
	char row[7 * LINK];
	long n, used = 0;

	if (*pid > '9' || chdir(pid) < 0)
		return;
	for (int i = 0; i < 7; i++) {
		n = readlink(links[i], row + used, LINK);
		if (n <= 0) {
			row[used] = '-';
			n = 1;
		}
		used += n;
		row[used++] = ' ';
	}
	put_text(1, "# process\n");
	put_words(row, used);
	put_file("stat");
	if (*row == '-' || same(row, pod->net, pod->net_length)) /* a zombie is in none */
		put_more(pod);
	chdir("/proc");
}

static void put_queue(char *name, const struct pod *pod)
{
	(void)pod;
	put_file(name);
}

/* put_name writes the name of a file of /dev/shm. */
static void put_name(char *name, const struct pod *pod)
{
	(void)pod;
	put_words(name, length(name));
}

/* put_link writes of a network interface its number, and that of its other end where it has one. */
static void put_link(char *name, const struct pod *pod)
{
	(void)pod;
	put_text(1, "# link ");
	put_words(name, length(name));
	if (chdir(name) < 0)
		return;
	put_file("ifindex");
	put_file("iflink");
	chdir("/sys/class/net");
}

static void put_links(void)
{
	if (chdir("/sys/class/net") >= 0)
		each(put_link, 0);
}

int mode_links(void)
{
	put_links();
	return OK;
}

int mode_look(void)
{
	static char *const tables[7] = { "net/tcp", "net/tcp6", "net/udp", "net/udp6", "sysvipc/shm", "sysvipc/sem", "sysvipc/msg" };
	struct pod pod;

	pod.queues = device("/dev/mqueue");
	chdir("/proc");
	pod.net_length = readlink("self/ns/net", pod.net, LINK);
	put_text(1, MACHINE "\n"); /* the numbers of its calls are its own */
	each(put_process, &pod);
	for (int i = 0; i < 7; i++)
		put_file(tables[i]);
	put_links();
	put_text(1, "# memory\n");
	if (chdir("/dev/shm") >= 0)
		each(put_name, &pod);
	put_text(1, "# queues\n");
	if (pod.queues && chdir("/dev/mqueue") >= 0)
		each(put_queue, &pod);
	return OK;
}

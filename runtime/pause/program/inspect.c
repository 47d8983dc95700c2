/* What can be seen of the pod from inside it, as the kernel words it: the reader has more room to
 * take words apart. pause.ParseProcesses reads what `ns` prints. */
#include "modes.h"
#include "text.h"

enum { LINK = 64, ROW = 2048 };

/* put_process writes one row: the seven links, - for one that may not be read, and /proc/PID/stat
 * (in which the kernel escapes a line end). A process that has gone leaves no row. */
static long put_process(const char *pid)
{
	static const char links[7][10] = { "ns/net", "ns/ipc", "ns/pid", "ns/uts", "ns/mnt", "ns/user", "ns/cgroup" };
	char row[ROW];
	long n, fd, used = 0;

	if (chdir(pid) < 0)
		return 0;
	for (int i = 0; i < 7; i++) {
		n = readlink(links[i], row + used, LINK);
		if (n <= 0) {
			row[used] = '-';
			n = 1;
		}
		used += n;
		row[used++] = ' ';
	}
	fd = open("stat");
	n = read(fd, row + used, ROW - used);
	close(fd);
	chdir("..");
	return n > 0 ? put(1, row, used + n) : 0;
}

int mode_ns(void)
{
	char entries[8192];
	long n, at, fd;

	chdir("/proc");
	fd = open(".");
	while ((n = getdents(fd, entries, sizeof entries)) > 0) {
		for (at = 0; at < n;) {
			struct dirent *entry = (struct dirent *)(entries + at);

			at += entry->size;
			if (entry->name[0] <= '9' && entry->name[0] > '0' && put_process(entry->name) < 0)
				return FAILED;
		}
	}
	return n < 0 ? FAILED : OK;
}

int mode_sockets(void)
{
	static const char titles[4][8] = { "# tcp\n", "# tcp6\n", "# udp\n", "# udp6\n" };
	static const char tables[4][5] = { "tcp", "tcp6", "udp", "udp6" };
	char part[4096];

	chdir("/proc/net");
	for (int i = 0; i < 4; i++) {
		long n, fd = open(tables[i]); /* a kernel without IPv6 has no such table */

		if (put_text(1, titles[i]) < 0)
			return FAILED;
		while ((n = read(fd, part, sizeof part)) > 0)
			if (put(1, part, n) < 0)
				return FAILED;
		close(fd);
	}
	return OK;
}

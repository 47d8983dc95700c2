#include "text.h"

int equal(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

long number(const char *s, long max)
{
	long n = 0;

	do {
		unsigned digit = *s - '0';
		if (digit > 9)
			return -1;
		n = n * 10 + digit;
		if (n > max)
			return -1;
	} while (*++s);
	return n;
}

long put(int fd, const char *s, long n)
{
	while (n > 0) {
		long done = write(fd, s, n);
		if (done == -EINTR)
			continue;
		if (done < 0)
			return done;
		s += done;
		n -= done;
	}
	return 0;
}

long length(const char *s)
{
	long n = 0;

	while (s[n])
		n++;
	return n;
}

long put_text(int fd, const char *s)
{
	return put(fd, s, length(s));
}

long get_text(const char *path, char *to, long max)
{
	long n, used = 0;
	int fd = open(path);

	while ((n = read(fd, to + used, max - used)) > 0)
		used += n;
	close(fd);
	if (n < 0 || used == max)
		return -1;
	to[used] = 0;
	return used;
}

#include "address.h"

enum { SIZE4 = 16, SIZE6 = 28 };

/* parse_v4 reads four decimal parts with dots between them, up to the end of the text. */
static int parse_v4(byte *to, const char *s)
{
	for (int part = 0; part < 4; part++) {
		int value = 0, digits = 0;
		for (; *s >= '0' && *s <= '9'; s++, digits++)
			if ((value = value * 10 + (*s - '0')) > 255)
				return 0;
		if (!digits || *s++ != (part == 3 ? 0 : '.'))
			return 0;
		to[part] = value;
	}
	return 1;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* spread moves what came after "::" to the end of the address. */
static void spread(byte *to, int gap, int used)
{
	for (int end = 16; used > gap;) {
		to[--end] = to[--used];
		to[used] = 0;
	}
}

/* parse_v6 reads groups into to[16], which is all zero before. gap is where "::" stood. */
static int parse_v6(byte *to, const char *s)
{
	int used = 0, gap = -1;

	if (s[0] == ':' && *++s != ':')
		return 0;
	while (*s) {
		const char *group = s;
		unsigned value = 0;

		if (*s == ':') { /* the second of "::", or one at the very end */
			if (gap >= 0)
				return 0;
			gap = used;
			s++;
			continue;
		}
		for (; hex(*s) >= 0; s++)
			value = value << 4 | hex(*s);
		if (*s == '.' && used <= 12 && parse_v4(to + used, group)) {
			used += 4;
			break;
		}
		if (s == group || s - group > 4 || used == 16)
			return 0;
		to[used++] = value >> 8;
		to[used++] = value;
		if (!*s)
			break;
		if (*s++ != ':' || !*s)
			return 0;
	}
	if (gap < 0)
		return used == 16;
	if (used == 16)
		return 0;
	spread(to, gap, used);
	return 1;
}

long parse_address(struct sockaddr *to, const char *text)
{
	struct sockaddr none = { 0 };

	*to = none;
	if (parse_v4(to->rest, text)) {
		to->family = AF_INET;
		return SIZE4;
	}
	*to = none;
	if (parse_v6(to->rest + 4, text)) { /* after the flow label */
		to->family = AF_INET6;
		return SIZE6;
	}
	return 0;
}

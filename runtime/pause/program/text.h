/* Text without libc. */
#ifndef TEXT_H
#define TEXT_H

#include "sys.h"

int equal(const char *a, const char *b);
long length(const char *s);

/* number reads the decimal number that is all of s; -1 when s is none or it is above max. */
long number(const char *s, long max);

/* put writes all of s, and answers 0, or minus an errno. */
long put(int fd, const char *s, long n);
long put_text(int fd, const char *s);

/* get_text reads a whole file, and ends it with a null byte. It answers how long it is; -1 when it
 * cannot be read, or has max bytes and more. */
long get_text(const char *path, char *to, long max);

#endif

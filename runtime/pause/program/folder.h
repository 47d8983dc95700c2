/* What is in a folder. */
#ifndef FOLDER_H
#define FOLDER_H

#include "sys.h"

/* listing is a folder that is being read. When there is no more, size is 0, or minus an errno. */
struct listing { long folder, size, at; char entries[2048]; };

static inline void list(struct listing *l, long folder)
{
	l->folder = folder;
	l->size = l->at = 0;
}

/* entry is the next name; 0 after the last. */
char *entry(struct listing *l);

#endif

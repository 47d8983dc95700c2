#include "folder.h"
#include "text.h"

char *entry(struct listing *l)
{
	for (;;) {
		struct dirent *next;

		if (l->at >= l->size) {
			l->at = 0;
			l->size = getdents(l->folder, l->entries, sizeof l->entries);
			if (l->size <= 0)
				return 0;
		}
		next = (struct dirent *)(l->entries + l->at);
		l->at += next->size;
		if (!equal(next->name, ".") && !equal(next->name, ".."))
			return next->name;
	}
}

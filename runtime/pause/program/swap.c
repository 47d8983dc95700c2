/* swap: the last step of a change of a volume's files, which are in a folder behind the link ..data:
 * the new link, ..data_tmp, takes the place of the old one in one step, so that no reader ever sees
 * none (pkg/volume/util/atomic_writer.go). What it then does not lead to any more is removed. */
#include "folder.h"
#include "modes.h"
#include "text.h"

enum { NAME = 4096 };

static const char data[] = "..data", next[] = "..data_tmp";

static int inner(const char *name)
{
	return name[0] == '.' && name[1] == '.';
}

static void clear(const char *name);

/* clear_all removes what is in the current folder and, of the links and folders of the volume, is not
 * in force; everything where kept is a null pointer. */
static void clear_all(const char *kept)
{
	struct listing l;
	char target[NAME];
	const char *name;

	list(&l, open("."));
	while ((name = entry(&l))) {
		if (!kept)
			clear(name);
		else if (inner(name) && !equal(name, data) && !equal(name, kept))
			clear(name);
		else if (!inner(name) && readlink(name, target, NAME) > 0 && access(name) < 0)
			clear(name);
	}
	close(l.folder);
}

/* clear removes a file, a link or a folder. */
static void clear(const char *name)
{
	if (unlink(name) >= 0 || chdir(name) < 0)
		return;
	clear_all(0);
	chdir("..");
	rmdir(name);
}

int mode_swap(const char *folder)
{
	char kept[NAME];
	long n;

	if (chdir(folder) < 0 || rename(next, data) < 0)
		return FAILED;
	n = readlink(data, kept, NAME - 1);
	if (n <= 0)
		return FAILED;
	kept[n] = 0;
	clear_all(kept);
	return OK;
}

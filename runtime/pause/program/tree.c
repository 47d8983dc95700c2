/* How large the disk is; and all files of a volume: how much of it they take, and whose group they belong
 * to. Links are not followed, wherever one is planted. */
#include "folder.h"
#include "modes.h"
#include "text.h"

enum { KIND = 0170000, FOLDER = 0040000, LINK = 0120000, BLOCK = 512 };
enum { BY_GROUP = 0660, IN_FOLDER = 02110 }; /* what the group gets (pkg/volume/volume_linux.go) */

/* tree is what is asked of the files, and what was found out. */
struct tree {
	long group;  /* that they are given; -1 for none */
	long bytes;  /* on the disk */
	long failed; /* how many could not be looked at or changed */
};

static void file(int in, const char *name, struct tree *t);

static void all(int folder, struct tree *t)
{
	struct listing l;
	char *name;

	list(&l, folder);
	while ((name = entry(&l)))
		file(folder, name, t);
	t->failed += l.size < 0;
}

/* give changes the group first: that takes setgid off. */
static long give(int in, const char *name, unsigned mode, long group)
{
	long err = fchownat(in, name, -1, group);

	if (err < 0 || (mode & KIND) == LINK)
		return err;
	mode |= BY_GROUP | ((mode & KIND) == FOLDER ? IN_FOLDER : 0);
	return fchmodat(in, name, mode & 07777);
}

/* file counts a file that has several names in parts. One that has gone meanwhile is not there. */
static void file(int in, const char *name, struct tree *t)
{
	struct statx is;
	long fd, err = statx(in, name, &is);

	if (err < 0) {
		t->failed += err != -ENOENT;
		return;
	}
	if ((is.mode & KIND) != FOLDER) {
		t->bytes += is.blocks * BLOCK / is.links;
	} else {
		t->bytes += is.blocks * BLOCK;
		fd = open_folder(in, name);
		if (fd >= 0)
			all(fd, t);
		else
			t->failed += fd != -ENOENT;
		close(fd);
	}
	if (t->group >= 0)
		t->failed += give(in, name, is.mode, t->group) < 0;
}

static long put_number(long n)
{
	char digits[24];
	long at = sizeof digits;

	digits[--at] = '\n';
	do
		digits[--at] = '0' + n % 10;
	while ((n /= 10) > 0);
	return put(1, digits + at, sizeof digits - at);
}

static int each(char **folders, long group)
{
	long failed = 0;

	for (; *folders; folders++) {
		struct tree t = { group, 0, 0 };

		file(AT_FDCWD, *folders, &t);
		failed += t.failed;
		if (put_number(t.bytes) < 0)
			return FAILED;
	}
	if (failed)
		put_text(2, "some files cannot be reached\n");
	return failed ? FAILED : OK;
}

/* mode_usage without folders looks at the root: an overlay answers for the disk below it. */
int mode_usage(char **folders)
{
	struct statfs is;

	if (*folders)
		return each(folders, -1);
	return statfs("/", &is) < 0 || put_number(is.blocks * is.fragment) < 0 ? FAILED : OK;
}

int mode_own(char **args)
{
	long group = args[0] ? number(args[0], 0x7fffffff) : -1;

	return group < 0 || !args[1] ? USAGE : each(args + 1, group);
}

/* The cgroup that a pod has beside those of its containers. Docker makes such a folder when it starts
 * a container in it, and neither gives it limits nor takes it away. */
#include "modes.h"
#include "text.h"

/* drop removes a folder. One whose last container has just ended may still hold the cgroup of that;
 * one that is not there has been removed before. */
static long drop(const char *folder)
{
	long done = 0;

	for (int i = 0; i < 40; i++) {
		struct timespec pause = { .nanoseconds = 50000000 };

		done = rmdir(folder);
		if (done != -EBUSY)
			return 0;
		poll(0, 0, &pause);
	}
	return done;
}

/* change makes a folder, removes one, or writes a value into a file. */
static long change(const char *path, const char *to)
{
	long fd, done;

	if (equal(to, "-"))
		return drop(path);
	if (equal(to, "+")) {
		mkdir(path);
		return 0;
	}
	fd = open_to_write(path);
	done = put_text(fd, to);
	close(fd);
	return done;
}

int mode_limit(char **args)
{
	for (; args[0] && args[1]; args += 2)
		if (change(args[0], args[1]) < 0) {
			put_text(2, "cannot change ");
			put_text(2, args[0]);
			put_text(2, "\n");
			return FAILED;
		}
	return args[0] ? USAGE : OK;
}

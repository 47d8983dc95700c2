/* Process 1 of a pod: keeps its namespaces, reaps its orphans, ends when it is told to. */
#include "hosts.h"
#include "modes.h"
#include "resolv.h"
#include "text.h"

static sigset bit(int signal)
{
	return 1UL << (signal - 1);
}

static void reap(void)
{
	while (sys5(SYS_wait4, -1, 0, WNOHANG, 0, 0) > 0)
		;
}

/* The signals stay blocked and are waited for: no handlers, nothing that runs in between. A blocked
 * signal is kept for process 1 too, which otherwise never gets one that it has no handler for. */
static int hold(void)
{
	sigset wanted = bit(SIGINT) | bit(SIGTERM) | bit(SIGCHLD);
	struct sigaction ended = { .flags = SA_NOCLDSTOP }; /* children that stop are of no interest */

	if (sys5(SYS_rt_sigaction, SIGCHLD, (long)&ended, 0, sizeof ended.mask, 0) < 0 || block(&wanted) < 0) {
		put_text(2, "pause: cannot block signals\n");
		return FAILED;
	}
	if (getpid() != 1)
		put_text(2, "pause: warning: not process 1, so no orphans come here to be reaped\n");
	for (;;) {
		reap();
		switch (sys5(SYS_rt_sigtimedwait, (long)&wanted, 0, 0, sizeof wanted, 0)) {
		case SIGINT:
			put_text(2, "pause: SIGINT, the pod ends\n");
			return OK;
		case SIGTERM:
			put_text(2, "pause: SIGTERM, the pod ends\n");
			return OK;
		}
	}
}

enum { NOBODY = 65535 };

/* become_nobody gives up the rights that writing these files takes: this user owns nothing. */
static int become_nobody(void)
{
	if (sys3(SYS_setgroups, 0, 0, 0) < 0 || sys3(SYS_setresgid, NOBODY, NOBODY, NOBODY) < 0)
		return 0;
	return sys3(SYS_setresuid, NOBODY, NOBODY, NOBODY) >= 0;
}

/* are_words tells that the arguments are pairs for the files of a pod. */
static int are_words(char **args)
{
	static const char kinds[5][16] = { "nameserver", "search", "option", "alias", "host" };

	for (; args[0]; args += 2) {
		int known = 0;

		for (int i = 0; i < 5; i++)
			known = known || equal(args[0], kinds[i]);
		if (!known || !args[1])
			return 0;
	}
	return 1;
}

/* hold_pod is hold for the first process of a pod, which the engine starts as root. The words are for its
 * hosts file and its resolv.conf. In the machine's PID namespace it is not process 1, and a run without
 * words may be one on the machine itself, whose files are not touched. */
static int hold_pod(enum hosts of, char **words)
{
	if (!are_words(words))
		return USAGE;
	if ((getpid() == 1 || of == OF_MACHINE || words[0]) && sys3(SYS_geteuid, 0, 0, 0) == 0) {
		write_hosts(of, words);
		add_resolv(words);
		if (!become_nobody()) {
			put_text(2, "pause: cannot give up root\n");
			return FAILED;
		}
	}
	return hold();
}

static int version(void)
{
	return put_text(1, "minipod pause " VERSION "\n") < 0 ? FAILED : OK;
}

static int usage(void)
{
	put_text(2, "usage: pause [[machine] [{nameserver | search | option | alias | host} VALUE]... | -v | links | look | swap FOLDER | usage [FOLDER]... | own GROUP FOLDER... | limit {PATH VALUE}... | connect [-z] [-t SECONDS] ADDR PORT]\n");
	return USAGE;
}

/* checked is the exit code of a mode that reads its own arguments. */
static int checked(int code)
{
	return code == USAGE ? usage() : code;
}

static int run(char **args)
{
	if (are_words(args))
		return hold_pod(OF_POD, args);
	if (equal(args[0], "machine"))
		return checked(hold_pod(OF_MACHINE, args + 1));
	if (equal(args[0], "connect"))
		return checked(mode_connect(args + 1));
	if (equal(args[0], "usage"))
		return checked(mode_usage(args + 1));
	if (equal(args[0], "own"))
		return checked(mode_own(args + 1));
	if (equal(args[0], "limit"))
		return checked(mode_limit(args + 1));
	if (equal(args[0], "swap"))
		return args[1] && !args[2] ? mode_swap(args[1]) : usage();
	if (args[1])
		return usage();
	if (equal(args[0], "-v") || equal(args[0], "-V"))
		return version();
	if (equal(args[0], "links"))
		return mode_links();
	if (equal(args[0], "look"))
		return mode_look();
	return usage();
}

_Noreturn void start(long *stack)
{
	long count = stack[0];
	char **args = (char **)(stack + 1);
	exit(run(count > 0 ? args + 1 : args));
}

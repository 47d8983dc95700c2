/* connect: standard input and output to a TCP connection from inside the pod's network.
 *
 * An end of input is passed on (the peer sees the end, its answer still comes back). The end of what
 * the peer sends ends the program, as it ends a kubectl port-forward. Messages are worded as Go words
 * them, because they end up in the events of probes, where people know them from the kubelet. */
#include "address.h"
#include "modes.h"
#include "text.h"

enum {
	ROOM = 65536,
	PIECE = 4096, /* what a pipe that polls as writable takes without blocking */
	SYN_RETRIES = 3, /* 15 seconds until a silent address counts as timed out */
};

/* A flow is one direction: what came in waits in buf[start..end) until it has gone out. */
struct flow {
	int in, out, ended;
	long start, end;
	char buf[ROOM];
};

/* report says what failed in words like "connect: connection refused". */
static int report(const char *doing, long error)
{
	const char *what = "error\n";

	switch (-error) {
	case EAGAIN:
		what = "i/o timeout\n"; /* ours: the limit is up */
		break;
	case ECONNREFUSED:
		what = "connection refused\n";
		break;
	case ECONNRESET:
		what = "connection reset by peer\n";
		break;
	case EHOSTUNREACH:
		what = "no route to host\n";
		break;
	case ENETUNREACH:
		what = "network is unreachable\n";
		break;
	case ETIMEDOUT:
		what = "connection timed out\n";
		break;
	}
	put_text(2, doing);
	put_text(2, what);
	return FAILED;
}

static int again(long error)
{
	return error == -EAGAIN || error == -EINTR;
}

/* dial answers a connected socket that does not block, or minus an errno. */
static long dial(const struct sockaddr *to, long size, struct timespec *limit)
{
	int error = 0, retries = SYN_RETRIES, length = sizeof error;
	long n, fd = sys3(SYS_socket, to->family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd wait = { .fd = fd, .events = POLLOUT };

	if (fd < 0)
		return fd;
	sys5(SYS_setsockopt, fd, IPPROTO_TCP, TCP_SYNCNT, (long)&retries, sizeof retries);
	n = sys3(SYS_connect, fd, (long)to, size);
	if (n < 0 && n != -EINPROGRESS)
		return n;
	while ((n = poll(&wait, 1, limit)) < 0)
		if (!again(n))
			return n;
	if (n == 0)
		return -EAGAIN;
	n = sys5(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, (long)&error, (long)&length);
	if (n < 0)
		return n;
	return error ? -error : fd;
}

static int empty(const struct flow *f)
{
	return f->start == f->end;
}

static int wants_input(const struct flow *f)
{
	return empty(f) && !f->ended;
}

static long fill(struct flow *f)
{
	long n = read(f->in, f->buf, ROOM);

	if (again(n))
		return 0;
	f->start = 0;
	f->end = n > 0 ? n : 0;
	f->ended = n <= 0;
	return n;
}

static long drain(struct flow *f)
{
	long n = f->end - f->start;

	n = write(f->out, f->buf + f->start, n > PIECE ? PIECE : n);
	if (again(n))
		return 0;
	if (n > 0)
		f->start += n;
	return n;
}

/* send_some passes input on. A peer that takes no more is no failure yet: its answer counts. */
static void send_some(struct flow *up)
{
	if (drain(up) < 0) {
		up->start = up->end;
		up->ended = 1;
	}
}

/* pump moves bytes both ways until the peer has ended and all it sent is written. It polls only for
 * what it can use at once: a hang-up it cannot act on yet would otherwise wake it for ever. */
static int pump(struct flow *up, struct flow *down, struct timespec *limit)
{
	int shut = 0;

	while (!down->ended || !empty(down)) {
		short events = (wants_input(down) ? POLLIN : 0) | (empty(up) ? 0 : POLLOUT);
		struct pollfd fds[3] = {
			{ .fd = wants_input(up) ? up->in : -1, .events = POLLIN },
			{ .fd = events ? up->out : -1, .events = events },
			{ .fd = empty(down) ? -1 : down->out, .events = POLLOUT },
		};
		long n = poll(fds, 3, limit);

		if (n == 0)
			return report("read: ", -EAGAIN);
		if (n == -EINTR)
			continue;
		if (fds[0].revents)
			fill(up);
		if (fds[1].revents && !empty(up))
			send_some(up);
		if (fds[1].revents && wants_input(down) && (n = fill(down)) < 0)
			return report("read: ", n);
		if (fds[2].revents && (n = drain(down)) < 0)
			return report("standard output: ", n);
		if (up->ended && empty(up) && !shut) {
			sys3(SYS_shutdown, up->out, SHUT_WR, 0);
			shut = 1;
		}
	}
	return OK;
}

static int carry(long fd, struct timespec *limit)
{
	struct flow up, down;
	sigset pipe = 1UL << (SIGPIPE - 1);

	block(&pipe); /* a reader that went away is an error of write, not a death */
	up.in = 0;
	up.out = down.in = fd;
	down.out = 1;
	up.ended = down.ended = 0;
	up.start = up.end = down.start = down.end = 0;
	return pump(&up, &down, limit);
}

int mode_connect(char **args)
{
	struct timespec time = { 0, 0 }, *limit = 0;
	struct sockaddr to;
	int only_try = 0;
	long size, port, fd;

	for (; *args && **args == '-'; args++) {
		if (equal(*args, "-z")) {
			only_try = 1;
		} else if (equal(*args, "-t") && args[1] && (time.seconds = number(*++args, 1L << 30)) > 0) {
			limit = &time;
		} else {
			return USAGE;
		}
	}
	if (!args[0] || !args[1] || args[2])
		return USAGE;
	size = parse_address(&to, args[0]);
	port = number(args[1], 65535);
	if (!size || port < 1)
		return USAGE;
	to.port[0] = port >> 8;
	to.port[1] = port;
	fd = dial(&to, size, limit);
	if (fd < 0)
		return report(fd == -EAGAIN ? "" : "connect: ", fd);
	return only_try ? OK : carry(fd, limit);
}

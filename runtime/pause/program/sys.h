/* The kernel as this program uses it: numbers, structures and calls. There is no libc. Every call
 * answers what the kernel answers: a negative number is an errno with its sign turned. */
#ifndef SYS_H
#define SYS_H

#if defined(__x86_64__)
#define MACHINE "amd64"
enum {
	SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_rt_sigaction = 13, SYS_rt_sigprocmask = 14,
	SYS_getpid = 39, SYS_socket = 41, SYS_connect = 42, SYS_shutdown = 48, SYS_setsockopt = 54,
	SYS_getsockopt = 55, SYS_wait4 = 61, SYS_chdir = 80, SYS_rt_sigtimedwait = 128, SYS_statfs = 137,
	SYS_mkdirat = 258, SYS_unlinkat = 263, SYS_renameat = 264, SYS_faccessat = 269, SYS_uname = 63, SYS_geteuid = 107, SYS_setgroups = 116, SYS_setresuid = 117, SYS_setresgid = 119,
	SYS_getdents64 = 217, SYS_exit_group = 231, SYS_openat = 257, SYS_readlinkat = 267, SYS_ppoll = 271,
	SYS_newfstatat = 262, SYS_fchownat = 260, SYS_fchmodat = 268, SYS_statx = 332,
};
#elif defined(__aarch64__)
#define MACHINE "arm64"
enum {
	SYS_statfs = 43, SYS_chdir = 49, SYS_openat = 56, SYS_close = 57, SYS_getdents64 = 61, SYS_read = 63, SYS_write = 64,
	SYS_ppoll = 73, SYS_readlinkat = 78, SYS_newfstatat = 79, SYS_exit_group = 94, SYS_rt_sigaction = 134,
	SYS_rt_sigprocmask = 135, SYS_rt_sigtimedwait = 137, SYS_getpid = 172, SYS_socket = 198,
	SYS_connect = 203, SYS_setsockopt = 208, SYS_getsockopt = 209, SYS_shutdown = 210,
	SYS_wait4 = 260, SYS_mkdirat = 34, SYS_unlinkat = 35, SYS_renameat = 38, SYS_faccessat = 48, SYS_uname = 160, SYS_geteuid = 175, SYS_setgroups = 159, SYS_setresuid = 147, SYS_setresgid = 149,
	SYS_fchmodat = 53, SYS_fchownat = 54, SYS_statx = 291,
};
#else
#error "no system call numbers for this architecture"
#endif

enum { SIGINT = 2, SIGPIPE = 13, SIGTERM = 15, SIGCHLD = 17, SIG_BLOCK = 0, SA_NOCLDSTOP = 1, WNOHANG = 1 };
enum {
	ENOENT = 2, EINTR = 4, EAGAIN = 11, EBUSY = 16, EPIPE = 32, ENETUNREACH = 101, ECONNRESET = 104, ETIMEDOUT = 110,
	ECONNREFUSED = 111, EHOSTUNREACH = 113, EINPROGRESS = 115,
};
enum { AF_INET = 2, AF_INET6 = 10, SOCK_STREAM = 1, SOCK_NONBLOCK = 04000, SHUT_WR = 1 };
enum { SOL_SOCKET = 1, SO_ERROR = 4, IPPROTO_TCP = 6, TCP_SYNCNT = 7 };
enum { AT_SYMLINK_NOFOLLOW = 0x100, AT_REMOVEDIR = 0x200 };
enum { O_WRONLY = 1, O_TRUNC = 01000 };
#if defined(__x86_64__)
enum { O_DIRECTORY = 0200000, O_NOFOLLOW = 0400000 };
#else
enum { O_DIRECTORY = 040000, O_NOFOLLOW = 0100000 };
#endif
enum { POLLIN = 1, POLLOUT = 4, AT_FDCWD = -100 };

typedef unsigned char byte;
typedef unsigned long sigset; /* bit n-1 stands for signal n */

struct timespec { long seconds, nanoseconds; };
struct pollfd { int fd; short events, revents; };
struct sockaddr { unsigned short family; byte port[2], rest[24]; }; /* room for sockaddr_in6 */
struct dirent { unsigned long ino; long off; unsigned short size; byte type; char name[]; };
struct utsname { char system[65], node[65], release[65], version[65], machine[65], domain[65]; };
struct statx {
	unsigned mask, block;
	unsigned long attributes;
	unsigned links, user, group;
	unsigned short mode, none;
	unsigned long inode, size, blocks, rest[25];
};
struct statfs { long type, block, blocks, free, available, files, nodes, id, name, fragment, rest[5]; };
struct sigaction { long handler, flags, restorer; sigset mask; };

/* One door under two names, so that a call with few arguments does not set the others. start.S */
long sys3(long number, long a, long b, long c);
long sys5(long number, long a, long b, long c, long d, long e);

static inline long read(int fd, void *buf, long n) { return sys3(SYS_read, fd, (long)buf, n); }
static inline long write(int fd, const void *buf, long n) { return sys3(SYS_write, fd, (long)buf, n); }
static inline long open(const char *path) { return sys3(SYS_openat, AT_FDCWD, (long)path, 0); }
static inline long open_to_write(const char *path)
{
	return sys5(SYS_openat, AT_FDCWD, (long)path, O_WRONLY | O_TRUNC, 0, 0);
}
static inline long open_folder(int in, const char *name)
{
	return sys5(SYS_openat, in, (long)name, O_DIRECTORY | O_NOFOLLOW, 0, 0);
}
static inline long statx(int in, const char *name, struct statx *is)
{
	return sys5(SYS_statx, in, (long)name, AT_SYMLINK_NOFOLLOW, 0x7ff, (long)is);
}
static inline long statfs(const char *path, struct statfs *is) { return sys3(SYS_statfs, (long)path, (long)is, 0); }
static inline long fchownat(int in, const char *name, long user, long group)
{
	return sys5(SYS_fchownat, in, (long)name, user, group, AT_SYMLINK_NOFOLLOW);
}
static inline long fchmodat(int in, const char *name, long mode)
{
	return sys5(SYS_fchmodat, in, (long)name, mode, 0, 0);
}
static inline long unlink(const char *path) { return sys3(SYS_unlinkat, AT_FDCWD, (long)path, 0); }
static inline long rmdir(const char *path) { return sys3(SYS_unlinkat, AT_FDCWD, (long)path, AT_REMOVEDIR); }
static inline long mkdir(const char *path) { return sys3(SYS_mkdirat, AT_FDCWD, (long)path, 0755); }
static inline long access(const char *path) { return sys3(SYS_faccessat, AT_FDCWD, (long)path, 0); }
static inline long rename(const char *from, const char *to)
{
	return sys5(SYS_renameat, AT_FDCWD, (long)from, AT_FDCWD, (long)to, 0);
}
/* device is that of the file behind a path: what struct stat begins with. 0 where there is no such file. */
static inline long device(const char *path)
{
	long stat[32];

	return sys5(SYS_newfstatat, AT_FDCWD, (long)path, (long)stat, 0, 0) < 0 ? 0 : stat[0];
}
static inline long uname(struct utsname *names) { return sys3(SYS_uname, (long)names, 0, 0); }
static inline long chdir(const char *path) { return sys3(SYS_chdir, (long)path, 0, 0); }
static inline long close(int fd) { return sys3(SYS_close, fd, 0, 0); }
static inline long getpid(void) { return sys3(SYS_getpid, 0, 0, 0); }

static inline long getdents(int fd, void *buf, long n)
{
	return sys3(SYS_getdents64, fd, (long)buf, n);
}

static inline long readlink(const char *path, char *buf, long n)
{
	return sys5(SYS_readlinkat, AT_FDCWD, (long)path, (long)buf, n, 0);
}

static inline long poll(struct pollfd *fds, long n, struct timespec *limit)
{
	/* The kernel writes the time that is left back into *limit, so one limit serves many calls. */
	return sys5(SYS_ppoll, (long)fds, n, (long)limit, 0, 0);
}

static inline _Noreturn void exit(int code)
{
	sys3(SYS_exit_group, code, 0, 0);
	__builtin_unreachable();
}

static inline long block(const sigset *set)
{
	return sys5(SYS_rt_sigprocmask, SIG_BLOCK, (long)set, 0, sizeof *set, 0);
}

#endif

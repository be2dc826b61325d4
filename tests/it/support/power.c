/* Stands between rosterd and the C library (LD_PRELOAD), for files below one folder: writes down everything that is done
 * to them, so that the disk after a power cut can be made from it; cuts the power before a chosen operation; and has a
 * disk that is full. power.rs reads what is written down.
 *
 *   POWER_ROOT=DIR   the folder; nothing else is looked at
 *   POWER_LOG=FILE   where operations are written down, in their order, with their bytes
 *   POWER_CUT=N      SIGKILL instead of the Nth operation
 *   POWER_FULL=N     from the Nth operation on there is no room: what would need some fails with ENOSPC
 *   POWER_ROOM=FILE  once this file is there, there is room again
 *
 * What goes to standard output is written down as well: it is what was acknowledged. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 65536
#define MORE 1 /* the operation needs room on the disk */

static char root[PATH_MAX];
static const char *room;
static int out = -1;
static long cut, full, count;
static unsigned char ours[FDS];
static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) static __typeof__(&name) real_##name
REAL(open64);
REAL(openat64);
REAL(close);
REAL(write);
REAL(pwrite64);
REAL(writev);
REAL(fsync);
REAL(fdatasync);
REAL(ftruncate64);
REAL(unlink);
REAL(rename);
REAL(mkdir);

__attribute__((constructor)) static void begin(void)
{
	const char *text;
#define FIND(name) real_##name = (__typeof__(real_##name))dlsym(RTLD_NEXT, #name)
	FIND(open64);
	FIND(openat64);
	FIND(close);
	FIND(write);
	FIND(pwrite64);
	FIND(writev);
	FIND(fsync);
	FIND(fdatasync);
	FIND(ftruncate64);
	FIND(unlink);
	FIND(rename);
	FIND(mkdir);
	if ((text = getenv("POWER_ROOT")) != NULL && strlen(text) < sizeof root)
		strcpy(root, text);
	if ((text = getenv("POWER_LOG")) != NULL)
		out = real_open64(text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if ((text = getenv("POWER_CUT")) != NULL)
		cut = atol(text);
	if ((text = getenv("POWER_FULL")) != NULL)
		full = atol(text);
	room = getenv("POWER_ROOM");
	if (out >= 0 && out < FDS)
		ours[out] = 0;
}

/* When the process ends nobody is between an operation and its note, or comes there any more. */
__attribute__((destructor)) static void end(void)
{
	pthread_mutex_lock(&one);
}

/* The absolute name of a path below the folder; NULL where it is none of ours. */
static const char *below(const char *path, char *name)
{
	size_t length = strlen(root);
	if (length == 0 || path == NULL)
		return NULL;
	if (path[0] == '/')
		snprintf(name, PATH_MAX, "%s", path);
	else {
		char folder[PATH_MAX];
		if (getcwd(folder, sizeof folder) == NULL || strlen(folder) + strlen(path) + 2 > PATH_MAX)
			return NULL;
		strcpy(name, folder);
		if (strcmp(path, ".") != 0) {
			strcat(name, "/");
			strcat(name, path);
		}
	}
	return strncmp(name, root, length) == 0 && (name[length] == '/' || name[length] == 0) ? name : NULL;
}

static int is_ours(int fd)
{
	return fd >= 0 && fd < FDS && ours[fd];
}

/* Writes an operation down: a letter, a descriptor, two numbers, and two texts with their lengths. */
static void note(char letter, int fd, int64_t first, int64_t second, const void *one_text, size_t one_length,
		 const void *other, size_t other_length)
{
	struct {
		int64_t letter, fd, first, second;
		uint64_t one, other;
	} head = { letter, fd, first, second, one_length, other_length };
	if (out < 0)
		return;
	syscall(SYS_write, out, &head, sizeof head);
	if (one_length > 0)
		syscall(SYS_write, out, one_text, one_length);
	if (other_length > 0)
		syscall(SYS_write, out, other, other_length);
}

/* One more operation is about to be done. Whether there is room for it. */
static int may(int kind)
{
	count++;
	if (cut > 0 && count == cut)
		for (;;)
			syscall(SYS_kill, getpid(), SIGKILL);
	if (full > 0 && count >= full && kind == MORE && (room == NULL || access(room, F_OK) != 0)) {
		errno = ENOSPC;
		return 0;
	}
	return 1;
}

static int opened(int at, const char *path, int flags, mode_t mode)
{
	char name[PATH_MAX];
	struct stat before;
	int fd, there, is_below = below(path, name) != NULL;
	if (!is_below)
		return real_openat64(at, path, flags, mode);
	pthread_mutex_lock(&one);
	there = stat(name, &before) == 0;
	if ((flags & O_CREAT) && !there && !may(MORE))
		fd = -1;
	else
		fd = real_openat64(at, path, flags, mode);
	if (fd >= 0 && fd < FDS) {
		ours[fd] = 1;
		note('n', fd, 0, (flags & O_TRUNC) != 0, name, strlen(name), NULL, 0);
	}
	pthread_mutex_unlock(&one);
	return fd;
}

#define MODE(flags)                                                                                                    \
	mode_t mode = 0;                                                                                               \
	if ((flags) & (O_CREAT | O_TMPFILE)) {                                                                         \
		va_list rest;                                                                                          \
		va_start(rest, flags);                                                                                 \
		mode = va_arg(rest, mode_t);                                                                           \
		va_end(rest);                                                                                          \
	}

int open64(const char *path, int flags, ...)
{
	MODE(flags)
	return opened(AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	MODE(flags)
	return opened(AT_FDCWD, path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...)
{
	MODE(flags)
	return at == AT_FDCWD ? opened(at, path, flags, mode) : real_openat64(at, path, flags, mode);
}

int close(int fd)
{
	int done;
	if (!is_ours(fd))
		return real_close(fd);
	pthread_mutex_lock(&one);
	ours[fd] = 0;
	done = real_close(fd);
	pthread_mutex_unlock(&one);
	return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at)
{
	ssize_t done;
	if (!is_ours(fd))
		return real_pwrite64(fd, bytes, length, at);
	pthread_mutex_lock(&one);
	done = may(MORE) ? real_pwrite64(fd, bytes, length, at) : -1;
	if (done > 0)
		note('w', fd, at, done, bytes, done, NULL, 0);
	pthread_mutex_unlock(&one);
	return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at)
{
	return pwrite64(fd, bytes, length, at);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
	ssize_t done;
	off_t at;
	if (fd == STDOUT_FILENO && out >= 0) {
		pthread_mutex_lock(&one);
		done = real_write(fd, bytes, length);
		if (done > 0)
			note('o', fd, 0, done, bytes, done, NULL, 0);
		pthread_mutex_unlock(&one);
		return done;
	}
	if (!is_ours(fd))
		return real_write(fd, bytes, length);
	pthread_mutex_lock(&one);
	at = lseek(fd, 0, SEEK_CUR);
	done = may(MORE) ? real_write(fd, bytes, length) : -1;
	if (done > 0)
		note('w', fd, at, done, bytes, done, NULL, 0);
	pthread_mutex_unlock(&one);
	return done;
}

/* The pieces one by one: who calls looks at how much was written. */
ssize_t writev(int fd, const struct iovec *pieces, int number)
{
	if (number < 1 || (!is_ours(fd) && fd != STDOUT_FILENO))
		return real_writev(fd, pieces, number);
	return write(fd, pieces[0].iov_base, pieces[0].iov_len);
}

static int synced(int fd, int (*real)(int))
{
	int done;
	if (!is_ours(fd))
		return real(fd);
	pthread_mutex_lock(&one);
	may(0);
	done = real(fd);
	if (done == 0)
		note('s', fd, 0, 0, NULL, 0, NULL, 0);
	pthread_mutex_unlock(&one);
	return done;
}

int fsync(int fd)
{
	return synced(fd, real_fsync);
}

int fdatasync(int fd)
{
	return synced(fd, real_fdatasync);
}

int ftruncate64(int fd, off64_t length)
{
	int done;
	if (!is_ours(fd))
		return real_ftruncate64(fd, length);
	pthread_mutex_lock(&one);
	may(0);
	done = real_ftruncate64(fd, length);
	if (done == 0)
		note('t', fd, length, 0, NULL, 0, NULL, 0);
	pthread_mutex_unlock(&one);
	return done;
}

int ftruncate(int fd, off_t length)
{
	return ftruncate64(fd, length);
}

int unlink(const char *path)
{
	char name[PATH_MAX];
	int done;
	if (below(path, name) == NULL)
		return real_unlink(path);
	pthread_mutex_lock(&one);
	may(0);
	done = real_unlink(path);
	if (done == 0)
		note('u', -1, 0, 0, name, strlen(name), NULL, 0);
	pthread_mutex_unlock(&one);
	return done;
}

int rename(const char *from, const char *to)
{
	char name[PATH_MAX], other[PATH_MAX];
	int done;
	if (below(from, name) == NULL || below(to, other) == NULL)
		return real_rename(from, to);
	pthread_mutex_lock(&one);
	may(0);
	done = real_rename(from, to);
	if (done == 0)
		note('r', -1, 0, 0, name, strlen(name), other, strlen(other));
	pthread_mutex_unlock(&one);
	return done;
}

int mkdir(const char *path, mode_t mode)
{
	char name[PATH_MAX];
	int done;
	if (below(path, name) == NULL)
		return real_mkdir(path, mode);
	pthread_mutex_lock(&one);
	done = may(MORE) ? real_mkdir(path, mode) : -1;
	if (done == 0)
		note('d', -1, 0, 0, name, strlen(name), NULL, 0);
	pthread_mutex_unlock(&one);
	return done;
}

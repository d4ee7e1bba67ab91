/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "base/packed.h"
#include "storage/backend.h"
#include "storage/journal_format.h"
#include "storage/system.h"

enum {
	NAME_TRIES = 100,
	PENDING_MAX = 256 << 10, /* bytes that wait for being written */
};

struct JournalWriter {
	const StateFolder *folder; /* borrowed */
	char name[JOURNAL_NAME_SIZE];
	int fd;
	uint64_t salt;
	uint64_t written; /* bytes in the file */
	StrBuf pending;   /* and behind them */
	bool failed;      /* what is in the file is not known any more */
	bool named;       /* the name is on disk */
};

uint32_t journal_checksum(uint64_t salt, uint64_t position, uint32_t kind,
			  const void *payload, size_t length)
{
	StrBuf place = {0};
	packed_add_u64(&place, salt);
	packed_add_u64(&place, position);
	packed_add_u32(&place, kind);
	packed_add_u64(&place, length);
	const uint32_t crc = crc32c(0, place.text, place.length);
	strbuf_free(&place);
	return crc32c(crc, payload, length);
}

JournalWriter *journal_writer_at(const StateFolder *folder, const char *name, int fd,
				 uint64_t salt, uint64_t position)
{
	JournalWriter *journal = calloc(1, sizeof(*journal));
	if (!journal) {
		(void)system_close(fd);
		return NULL;
	}
	journal->folder = folder;
	(void)snprintf(journal->name, sizeof(journal->name), "%s", name);
	journal->fd = fd;
	journal->salt = salt;
	journal->written = position;
	return journal;
}

/* ---- A new one ---- */

/* Names sort by the time they were made. */
static void draw_name(char *name, size_t size, const char *kind)
{
	struct timespec now = {0};
	uint16_t random = 0;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		random = (uint16_t)getpid();
	(void)snprintf(name, size, "%s-%010" PRIx64 "%08lx%04x" JOURNAL_SUFFIX, kind,
		       (uint64_t)now.tv_sec & 0xffffffffff, (unsigned long)now.tv_nsec,
		       (unsigned)random);
}

/* Lock it. False when somebody who took it for one that was left behind has removed it
 * meanwhile, as it was empty. */
static bool lock(int fd)
{
	struct stat st;
	int failed = 0;
	do {
		failed = flock(fd, LOCK_EX);
	} while (failed && errno == EINTR);
	return fstat(fd, &st) == 0 && st.st_nlink > 0;
}

static int create(const StateFolder *folder, const char *kind, char *name, size_t size)
{
	for (int i = 0; i < NAME_TRIES; i++) {
		draw_name(name, size, kind);
		const int fd = system_openat(
			folder->fd, name,
			O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0 && lock(fd))
			return fd;
		if (fd >= 0)
			(void)system_close(fd);
		else if (errno != EEXIST)
			break;
	}
	return -1;
}

static void add_header(JournalWriter *journal, const char *kind)
{
	char padded[JOURNAL_KIND_MAX] = {0};
	StrBuf *out = &journal->pending;
	memcpy(padded, kind, strnlen(kind, sizeof(padded)));
	strbuf_add(out, JOURNAL_MAGIC, JOURNAL_MAGIC_SIZE);
	packed_add_u32(out, JOURNAL_VERSION);
	strbuf_add(out, padded, sizeof(padded));
	packed_add_u64(out, journal->salt);
	packed_add_u32(out, crc32c(0, out->text, out->length));
}

MhexStatus journal_create(JournalWriter **out, const StateFolder *folder,
			  const char *kind, MhexError *err)
{
	char name[JOURNAL_NAME_SIZE];
	uint64_t salt = 0;
	*out = NULL;
	const int fd = create(folder, kind, name, sizeof(name));
	if (fd < 0)
		return mhex_fail_errno(err, "%s: no journal can be made there",
				       folder->path);
	if (getrandom(&salt, sizeof(salt), GRND_NONBLOCK) < 0)
		salt = (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid();
	JournalWriter *journal = journal_writer_at(folder, name, fd, salt, 0);
	if (journal) {
		add_header(journal, kind);
		*out = journal;
		return MHEX_OK;
	}
	(void)system_unlinkat(folder->fd, name, 0);
	return mhex_fail(err, MHEX_E_NOMEM, "%s: out of memory", folder->path);
}

/* ---- Room ---- */

static MhexStatus fail_space(const JournalWriter *journal, uint64_t bytes,
			     const char *reason, MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOSPACE,
			 "%s: no room for a journal of %" PRIu64 " bytes: %s",
			 journal->folder->path, bytes, reason);
}

/* Where blocks cannot be reserved. */
static MhexStatus look_for_room(const JournalWriter *journal, uint64_t bytes,
				MhexError *err)
{
	struct statvfs fs;
	if (system_fstatvfs(journal->fd, &fs) < 0 || fs.f_blocks == 0 ||
	    bytes / fs.f_frsize < fs.f_bavail)
		return MHEX_OK;
	return fail_space(journal, bytes, strerror(ENOSPC), err);
}

MhexStatus journal_reserve(JournalWriter *journal, uint64_t bytes, MhexError *err)
{
	struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
	(void)getrlimit(RLIMIT_FSIZE, &limit);
	if ((limit.rlim_cur != RLIM_INFINITY && bytes > limit.rlim_cur) ||
	    bytes > INT64_MAX)
		return fail_space(journal, bytes, strerror(EFBIG), err);
	int failed = 0;
	do {
		failed = system_fallocate(journal->fd, FALLOC_FL_KEEP_SIZE, 0,
					  (off_t)bytes);
	} while (failed && errno == EINTR);
	if (!failed)
		return MHEX_OK;
	if (errno == EOPNOTSUPP || errno == ENOSYS)
		return look_for_room(journal, bytes, err);
	return fail_space(journal, bytes, strerror(errno), err);
}

/* ---- Records ---- */

static MhexStatus fail_write(JournalWriter *journal, const char *what, MhexError *err)
{
	journal->failed = true;
	return mhex_fail_errno(err, "%s/%s: %s", journal->folder->path, journal->name,
			       what);
}

MhexStatus journal_flush(JournalWriter *journal, MhexError *err)
{
	StrBuf *pending = &journal->pending;
	if (pending->failed) {
		journal->failed = true;
		return mhex_fail(err, MHEX_E_NOMEM, "no memory for the journal");
	}
	if (journal->failed) {
		errno = EIO;
		return fail_write(journal, "the journal is broken", err);
	}
	const size_t put = backend_write(journal->fd, strbuf_text(pending),
					 pending->length, journal->written);
	if (put < pending->length)
		return fail_write(journal, "the journal cannot be written", err);
	journal->written += put;
	strbuf_clear(pending);
	return MHEX_OK;
}

MhexStatus journal_append(JournalWriter *journal, uint32_t kind, const void *payload,
			  size_t length, MhexError *err)
{
	StrBuf *pending = &journal->pending;
	const uint32_t crc = journal_checksum(journal->salt, journal_size(journal), kind,
					      payload, length);
	packed_add_u32(pending, kind);
	packed_add_u32(pending, (uint32_t)length);
	packed_add_u32(pending, crc);
	strbuf_add(pending, payload, length);
	const bool now =
		pending->length >= PENDING_MAX || pending->failed || journal->failed;
	return now ? journal_flush(journal, err) : MHEX_OK;
}

MhexStatus journal_sync(JournalWriter *journal, MhexError *err)
{
	const MhexStatus status = journal_flush(journal, err);
	if (status)
		return status;
	if (system_fdatasync(journal->fd) < 0)
		return fail_write(journal, "the journal did not reach the disk", err);
	if (!journal->named && system_fsync(journal->folder->fd) < 0)
		return fail_write(journal, "its folder did not reach the disk", err);
	journal->named = true;
	return MHEX_OK;
}

MhexStatus journal_rewind(JournalWriter *journal, uint64_t position, MhexError *err)
{
	const MhexStatus status = journal_flush(journal, err);
	if (!status)
		journal->written = position;
	return status;
}

const char *journal_name(const JournalWriter *journal)
{
	return journal->name;
}

uint64_t journal_size(const JournalWriter *journal)
{
	return journal->written + journal->pending.length;
}

/* ---- Its end ---- */

void journal_close(JournalWriter *journal)
{
	if (!journal)
		return;
	(void)system_close(journal->fd);
	strbuf_free(&journal->pending);
	free(journal);
}

MhexStatus journal_unlink(const StateFolder *folder, const char *name, MhexError *err)
{
	if (system_unlinkat(folder->fd, name, 0) < 0 && errno != ENOENT)
		return mhex_fail_errno(err, "%s/%s: the journal cannot be removed",
				       folder->path, name);
	if (system_fsync(folder->fd) < 0)
		return mhex_fail_errno(err,
				       "%s: the folder of the journal did not reach the "
				       "disk",
				       folder->path);
	return MHEX_OK;
}

MhexStatus journal_remove(JournalWriter *journal, MhexError *err)
{
	if (!journal)
		return MHEX_OK;
	const MhexStatus status = journal_unlink(journal->folder, journal->name, err);
	journal_close(journal);
	return status;
}

void journal_discard(JournalWriter *journal)
{
	if (!journal)
		return;
	(void)system_unlinkat(journal->folder->fd, journal->name, 0);
	journal_close(journal);
}

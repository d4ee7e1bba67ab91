/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "base/packed.h"
#include "storage/journal_format.h"
#include "storage/system.h"

struct JournalReader {
	const StateFolder *folder; /* borrowed */
	char name[JOURNAL_NAME_SIZE];
	int fd;
	JournalHeader header;
	uint64_t next; /* where the next record begins */
	uint64_t size; /* of the file */
	uint8_t *payload;
	size_t capacity;
};

/* ---- Opening ---- */

static MhexStatus refuse(const JournalReader *journal, const char *reason, MhexError *err)
{
	return mhex_fail(err, MHEX_E_UNSUPPORTED, "%s/%s: %s", journal->folder->path,
			 journal->name, reason);
}

static MhexStatus fail_errno(const JournalReader *journal, MhexError *err)
{
	return mhex_fail_errno(err, "%s/%s", journal->folder->path, journal->name);
}

static MhexStatus gone(const JournalReader *journal, MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOTFOUND, "%s/%s: the journal is gone",
			 journal->folder->path, journal->name);
}

/* Could others have written to it? */
static MhexStatus check_owner(const JournalReader *journal, const struct stat *st,
			      MhexError *err)
{
	if (!S_ISREG(st->st_mode))
		return refuse(journal, "not a regular file", err);
	if (st->st_uid != geteuid())
		return refuse(journal, "belongs to another user", err);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return refuse(journal, "other users may write to it", err);
	return MHEX_OK;
}

static MhexStatus lock(JournalReader *journal, MhexError *err)
{
	struct stat st;
	if (flock(journal->fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return fail_errno(journal, err);
		return mhex_fail(err, MHEX_E_BUSY,
				 "%s/%s: another mhex is still writing it",
				 journal->folder->path, journal->name);
	}
	if (fstat(journal->fd, &st) < 0)
		return fail_errno(journal, err);
	if (st.st_nlink == 0)
		return gone(journal, err);
	if (st.st_nlink > 1)
		return refuse(journal, "it has several names (hard links)", err);
	journal->size = (uint64_t)st.st_size;
	if (journal->size > 0)
		return MHEX_OK;
	(void)system_unlinkat(journal->folder->fd, journal->name, 0);
	return gone(journal, err);
}

/* Fewer bytes than length: the file ends there. */
static MhexStatus read_at(const JournalReader *journal, uint64_t offset, void *dst,
			  size_t length, size_t *got, MhexError *err)
{
	*got = 0;
	while (*got < length) {
		const ssize_t part = system_pread(journal->fd, (char *)dst + *got,
						  length - *got, (off_t)(offset + *got));
		if (part < 0 && errno == EINTR)
			continue;
		if (part < 0)
			return fail_errno(journal, err);
		if (part == 0)
			break;
		*got += (size_t)part;
	}
	return MHEX_OK;
}

static MhexStatus read_header(JournalReader *journal, MhexError *err)
{
	uint8_t bytes[JOURNAL_HEADER_SIZE];
	size_t got = 0;
	const MhexStatus status = read_at(journal, 0, bytes, sizeof(bytes), &got, err);
	if (status)
		return status;
	if (got < sizeof(bytes) || memcmp(bytes, JOURNAL_MAGIC, JOURNAL_MAGIC_SIZE) != 0)
		return refuse(journal, "not a journal of mhex", err);
	const size_t covered = sizeof(bytes) - sizeof(uint32_t);
	Unpack from = {.at = bytes + JOURNAL_MAGIC_SIZE,
		       .left = sizeof(bytes) - JOURNAL_MAGIC_SIZE};
	const uint32_t version = unpack_u32(&from);
	if (version != JOURNAL_VERSION)
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "%s/%s: a journal of version %u, this mhex knows %d",
				 journal->folder->path, journal->name, version,
				 JOURNAL_VERSION);
	memcpy(journal->header.kind, from.at, JOURNAL_KIND_MAX);
	from.at += JOURNAL_KIND_MAX;
	from.left -= JOURNAL_KIND_MAX;
	journal->header.salt = unpack_u64(&from);
	if (unpack_u32(&from) != crc32c(0, bytes, covered))
		return refuse(journal, "its beginning is damaged", err);
	return MHEX_OK;
}

/* Its owner has the lock. */
static MhexStatus check_living(JournalReader *journal, const struct stat *st,
			       MhexError *err)
{
	journal->size = (uint64_t)st->st_size;
	if (flock(journal->fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_NOTFOUND, "%s/%s: nobody writes it",
			 journal->folder->path, journal->name);
}

static MhexStatus open_file(JournalReader *journal, bool living, MhexError *err)
{
	struct stat st;
	const int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	if (fstatat(journal->folder->fd, journal->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? gone(journal, err) : fail_errno(journal, err);
	/* Before it is opened: to open a FIFO or a device can do something. */
	MhexStatus status = check_owner(journal, &st, err);
	if (status)
		return status;
	journal->fd = system_openat(journal->folder->fd, journal->name, flags);
	if (journal->fd < 0 || fstat(journal->fd, &st) < 0)
		return errno == ENOENT ? gone(journal, err) : fail_errno(journal, err);
	status = check_owner(journal, &st, err);
	if (!status)
		status = living ? check_living(journal, &st, err) : lock(journal, err);
	return status ? status : read_header(journal, err);
}

static MhexStatus open_journal(JournalReader **out, const StateFolder *folder,
			       const char *name, bool living, MhexError *err)
{
	*out = NULL;
	JournalReader *journal = calloc(1, sizeof(*journal));
	if (!journal)
		return mhex_fail(err, MHEX_E_NOMEM, "%s/%s: out of memory", folder->path,
				 name);
	journal->folder = folder;
	journal->fd = -1;
	journal->next = JOURNAL_HEADER_SIZE;
	(void)snprintf(journal->name, sizeof(journal->name), "%s", name);
	const MhexStatus status = open_file(journal, living, err);
	if (status)
		journal_reader_close(journal);
	else
		*out = journal;
	return status;
}

MhexStatus journal_open(JournalReader **out, const StateFolder *folder, const char *name,
			MhexError *err)
{
	return open_journal(out, folder, name, false, err);
}

MhexStatus journal_open_living(JournalReader **out, const StateFolder *folder,
			       const char *name, MhexError *err)
{
	return open_journal(out, folder, name, true, err);
}

void journal_reader_close(JournalReader *journal)
{
	if (!journal)
		return;
	if (journal->fd >= 0)
		(void)system_close(journal->fd);
	free(journal->payload);
	free(journal);
}

MhexStatus journal_reader_unlink(const JournalReader *journal, MhexError *err)
{
	return journal_unlink(journal->folder, journal->name, err);
}

void journal_reader_discard(JournalReader *journal)
{
	(void)system_unlinkat(journal->folder->fd, journal->name, 0);
	journal_reader_close(journal);
}

MhexStatus journal_reader_remove(JournalReader *journal, MhexError *err)
{
	const MhexStatus status = journal_reader_unlink(journal, err);
	journal_reader_close(journal);
	return status;
}

const char *journal_reader_name(const JournalReader *journal)
{
	return journal->name;
}

const char *journal_reader_kind(const JournalReader *journal)
{
	return journal->header.kind;
}

uint64_t journal_reader_size(const JournalReader *journal)
{
	return journal->size;
}

/* ---- Records ---- */

static MhexStatus end(const JournalReader *journal, MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOTFOUND, "%s/%s: no further record",
			 journal->folder->path, journal->name);
}

static bool make_room(JournalReader *journal, size_t length)
{
	return array_grow(&journal->payload, &journal->capacity, length ? length : 1, 1);
}

/* Of the next record; its payload is not read. */
static MhexStatus read_head(const JournalReader *journal, JournalRecord *record,
			    uint32_t *crc, MhexError *err)
{
	uint8_t head[JOURNAL_RECORD_SIZE];
	size_t got = 0;
	const MhexStatus status =
		read_at(journal, journal->next, head, sizeof(head), &got, err);
	if (status || got < sizeof(head))
		return status ? status : end(journal, err);
	Unpack from = {.at = head, .left = sizeof(head)};
	*record = (JournalRecord){.position = journal->next};
	record->kind = unpack_u32(&from);
	record->length = unpack_u32(&from);
	*crc = unpack_u32(&from);
	const uint64_t begin = journal->next + JOURNAL_RECORD_SIZE;
	if (record->length > JOURNAL_PAYLOAD_MAX || begin > journal->size ||
	    record->length > journal->size - begin)
		return end(journal, err);
	return MHEX_OK;
}

static void step_over(JournalReader *journal, const JournalRecord *record)
{
	journal->next = record->position + JOURNAL_RECORD_SIZE + record->length;
}

MhexStatus journal_next(JournalReader *journal, JournalRecord *record, MhexError *err)
{
	uint32_t crc = 0;
	size_t got = 0;
	MhexStatus status = read_head(journal, record, &crc, err);
	if (status)
		return status;
	if (!make_room(journal, record->length))
		return mhex_fail(err, MHEX_E_NOMEM, "no memory for a record");
	record->payload = journal->payload;
	status = read_at(journal, journal->next + JOURNAL_RECORD_SIZE, journal->payload,
			 record->length, &got, err);
	if (status)
		return status;
	if (got < record->length ||
	    journal_checksum(journal->header.salt, journal->next, record->kind,
			     journal->payload, record->length) != crc)
		return end(journal, err);
	step_over(journal, record);
	return MHEX_OK;
}

MhexStatus journal_skip(JournalReader *journal, JournalRecord *record, MhexError *err)
{
	uint32_t crc = 0;
	const MhexStatus status = read_head(journal, record, &crc, err);
	if (!status)
		step_over(journal, record);
	return status;
}

void journal_seek(JournalReader *journal, uint64_t position)
{
	struct stat st;
	if (fstat(journal->fd, &st) == 0)
		journal->size = (uint64_t)st.st_size;
	journal->next = position > 0 ? position : JOURNAL_HEADER_SIZE;
}

uint64_t journal_position(const JournalReader *journal)
{
	return journal->next;
}

bool journal_is_torn(const JournalReader *journal)
{
	return journal->next < journal->size;
}

MhexStatus journal_resume(JournalWriter **out, JournalReader *journal, MhexError *err)
{
	*out = NULL;
	if (system_ftruncate(journal->fd, (off_t)journal->next) < 0) {
		const MhexStatus status = fail_errno(journal, err);
		journal_reader_close(journal);
		return status;
	}
	*out = journal_writer_at(journal->folder, journal->name, journal->fd,
				 journal->header.salt, journal->next);
	journal->fd = -1;
	journal_reader_close(journal);
	return *out ? MHEX_OK : mhex_fail(err, MHEX_E_NOMEM, "no memory for the journal");
}

MhexStatus journal_write_into(JournalWriter **out, const JournalReader *journal,
			      uint64_t position, MhexError *err)
{
	*out = NULL;
	const int fd = fcntl(journal->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return fail_errno(journal, err);
	*out = journal_writer_at(journal->folder, journal->name, fd, journal->header.salt,
				 position);
	return *out ? MHEX_OK : mhex_fail(err, MHEX_E_NOMEM, "no memory for the journal");
}

/* ---- All of them ---- */

/* "save-….journal" */
static bool parse_name(JournalEntry *entry, const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	const size_t length = strlen(name);
	const size_t suffix = strlen(JOURNAL_SUFFIX);
	const size_t kind = strspn(name, letters);
	if (length >= sizeof(entry->name) || length < suffix || kind == 0 ||
	    kind > JOURNAL_KIND_MAX || name[kind] != '-' ||
	    strcmp(name + length - suffix, JOURNAL_SUFFIX) != 0)
		return false;
	memset(entry, 0, sizeof(*entry));
	memcpy(entry->name, name, length);
	memcpy(entry->kind, name, kind);
	return true;
}

/* The time is in the name, behind the kind. */
static int compare(const void *a, const void *b)
{
	const JournalEntry *first = a;
	const JournalEntry *second = b;
	const int by_time = strcmp(first->name + strlen(first->kind),
				   second->name + strlen(second->kind));
	return by_time ? by_time : strcmp(first->name, second->name);
}

MhexStatus journal_list(JournalList *out, const StateFolder *folder, MhexError *err)
{
	*out = (JournalList){0};
	const int fd = system_openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	if (!entries) {
		const MhexStatus status = mhex_fail_errno(err, "%s", folder->path);
		if (fd >= 0)
			(void)system_close(fd);
		return status;
	}
	bool enough = true;
	for (struct dirent *found = readdir(entries); found && enough;
	     found = readdir(entries)) {
		JournalEntry entry;
		if (parse_name(&entry, found->d_name))
			enough = ARRAY_PUSH(out, entry);
	}
	(void)closedir(entries);
	if (!enough) {
		ARRAY_FREE(out);
		return mhex_fail(err, MHEX_E_NOMEM, "%s: out of memory", folder->path);
	}
	if (out->count > 0)
		qsort(out->items, out->count, sizeof(out->items[0]), compare);
	return MHEX_OK;
}

/* One that is no journal, or another user's, stays: it takes no part. */
static bool discard_closed(const StateFolder *folder, const char *name)
{
	JournalReader *journal = NULL;
	(void)journal_open(&journal, folder, name, NULL);
	if (!journal)
		return false;
	journal_reader_discard(journal);
	return true;
}

void journal_prune(const StateFolder *folder, const char *kind, size_t count,
		   uint64_t bytes)
{
	JournalList list;
	if (journal_list(&list, folder, NULL))
		return;
	/* From the newest on: what is behind those that may stay goes. */
	for (size_t i = list.count; i-- > 0;) {
		struct stat st;
		const JournalEntry *entry = &list.items[i];
		if (strcmp(entry->kind, kind) != 0 ||
		    fstatat(folder->fd, entry->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		const uint64_t size = st.st_size > 0 ? (uint64_t)st.st_size : 0;
		if ((count == 0 || size > bytes) && discard_closed(folder, entry->name))
			continue;
		count -= count > 0;
		bytes -= size < bytes ? size : bytes;
	}
	ARRAY_FREE(&list);
}

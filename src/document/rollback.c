/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/packed.h"
#include "document/rollback_format.h"
#include "storage/file_identity.h"

enum {
	RESERVE_MIN = 2 << 20 /* what is smaller is known when it has been written */
};

struct Rollback {
	StateFolder folder;
	JournalWriter *journal;
	StrBuf record;
	uint64_t changes;
	uint64_t mark; /* 0: behind the last record */
};

uint64_t rollback_room(uint64_t bytes)
{
	if (bytes > INT64_MAX / 4)
		return UINT64_MAX;
	return 2 * bytes +
	       bytes / ROLLBACK_CHUNK_MAX * (JOURNAL_RECORD_SIZE + ROLLBACK_CHANGE_HEAD);
}

static MhexStatus add_record(Rollback *rollback, uint32_t kind, MhexError *err)
{
	StrBuf *record = &rollback->record;
	if (record->failed)
		return mhex_fail(err, MHEX_E_NOMEM, "no memory for the journal");
	const MhexStatus status = journal_append(
		rollback->journal, kind, strbuf_text(record), record->length, err);
	strbuf_clear(record);
	return status;
}

static MhexStatus add_file(Rollback *rollback, const Storage *file, const char *path,
			   MhexError *err)
{
	FileIdentity identity;
	const MhexStatus status =
		file_identity_get(&identity, storage_fd(file), path, err);
	if (status)
		return status;
	identity.size = storage_size(file); /* that of a device, too */
	file_identity_encode(&identity, &rollback->record);
	file_identity_free(&identity);
	return add_record(rollback, ROLLBACK_FILE, err);
}

static MhexStatus begin(Rollback *rollback, const Storage *file, const char *path,
			uint64_t room, MhexError *err)
{
	MhexStatus status = state_folder_open(&rollback->folder, true, err);
	if (!status)
		status = journal_create(&rollback->journal, &rollback->folder,
					RECOVERY_JOURNAL_KIND, err);
	if (!status && room >= RESERVE_MIN)
		status = journal_reserve(rollback->journal, room, err);
	return status ? status : add_file(rollback, file, path, err);
}

MhexStatus rollback_open(Rollback **out, const Storage *file, const char *path,
			 uint64_t room, MhexError *err)
{
	*out = NULL;
	Rollback *rollback = calloc(1, sizeof(*rollback));
	if (!rollback)
		return mhex_fail(err, MHEX_E_NOMEM, "no memory for the journal");
	rollback->folder.fd = -1;
	const MhexStatus status = begin(rollback, file, path, room, err);
	if (status)
		(void)rollback_end(rollback, NULL);
	else
		*out = rollback;
	return status;
}

MhexStatus rollback_add(Rollback *rollback, uint64_t offset, const uint8_t *old,
			const uint8_t *now, size_t length, MhexError *err)
{
	packed_add_u64(&rollback->record, offset);
	strbuf_add(&rollback->record, old, length);
	strbuf_add(&rollback->record, now, length);
	rollback->changes++;
	return add_record(rollback, ROLLBACK_CHANGE, err);
}

MhexStatus rollback_ready(Rollback *rollback, uint64_t size, MhexError *err)
{
	packed_add_u64(&rollback->record, rollback->changes);
	packed_add_u64(&rollback->record, size);
	const MhexStatus status = add_record(rollback, ROLLBACK_READY, err);
	return status ? status : journal_sync(rollback->journal, err);
}

JournalWriter *rollback_writer(Rollback *rollback)
{
	return rollback->journal;
}

void rollback_set_mark(Rollback *rollback, uint64_t position)
{
	rollback->mark = position;
}

static void free_rollback(Rollback *rollback)
{
	state_folder_close(&rollback->folder);
	strbuf_free(&rollback->record);
	free(rollback);
}

MhexStatus rollback_end(Rollback *rollback, MhexError *err)
{
	if (!rollback)
		return MHEX_OK;
	const MhexStatus status = journal_remove(rollback->journal, err);
	free_rollback(rollback);
	return status;
}

/* Without the mark it is a journal like others, so a failure does not matter. */
void rollback_mark_failed(Rollback *rollback)
{
	if (rollback->mark && journal_rewind(rollback->journal, rollback->mark, NULL))
		return;
	if (!journal_append(rollback->journal, ROLLBACK_FAILED, "", 0, NULL))
		(void)journal_sync(rollback->journal, NULL);
}

void rollback_leave(Rollback *rollback)
{
	journal_close(rollback->journal);
	free_rollback(rollback);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/packed.h"
#include "document/recovery.h"
#include "document/rollback_format.h"
#include "fuzz/scratch.h"
#include "storage/file_identity.h"
#include "storage/guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	FILE_SIZE = 200,
	BYTES_MAX = 256 /* of the file, before or after */
};

static const Scratch *scratch;

typedef struct {
	uint8_t old[BYTES_MAX], now[BYTES_MAX]; /* as the journal says */
	uint8_t changed[BYTES_MAX];
	size_t end, new_size;
	uint64_t changes;
	bool sound, ready;
} Model;

static int make_file(const uint8_t *bytes, size_t size)
{
	const int fd = open(scratch->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	scratch_check(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	return fd;
}

static void append(JournalWriter *journal, uint32_t kind, StrBuf *record)
{
	scratch_check(journal_append(journal, kind, strbuf_text(record), record->length,
				     NULL) == MHEX_OK);
	strbuf_clear(record);
}

static void write_identity(JournalWriter *journal, int fd, StrBuf *record)
{
	FileIdentity identity;
	scratch_check(file_identity_get(&identity, fd, scratch->path, NULL) == MHEX_OK);
	file_identity_encode(&identity, record);
	file_identity_free(&identity);
	append(journal, ROLLBACK_FILE, record);
}

/* offset, length and what is new, taken from three bytes. */
static void write_change(JournalWriter *journal, Model *model, const uint8_t *data,
			 StrBuf *record)
{
	const size_t offset = data[0];
	const size_t length = data[1] % 32;
	packed_add_u64(record, offset);
	strbuf_add(record, model->old + offset,
		   offset + length <= BYTES_MAX ? length : BYTES_MAX - offset);
	while (record->length < 8 + length)
		strbuf_add_char(record, 0);
	for (size_t i = 0; i < length; i++)
		strbuf_add_char(record, (char)(data[2] + i));
	append(journal, ROLLBACK_CHANGE, record);
	model->changes++;
	if (length == 0 || offset < model->end || offset + length > BYTES_MAX) {
		model->sound = false;
		return;
	}
	for (size_t i = 0; i < length; i++) {
		model->now[offset + i] = (uint8_t)(data[2] + i);
		model->changed[offset + i] = 1;
	}
	model->end = offset + length;
}

static void write_ready(JournalWriter *journal, Model *model, const uint8_t *data,
			StrBuf *record)
{
	const uint64_t changes = model->changes + data[1] % 8 / 7;
	model->new_size = data[0] % 3 == 0 ? data[2] : FILE_SIZE;
	packed_add_u64(record, changes);
	packed_add_u64(record, model->new_size);
	append(journal, ROLLBACK_READY, record);
	const size_t larger =
		model->new_size > FILE_SIZE ? model->new_size : (size_t)FILE_SIZE;
	model->ready = true;
	if (changes != model->changes || model->end > larger)
		model->sound = false;
}

/* Four bytes are a record, with a checksum that is right. */
static void write_journal(Model *model, int fd, const uint8_t *data, size_t size)
{
	JournalWriter *journal = NULL;
	StrBuf record = {0};
	scratch_check(journal_create(&journal, &scratch->state, RECOVERY_JOURNAL_KIND,
				     NULL) == MHEX_OK);
	write_identity(journal, fd, &record);
	for (; size >= 4 && !model->ready; data += 4, size -= 4) {
		if (data[0] % 8 < 6) {
			write_change(journal, model, data + 1, &record);
		} else if (data[0] % 8 == 6) {
			write_ready(journal, model, data + 1, &record);
		} else {
			strbuf_add(&record, data, data[1] % 5);
			append(journal, data[2], &record);
			model->sound = false;
			model->ready = true;
		}
	}
	scratch_check(journal_flush(journal, NULL) == MHEX_OK);
	journal_close(journal);
	strbuf_free(&record);
}

static size_t read_file(uint8_t *bytes)
{
	const int fd = open(scratch->path, O_RDONLY | O_CLOEXEC);
	const ssize_t got = read(fd, bytes, 2 * BYTES_MAX);
	scratch_check(got >= 0);
	(void)close(fd);
	return (size_t)got;
}

/* Whatever records a journal holds and whatever the file: it becomes what the journal
 * says in one of the two ways, or stays as it is. */
static void recover(const Model *model, RecoveryWay way)
{
	Recovery *recovery = NULL;
	uint8_t before[2 * BYTES_MAX] = {0}, after[2 * BYTES_MAX] = {0};
	const size_t size_before = read_file(before);
	bool done = false;
	if (recovery_find(&recovery, scratch->path, NULL) == MHEX_OK) {
		scratch_check(model->sound && model->ready);
		done = recovery_run(recovery, way, NULL) == MHEX_OK;
		if (!done)
			recovery_close(recovery);
	}
	const size_t size_after = read_file(after);
	if (!done) {
		scratch_check(size_after == size_before &&
			      memcmp(before, after, size_before) == 0);
		return;
	}
	const uint8_t *want = way == RECOVERY_FORWARD ? model->now : model->old;
	if (model->new_size != FILE_SIZE)
		scratch_check(
			size_after ==
			(way == RECOVERY_FORWARD ? model->new_size : (size_t)FILE_SIZE));
	for (size_t i = 0; i < size_before && i < BYTES_MAX; i++)
		scratch_check(!model->changed[i] || before[i] == model->old[i] ||
			      before[i] == model->now[i]);
	for (size_t i = 0; i < size_after && i < BYTES_MAX; i++)
		scratch_check(after[i] == (model->changed[i] ? want[i] : before[i]));
}

/* The file as a save has left it that was interrupted: how[1] says which of the new bytes
 * are there, how[0] that others have written as well, or have cut it. */
static void interrupt(const Model *model, int fd, const uint8_t *how)
{
	uint8_t bytes[BYTES_MAX] = {0};
	const size_t reach =
		model->new_size > FILE_SIZE && how[1] % 2 ? model->new_size : FILE_SIZE;
	memcpy(bytes, model->old, FILE_SIZE);
	for (size_t i = 0; i < reach; i++)
		if (model->changed[i] && (i * how[1] >> 3) % 3 == 1)
			bytes[i] = (uint8_t)(model->now[i] ^ (how[0] / 8 == 31));
	scratch_check(pwrite(fd, bytes, reach, 0) == (ssize_t)reach);
	if (how[0] % 8 == 7)
		scratch_check(ftruncate(fd, how[1]) == 0);
}

/* The first two bytes: the way, and how much of the new bytes is in the file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Model model = {.sound = true, .new_size = FILE_SIZE};
	if (size < 2)
		return 0;
	if (!scratch) {
		scratch = scratch_open();
		guard_install();
	}
	for (size_t i = 0; i < FILE_SIZE; i++)
		model.old[i] = (uint8_t)(i * 7 + 1);
	memcpy(model.now, model.old, sizeof(model.now));
	const int fd = make_file(model.old, FILE_SIZE);
	write_journal(&model, fd, data + 2, size - 2);
	interrupt(&model, fd, data);
	(void)close(fd);
	recover(&model, data[0] % 2 ? RECOVERY_FORWARD : RECOVERY_BACK);
	scratch_remove_journals();
	return 0;
}

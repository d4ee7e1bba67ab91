/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/scratch.h"
#include "storage/journal_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	RECORDS = 6,
	RECORD_MAX = 64,
	IMAGE_MAX = JOURNAL_HEADER_SIZE + RECORDS * (JOURNAL_RECORD_SIZE + RECORD_MAX),
	FILE_MAX = 4096
};

/* A journal as it was written. Its file takes what becomes of it. */
static struct {
	const StateFolder *folder; /* NULL: not made yet */
	char name[JOURNAL_NAME_SIZE];
	int fd;
	uint8_t image[IMAGE_MAX];
	size_t length;
} journal;

static uint8_t byte_of(size_t record, size_t at)
{
	return (uint8_t)(record * 37 + at * 11);
}

static size_t length_of(size_t record)
{
	return record * 13 % RECORD_MAX;
}

static void write_records(JournalWriter *writer)
{
	uint8_t payload[RECORD_MAX];
	for (size_t i = 0; i < RECORDS; i++) {
		for (size_t at = 0; at < length_of(i); at++)
			payload[at] = byte_of(i, at);
		scratch_check(journal_append(writer, (uint32_t)i, payload, length_of(i),
					     NULL) == MHEX_OK);
	}
	scratch_check(journal_flush(writer, NULL) == MHEX_OK);
}

static void set_up(void)
{
	JournalWriter *writer = NULL;
	journal.folder = &scratch_open()->state;
	scratch_check(journal_create(&writer, journal.folder, "save", NULL) == MHEX_OK);
	(void)snprintf(journal.name, sizeof(journal.name), "%s", journal_name(writer));
	write_records(writer);
	journal_close(writer);
	journal.fd = openat(journal.folder->fd, journal.name, O_RDWR | O_CLOEXEC);
	const ssize_t got = pread(journal.fd, journal.image, IMAGE_MAX, 0);
	scratch_check(got > JOURNAL_HEADER_SIZE);
	journal.length = (size_t)got;
}

static void put(const uint8_t *bytes, size_t length)
{
	scratch_check(pwrite(journal.fd, bytes, length, 0) == (ssize_t)length);
	scratch_check(ftruncate(journal.fd, (off_t)length) == 0);
}

/* Three bytes are a place and what is flipped there; an odd one at the end cuts. The
 * length that is left. */
static size_t damage(uint8_t *bytes, const uint8_t *data, size_t size)
{
	for (; size >= 3; data += 3, size -= 3) {
		uint8_t *byte = &bytes[(data[0] | data[1] << 8) % journal.length];
		*byte = (uint8_t)(*byte ^ data[2]);
	}
	return journal.length - (size == 1 ? data[0] % journal.length : 0);
}

/* However a journal is damaged: what it gives are records as they were written, from the
 * first on, none left out. */
static void expect_beginning(void)
{
	JournalReader *reader = NULL;
	JournalRecord record;
	if (journal_open(&reader, journal.folder, journal.name, NULL))
		return;
	for (size_t i = 0; journal_next(reader, &record, NULL) == MHEX_OK; i++) {
		scratch_check(i < RECORDS && record.kind == i &&
			      record.length == length_of(i));
		for (size_t at = 0; at < record.length; at++)
			scratch_check(record.payload[at] == byte_of(i, at));
	}
	journal_reader_close(reader);
}

/* Bytes that never were a journal, behind a header that is one. */
static void read_garbage(void)
{
	JournalReader *reader = NULL;
	JournalRecord record;
	scratch_check(journal_open(&reader, journal.folder, journal.name, NULL) ==
		      MHEX_OK);
	while (journal_next(reader, &record, NULL) == MHEX_OK)
		scratch_check(record.length <= JOURNAL_PAYLOAD_MAX);
	journal_reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[FILE_MAX];
	if (!journal.folder)
		set_up();
	if (size > FILE_MAX - JOURNAL_HEADER_SIZE)
		return 0;
	memcpy(bytes, journal.image, journal.length);
	size_t length = damage(bytes, data, size);
	put(bytes, length);
	expect_beginning();

	memcpy(bytes, journal.image, JOURNAL_HEADER_SIZE);
	if (size > 0)
		memcpy(bytes + JOURNAL_HEADER_SIZE, data, size);
	if (length < JOURNAL_HEADER_SIZE + size)
		length = JOURNAL_HEADER_SIZE + size;
	put(bytes, length);
	read_garbage();
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/journal_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	RECORDS = 6,
	RECORD_MAX = 64
};

static StateFolder folder = {.fd = -1};
static char top[64];

static void check(int right)
{
	if (!right)
		abort();
}

static void remove_folder(void)
{
	state_folder_close(&folder);
	(void)rmdir(top);
}

static void make_folder(void)
{
	(void)snprintf(top, sizeof(top), "/tmp/mhex-fuzz-XXXXXX");
	check(mkdtemp(top) != NULL);
	check(state_folder_open_at(&folder, top, false, NULL) == MHEX_OK);
	check(atexit(remove_folder) == 0);
}

static uint8_t byte_of(size_t record, size_t at)
{
	return (uint8_t)(record * 37 + at * 11);
}

static size_t length_of(size_t record)
{
	return record * 13 % RECORD_MAX;
}

static void write_records(JournalWriter *journal)
{
	uint8_t payload[RECORD_MAX];
	for (size_t i = 0; i < RECORDS; i++) {
		for (size_t at = 0; at < length_of(i); at++)
			payload[at] = byte_of(i, at);
		check(journal_append(journal, (uint32_t)i, payload, length_of(i), NULL) ==
		      MHEX_OK);
	}
	check(journal_flush(journal, NULL) == MHEX_OK);
}

/* Three bytes are a place and what is flipped there; an odd one at the end cuts. */
static void damage(const char *name, const uint8_t *data, size_t size)
{
	const int fd = openat(folder.fd, name, O_RDWR | O_CLOEXEC);
	check(fd >= 0);
	const off_t length = lseek(fd, 0, SEEK_END);
	for (; size >= 3; data += 3, size -= 3) {
		uint8_t byte = 0;
		const off_t at = (data[0] | data[1] << 8) % length;
		check(pread(fd, &byte, 1, at) == 1);
		byte = (uint8_t)(byte ^ data[2]);
		check(pwrite(fd, &byte, 1, at) == 1);
	}
	if (size == 1)
		check(ftruncate(fd, length - data[0] % length) == 0);
	(void)close(fd);
}

/* However a journal is damaged: what it gives are records as they were written, from the
 * first on, none left out. */
static void expect_beginning(const char *name)
{
	JournalReader *journal = NULL;
	JournalRecord record;
	if (journal_open(&journal, &folder, name, NULL))
		return;
	for (size_t i = 0; journal_next(journal, &record, NULL) == MHEX_OK; i++) {
		check(i < RECORDS && record.kind == i && record.length == length_of(i));
		for (size_t at = 0; at < record.length; at++)
			check(record.payload[at] == byte_of(i, at));
	}
	journal_reader_close(journal);
}

/* Bytes that never were a journal, behind a header that is one. */
static void read_garbage(const char *name, const uint8_t *data, size_t size)
{
	JournalReader *journal = NULL;
	JournalRecord record;
	const int fd = openat(folder.fd, name, O_RDWR | O_CLOEXEC);
	check(fd >= 0);
	check(pwrite(fd, data, size, JOURNAL_HEADER_SIZE) == (ssize_t)size);
	(void)close(fd);
	if (journal_open(&journal, &folder, name, NULL))
		return;
	while (journal_next(journal, &record, NULL) == MHEX_OK)
		check(record.length <= JOURNAL_PAYLOAD_MAX);
	journal_reader_close(journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	JournalWriter *journal = NULL;
	char name[JOURNAL_NAME_SIZE];
	if (folder.fd < 0)
		make_folder();
	check(journal_create(&journal, &folder, "save", NULL) == MHEX_OK);
	(void)snprintf(name, sizeof(name), "%s", journal_name(journal));
	write_records(journal);
	journal_close(journal);

	damage(name, data, size);
	expect_beginning(name);
	if (faccessat(folder.fd, name, F_OK, 0) == 0)
		read_garbage(name, data, size);
	(void)unlinkat(folder.fd, name, 0);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A document is edited, read and undone while its saves run. For ThreadSanitizer, which
 * Criterion cannot run under. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mhex/document.h"
#include "storage/guard.h"

enum {
	ROUNDS = 60,
	SIZE = 200000
};

static void check(int right, const char *what)
{
	if (right)
		return;
	(void)fprintf(stderr, "%s\n", what);
	exit(1);
}

static void make(char *path)
{
	static char block[SIZE];
	const int fd = mkstemp(path);
	check(fd >= 0 && write(fd, block, SIZE) == SIZE, path);
	(void)close(fd);
}

/* Whatever a person may do while it runs. */
static void go_on_editing(Document *doc, uint64_t round)
{
	MhexError err = {0};
	uint64_t at = 0;
	uint8_t bytes[4096];
	for (uint64_t i = 0; i < 40; i++) {
		const uint64_t offset = (round * 7919 + i * 104729) % SIZE;
		check(!document_overwrite(doc, offset, "edited meanwhile", 16, &err),
		      err.message);
		check(!document_read(doc, offset / 2, bytes, sizeof(bytes), NULL, &err),
		      err.message);
	}
	check(!document_insert(doc, round, "longer", 6, &err), err.message);
	check(!document_undo(doc, &at, &err), err.message);
	(void)document_refresh(doc, &at);
}

static void save(Document *doc, uint64_t round, bool edit)
{
	MhexError err = {0};
	Save *running = NULL;
	SaveResult result;
	const SaveRequest request = {.output_fd = -1};
	check(!document_save_start(doc, &request, -1, &running, &err), err.message);
	if (edit)
		go_on_editing(doc, round);
	check(!document_save_finish(doc, running, &result, &err), err.message);
}

static void compare(Document *doc, const char *path)
{
	MhexError err = {0};
	const size_t size = (size_t)document_size(doc);
	char *wanted = malloc(size);
	char *got = malloc(size + 1);
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	check(!document_read(doc, 0, wanted, size, NULL, &err), err.message);
	check(read(fd, got, size + 1) == (ssize_t)size, "another size");
	check(memcmp(got, wanted, size) == 0, "other bytes");
	(void)close(fd);
	free(wanted);
	free(got);
}

static void run(const char *path)
{
	MhexError err = {0};
	Document *doc = NULL;
	const DocumentOptions options = {.access = ACCESS_PREVIEW};
	check(!document_open(&doc, path, options, &err), err.message);
	for (uint64_t round = 0; round < ROUNDS; round++) {
		if (round % 3 == 2)
			check(!document_insert(doc, round * 100, "size", 4, &err),
			      err.message);
		else
			check(!document_overwrite(doc, round * 3000, "same", 4, &err),
			      err.message);
		save(doc, round, true);
	}
	save(doc, 0, false);
	compare(doc, path);
	document_close(doc);
}

int main(void)
{
	char path[] = "/tmp/mhex-test-XXXXXX";
	char name[64];
	guard_install();
	make(path);
	run(path);
	/* With a second name the saves move bytes in place. */
	(void)snprintf(name, sizeof(name), "%s.link", path);
	check(link(path, name) == 0, name);
	run(path);
	(void)unlink(name);
	(void)unlink(path);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "save_sample.h"
#include "support/temp_file.h"

enum {
	SIZE = 20000
};

static SaveSample sample;

/* What happens between the last store and the first sync. */
static struct {
	void (*act)(void);
	bool fails;
	int calls;
} on_sync;

int msync(void *address, size_t length, int flags);

/* Takes the place of the C library's in this program. */
int msync(void *address, size_t length, int flags)
{
	if (on_sync.calls++ == 0) {
		if (on_sync.act)
			on_sync.act();
		if (on_sync.fails) {
			errno = EIO;
			return -1;
		}
	}
	return (int)syscall(SYS_msync, address, length, flags);
}

static bool no_room;

int posix_fallocate(int fd, off_t offset, off_t length);

/* Likewise: for the bytes that are kept when they are many. */
int posix_fallocate(int fd, off_t offset, off_t length)
{
	(void)fd;
	(void)offset;
	(void)length;
	return no_room ? ENOSPC : 0;
}

static void set_up(void)
{
	no_room = false;
	on_sync.act = NULL;
	on_sync.fails = false;
	on_sync.calls = 0;
	sample_make(&sample, SIZE);
	sample_open(&sample, ACCESS_PREVIEW);
}

static void tear_down(void)
{
	sample_remove(&sample);
}

TestSuite(save_in_place, .init = set_up, .fini = tear_down, .timeout = 100);

Test(save_in_place, stores_what_changed_and_keeps_the_inode)
{
	MhexError err;
	SaveResult result;
	const ino_t inode = sample_inode(sample.path);
	sample_overwrite(&sample, 100, "hello");
	sample_overwrite(&sample, 8190, "over a page");
	sample_overwrite(&sample, SIZE - 1, "Z");

	const MhexStatus status =
		sample_save(&sample, &(SaveRequest){.output_fd = -1}, &result, &err);

	cr_assert(zero(int, (int)status), "%s", err.message);
	sample_expect_saved(&sample);
	cr_expect(eq(u64, sample_inode(sample.path), inode));
	cr_expect(eq(u64, result.bytes_changed, 17));
	cr_expect(result.in_place);
	cr_expect(zero(int, result.note[0]));
	cr_expect(lt(int, 0, on_sync.calls), "saved means synced");
}

Test(save_in_place, an_undo_after_the_save_brings_the_old_bytes_back)
{
	MhexError err;
	uint64_t at = 0;
	sample_overwrite(&sample, 100, "hello");
	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);

	cr_assert(zero(int, (int)document_undo(sample.doc, &at, &err)));
	cr_expect(document_is_modified(sample.doc));
	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);

	sample_expect_untouched(&sample, SIZE);
	cr_assert(zero(int, (int)document_redo(sample.doc, &at, &err)));
	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);
	cr_expect(eq(int, sample_peek(&sample, 104), 'o'));
}

Test(save_in_place, nothing_changed_is_nothing_done)
{
	MhexError err;
	struct stat before, after;
	cr_assert(zero(int, fstat(sample.fd, &before)));

	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);

	cr_assert(zero(int, fstat(sample.fd, &after)));
	cr_expect(eq(long, (long)after.st_mtim.tv_nsec, (long)before.st_mtim.tv_nsec));
	cr_expect(zero(int, on_sync.calls));
}

Test(save_in_place, bytes_that_another_process_writes_elsewhere_stay)
{
	MhexError err;
	sample_overwrite(&sample, 100, "hello");
	sample_poke(&sample, 99, "x");
	sample_poke(&sample, 105, "y");

	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);

	cr_expect(eq(int, sample_peek(&sample, 99), 'x'));
	cr_expect(eq(int, sample_peek(&sample, 100), 'h'));
	cr_expect(eq(int, sample_peek(&sample, 105), 'y'));
}

Test(save_in_place, a_byte_that_another_process_changed_is_a_conflict_that_is_named)
{
	MhexError err;
	sample_overwrite(&sample, 100, "hello");
	sample_overwrite(&sample, 5000, "world");
	sample_poke(&sample, 5002, "x");

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT));
	cr_expect(sample_has(&err, "0x138a"), "%s", err.message);
	cr_expect(sample_has(&err, "!"), "%s", err.message);
	cr_expect(sample_has(&err, "nothing was changed"), "%s", err.message);
	cr_expect(eq(int, sample_peek(&sample, 100), sample_byte(100)));
	cr_expect(document_is_modified(sample.doc));
}

Test(save_in_place, force_overrides_a_conflict)
{
	MhexError err;
	sample_overwrite(&sample, 5000, "world");
	sample_poke(&sample, 5002, "x");

	cr_assert(zero(int, (int)sample_write_forced(&sample, &err)), "%s", err.message);

	sample_expect_saved(&sample);
}

Test(save_in_place, a_byte_that_became_what_was_typed_is_no_conflict)
{
	MhexError err;
	sample_overwrite(&sample, 5000, "world");
	sample_poke(&sample, 5000, "w");

	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);

	sample_expect_saved(&sample);
}

Test(save_in_place, an_edit_of_more_than_is_remembered_notices_a_change)
{
	MhexError err;
	const Range range = {0, 64 << 20};
	cr_assert(zero(int, ftruncate(sample.fd, (off_t)range.length)));
	sample_reopen(&sample);
	document_set_undo_memory(sample.doc, 1 << 20);
	cr_assert(zero(int, (int)document_fill(sample.doc, range, "ab", 2, false, &err)));
	sample_poke(&sample, 3 << 20, "x");

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT), "%s", err.message);
	cr_expect(eq(int, sample_peek(&sample, 0), sample_byte(0)));
	cr_assert(zero(int, (int)sample_write_forced(&sample, &err)), "%s", err.message);
	cr_expect(eq(int, sample_peek(&sample, (64 << 20) - 1), 'b'));
	uint64_t at = 0;
	cr_assert(zero(int, (int)document_undo(sample.doc, &at, &err)));
	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);
	cr_expect(eq(int, sample_peek(&sample, 3 << 20), 'x'), "kept in a file");
	cr_expect(eq(int, sample_peek(&sample, 10), sample_byte(10)));
}

Test(save_in_place, an_edit_in_a_part_that_was_cut_off_stays_unsaved)
{
	MhexError err;
	sample_overwrite(&sample, 100, "hello");
	sample_overwrite(&sample, 15000, "world");
	cr_assert(zero(int, ftruncate(sample.fd, 9000)));

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(ne(int, (int)status, MHEX_OK));
	cr_expect(sample_has(&err, "0x3a98"), "%s", err.message);
	sample_expect_untouched(&sample, 9000);
	cr_expect(document_is_modified(sample.doc));
}

Test(save_in_place, an_edit_before_a_part_that_was_cut_off_is_saved)
{
	MhexError err;
	sample_overwrite(&sample, 100, "hello");
	cr_assert(zero(int, ftruncate(sample.fd, 9000)));

	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);

	cr_expect(eq(int, sample_peek(&sample, 104), 'o'));
	cr_expect(eq(int, sample_peek(&sample, 9000), -1));
}

Test(save_in_place, zeroes_that_grew_over_a_cut_are_a_conflict)
{
	MhexError err;
	sample_overwrite(&sample, 15000, "world");
	cr_assert(zero(int, ftruncate(sample.fd, 9000)));
	cr_assert(zero(int, ftruncate(sample.fd, SIZE)));

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT), "%s", err.message);
	cr_expect(zero(int, sample_peek(&sample, 15000)));
}

Test(save_in_place, without_room_for_the_old_bytes_it_needs_force)
{
	MhexError err;
	const Range range = {0, 1 << 20};
	no_room = true;
	cr_assert(zero(int, ftruncate(sample.fd, (off_t)range.length)));
	sample_reopen(&sample);
	document_set_undo_memory(sample.doc, (1 << 20) - 1);
	cr_assert(zero(int, (int)document_fill(sample.doc, range, "ab", 2, false, &err)));

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_NOSPACE), "%s", err.message);
	cr_expect(sample_has(&err, "!"), "%s", err.message);
	cr_expect(eq(int, sample_peek(&sample, 0), sample_byte(0)));
	cr_assert(zero(int, (int)sample_write_forced(&sample, &err)), "%s", err.message);
	sample_expect_saved(&sample);
	cr_expect(eq(int, (int)document_undo(sample.doc, NULL, &err), MHEX_E_NOTFOUND));
}

static void overwrite_and_undo(uint64_t offset)
{
	MhexError err;
	sample_overwrite(&sample, offset, "again");
	(void)sample_save_well(&sample);
	cr_assert(zero(int, (int)document_undo(sample.doc, NULL, &err)));
	cr_assert(zero(int, (int)document_redo(sample.doc, NULL, &err)));
}

Test(save_in_place, old_bytes_of_all_saves_count_and_are_dropped_together)
{
	MhexError err;
	SaveResult result = {0};
	const SaveRequest forced = {.force = true, .output_fd = -1};
	no_room = true;
	document_set_undo_memory(sample.doc, 8);
	overwrite_and_undo(100);
	sample_overwrite(&sample, 200, "world");

	cr_expect(eq(int, (int)sample_write(&sample, &err), MHEX_E_NOSPACE));
	cr_expect(sample_has(&err, "! saves, and drops what can be undone"), "%s",
		  err.message);
	cr_assert(zero(int, (int)sample_save(&sample, &forced, &result, &err)), "%s",
		  err.message);

	cr_expect(strstr(result.note, "nothing before can be undone") != NULL);
	cr_expect(eq(int, (int)document_undo(sample.doc, NULL, &err), MHEX_E_NOTFOUND));
	overwrite_and_undo(300);
	sample_expect_saved(&sample);
}

/* Is there an open file without a name in that folder? */
static bool has_nameless(const char *folder)
{
	char link[64], target[512];
	const size_t length = strlen(folder);
	for (int fd = 3; fd < 256; fd++) {
		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		const ssize_t got = readlink(link, target, sizeof(target) - 1);
		target[got > 0 ? got : 0] = '\0';
		if (strncmp(target, folder, length) == 0 && strstr(target, "(deleted)"))
			return true;
	}
	return false;
}

Test(save_in_place, what_memory_may_not_hold_goes_to_the_state_folder)
{
	MhexError err;
	TempFile state;
	temp_folder_make(&state);
	(void)setenv("XDG_STATE_HOME", state.path, 1);
	document_set_undo_memory(sample.doc, 0);

	sample_overwrite(&sample, 100, "one");
	(void)sample_save_well(&sample);
	sample_overwrite(&sample, 101, "two");
	(void)sample_save_well(&sample);

	cr_expect(has_nameless(state.path));
	cr_assert(zero(int, (int)document_undo(sample.doc, NULL, &err)));
	cr_assert(zero(int, (int)document_undo(sample.doc, NULL, &err)));
	(void)sample_save_well(&sample);
	sample_expect_untouched(&sample, SIZE);
	temp_folder_remove(&state);
}

/* ---- Between store and sync ---- */

static void cut(void)
{
	cr_assert(zero(int, ftruncate(sample.fd, 9000)));
}

static void cut_and_grow(void)
{
	cut();
	cr_assert(zero(int, ftruncate(sample.fd, SIZE)));
}

static void overwrite(void)
{
	sample_poke(&sample, 15001, "!");
}

Test(save_in_place, a_cut_between_store_and_sync_is_noticed)
{
	MhexError err;
	on_sync.act = cut;
	sample_overwrite(&sample, 100, "hello");
	sample_overwrite(&sample, 15000, "world");

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(ne(int, (int)status, MHEX_OK));
	cr_expect(sample_has(&err, "put back"), "%s", err.message);
	sample_expect_untouched(&sample, 9000);
	cr_expect(document_is_modified(sample.doc));
}

Test(save_in_place, a_cut_and_regrowth_between_store_and_sync_is_noticed)
{
	MhexError err;
	on_sync.act = cut_and_grow;
	sample_overwrite(&sample, 100, "hello");
	sample_overwrite(&sample, 15000, "world");

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(ne(int, (int)status, MHEX_OK));
	cr_expect(sample_has(&err, "0x3a98"), "%s", err.message);
	cr_expect(eq(int, sample_peek(&sample, 100), sample_byte(100)), "put back");
	cr_expect(zero(int, sample_peek(&sample, 15000)), "theirs");
	cr_expect(document_is_modified(sample.doc));
}

Test(save_in_place, a_byte_changed_between_store_and_sync_is_theirs)
{
	MhexError err;
	on_sync.act = overwrite;
	sample_overwrite(&sample, 100, "hello");
	sample_overwrite(&sample, 15000, "world");

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT), "%s", err.message);
	cr_expect(sample_has(&err, "0x3a99"), "%s", err.message);
	cr_expect(eq(int, sample_peek(&sample, 15001), '!'));
	cr_expect(eq(int, sample_peek(&sample, 15000), sample_byte(15000)));
	cr_expect(eq(int, sample_peek(&sample, 15004), sample_byte(15004)));
	cr_expect(eq(int, sample_peek(&sample, 100), sample_byte(100)));
	cr_assert(zero(int, (int)sample_write_forced(&sample, &err)), "%s", err.message);
	sample_expect_saved(&sample);
}

Test(save_in_place, a_sync_that_fails_puts_the_old_bytes_back_and_can_be_repeated)
{
	MhexError err;
	on_sync.fails = true;
	sample_overwrite(&sample, 100, "hello");

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_IO));
	cr_expect(sample_has(&err, "not on disk"), "%s", err.message);
	cr_expect(sample_has(&err, "put back"), "%s", err.message);
	sample_expect_untouched(&sample, SIZE);
	cr_expect(document_is_modified(sample.doc));
	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);
	sample_expect_saved(&sample);
}

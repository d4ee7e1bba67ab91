/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Saves that change the size: by a new file, and in place where that would be wrong. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "save_sample.h"

enum {
	SIZE = 300000,
	SKIPPED = 77
};

static SaveSample sample;

/* What happens at the first fsync(), when the new file is complete, and at copies by the
 * kernel. */
static struct {
	void (*act)(void);
	void (*on_copy)(void);
	_Atomic(Save *) cancel;
	atomic_bool cancels;
} hook;

int fsync(int fd);

/* Takes the place of the C library's in this program. */
int fsync(int fd)
{
	if (hook.act) {
		void (*act)(void) = hook.act;
		hook.act = NULL;
		act();
	}
	return (int)syscall(SYS_fsync, fd);
}

ssize_t copy_file_range(int from, off_t *from_at, int to, off_t *to_at, size_t length,
			unsigned flags);

/* Likewise. The save is known when document_save_start() has returned. */
ssize_t copy_file_range(int from, off_t *from_at, int to, off_t *to_at, size_t length,
			unsigned flags)
{
	if (atomic_exchange(&hook.cancels, false)) {
		while (!atomic_load(&hook.cancel))
			(void)sched_yield();
		save_cancel(atomic_load(&hook.cancel));
	}
	if (hook.on_copy)
		hook.on_copy();
	return syscall(SYS_copy_file_range, from, from_at, to, to_at, length, flags);
}

static void set_up(void)
{
	memset(&hook, 0, sizeof(hook));
	sample_make(&sample, SIZE);
	sample_open(&sample, ACCESS_PREVIEW);
}

static void tear_down(void)
{
	sample_remove(&sample);
}

TestSuite(save_resize, .init = set_up, .fini = tear_down, .timeout = 100);

/* ---- By a new file ---- */

Test(save_resize, a_longer_one_takes_the_place_of_the_old_one)
{
	const ino_t inode = sample_inode(sample.path);
	sample_edit(&sample);

	const SaveResult result = sample_save_well(&sample);

	cr_expect(not(result.in_place));
	cr_expect(zero(int, result.note[0]), "%s", result.note);
	cr_expect(eq(u64, result.bytes_changed, SIZE + 8 - 90 + 300));
	cr_expect(ne(u64, sample_inode(sample.path), inode));
	sample_reopen(&sample);
	sample_expect_saved(&sample);
}

Test(save_resize, undo_goes_on_behind_a_new_file)
{
	sample_edit(&sample);
	(void)sample_save_well(&sample);

	sample_undo_all(&sample);
	sample_expect_untouched(&sample, SIZE);
}

Test(save_resize, to_nothing_and_back)
{
	MhexError err;
	uint64_t at = 0;
	sample_delete(&sample, 0, SIZE);
	(void)sample_save_well(&sample);
	cr_expect(eq(int, sample_peek(&sample, 0), sample_byte(0)), "the old inode");

	cr_assert(zero(int, (int)document_undo(sample.doc, &at, &err)));
	(void)sample_save_well(&sample);

	sample_expect_untouched(&sample, SIZE);
}

Test(save_resize, keeps_mode_and_attributes)
{
	char value[8] = {0};
	struct stat before, after;
	const bool attributes = setxattr(sample.path, "user.mhex", "kept", 4, 0) == 0;
	/* Read by user 1, too: POSIX_ACL_XATTR_VERSION, then tag, permission, id. */
	static const unsigned char acl[] = {
		2, 0, 0,   0,   1,   0,   6,  0, 255, 255, 255, 255, 2,   0,  4,
		0, 1, 0,   0,   0,   4,   0,  0, 0,   255, 255, 255, 255, 16, 0,
		4, 0, 255, 255, 255, 255, 32, 0, 0,   0,   255, 255, 255, 255};
	const bool acls = setxattr(sample.path, "system.posix_acl_access", acl,
				   sizeof(acl), 0) == 0;
	cr_assert(zero(int, stat(sample.path, &before)));
	sample_reopen(&sample);
	sample_edit(&sample);

	(void)sample_save_well(&sample);

	cr_assert(zero(int, stat(sample.path, &after)));
	cr_expect(eq(uint, after.st_mode, before.st_mode));
	cr_expect(eq(uint, after.st_uid, before.st_uid));
	unsigned char got[sizeof(acl)] = {0};
	if (attributes)
		cr_expect(
			eq(long, (long)getxattr(sample.path, "user.mhex", value, 8), 4));
	if (acls) {
		cr_expect(eq(long,
			     (long)getxattr(sample.path, "system.posix_acl_access", got,
					    sizeof(got)),
			     (long)sizeof(acl)));
		cr_expect(zero(int, memcmp(got, acl, sizeof(acl))));
	}
	if (!attributes || !acls)
		cr_skip_test("no extended attributes or no ACLs here");
}

Test(save_resize, holes_stay_holes)
{
	struct stat st;
	const uint64_t far = UINT64_C(1) << 33;
	cr_assert(zero(int, ftruncate(sample.fd, (off_t)far + 100)));
	sample_reopen(&sample);
	sample_insert(&sample, 0, "a");
	sample_insert(&sample, far, "far away");
	MhexError err;

	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);

	char got[10] = {0};
	cr_assert(zero(int, stat(sample.path, &st)));
	cr_expect(eq(u64, (uint64_t)st.st_size, far + 109));
	cr_expect(lt(u64, (uint64_t)st.st_blocks * 512, 4 << 20));
	sample_reopen(&sample);
	cr_assert(zero(int, (int)document_read(sample.doc, far, got, 9, NULL, &err)));
	cr_expect(zero(int, memcmp(got, "far away", 9)));
	cr_assert(zero(int, (int)document_read(sample.doc, 1, got, 9, NULL, &err)));
	cr_expect(eq(int, (uint8_t)got[0], sample_byte(0)));
}

Test(save_resize, zeroes_that_a_document_grew_by_are_a_hole)
{
	MhexError err;
	struct stat st;
	const uint64_t far = UINT64_C(1) << 34;
	cr_assert(zero(int, (int)document_resize(sample.doc, far, &err)));

	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);

	cr_assert(zero(int, stat(sample.path, &st)));
	cr_expect(eq(u64, (uint64_t)st.st_size, far));
	cr_expect(lt(u64, (uint64_t)st.st_blocks * 512, 4 << 20));
}

/* What is cut off is compared only where it was edited. */
Test(save_resize, terabytes_that_are_cut_off_cost_nothing)
{
	MhexError err;
	cr_assert(zero(int, ftruncate(sample.fd, (off_t)1 << 42)));
	sample_reopen(&sample);
	sample_overwrite(&sample, UINT64_C(1) << 41, "edited, then cut off");
	cr_assert(zero(int, (int)document_resize(sample.doc, SIZE, &err)));

	(void)sample_save_well(&sample);

	sample_expect_untouched(&sample, SIZE);
}

Test(save_resize, one_byte_in_front_of_many)
{
	const size_t large = 48 << 20;
	uint8_t *bytes = malloc(large);
	for (size_t i = 0; i < large; i++)
		bytes[i] = (uint8_t)(i >> 7 ^ i >> 15 ^ i);
	cr_assert(eq(sz, (size_t)pwrite(sample.fd, bytes, large, 0), large));
	sample_reopen(&sample);
	sample_insert(&sample, 0, "x");

	(void)sample_save_well(&sample);

	size_t size = 0;
	uint8_t *got = sample_file_bytes(sample.path, &size);
	cr_assert(eq(sz, size, large + 1));
	cr_expect(eq(int, got[0], 'x'));
	cr_expect(zero(int, memcmp(got + 1, bytes, large)));
	free(got);
	free(bytes);
}

Test(save_resize, goes_through_a_symbolic_link)
{
	MhexError err;
	struct stat st;
	cr_assert(zero(int, symlink("file", sample.other)));
	document_close(sample.doc);
	cr_assert(zero(int, (int)document_open(
				    &sample.doc, sample.other,
				    (DocumentOptions){.access = ACCESS_PREVIEW}, &err)));
	sample_edit(&sample);

	(void)sample_save_well(&sample);

	cr_assert(zero(int, lstat(sample.other, &st)));
	cr_expect(eq(uint, st.st_mode & S_IFMT, S_IFLNK));
}

/* ---- Conflicts ---- */

Test(save_resize, a_change_of_bytes_that_only_moved_is_taken_along)
{
	size_t size = 0;
	sample_edit(&sample);
	sample_poke(&sample, 250000, "theirs");

	(void)sample_save_well(&sample);

	uint8_t *bytes = sample_file_bytes(sample.path, &size);
	cr_expect(ne(ptr, memmem(bytes, size, "theirs", 6), NULL));
	free(bytes);
	sample_expect_saved(&sample);
}

Test(save_resize, a_change_of_a_deleted_byte_is_a_conflict)
{
	MhexError err;
	sample_delete(&sample, 200, 100);
	sample_poke(&sample, 250, "x");

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT), "%s", err.message);
	cr_expect(sample_has(&err, "theirs is 78, mine deleted"), "%s", err.message);
	cr_expect(sample_has(&err, "nothing was changed"), "%s", err.message);
	cr_expect(eq(int, sample_peek(&sample, 250), 'x'));
	cr_assert(zero(int, (int)sample_write_forced(&sample, &err)), "%s", err.message);
	sample_expect_saved(&sample);
}

Test(save_resize, a_byte_changed_under_an_edit_is_named_when_the_size_changes_too)
{
	MhexError err;
	sample_overwrite(&sample, 100, "hello");
	sample_overwrite(&sample, SIZE, "appended");
	sample_poke(&sample, 102, "x");

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT), "%s", err.message);
	cr_expect(sample_has(&err, "0x66"), "%s", err.message);
	cr_expect(eq(int, sample_peek(&sample, 100), sample_byte(100)));
}

Test(save_resize, a_byte_changed_beside_an_edit_is_taken_along)
{
	sample_overwrite(&sample, 100, "hello");
	sample_overwrite(&sample, SIZE, "appended");
	sample_poke(&sample, 99, "x");

	(void)sample_save_well(&sample);

	cr_expect(eq(int, sample_peek(&sample, 99), 'x'));
}

static void poke(void)
{
	sample_poke(&sample, 250000, "theirs");
}

Test(save_resize, a_change_during_the_save_is_a_conflict)
{
	MhexError err;
	sample_edit(&sample);
	hook.act = poke;

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT), "%s", err.message);
	cr_expect(sample_has(&err, "during the save"), "%s", err.message);
	cr_expect(eq(int, sample_peek(&sample, 250000), 't'));
	cr_expect(eq(int, sample_peek(&sample, 0), sample_byte(0)));
}

Test(save_resize, bytes_appended_by_another_process_follow_ours)
{
	MhexError err;
	uint64_t size = 0;
	sample_poke(&sample, SIZE, "log");
	(void)document_refresh(sample.doc, &size);
	sample_insert(&sample, 0, "x");

	(void)sample_save_well(&sample);

	size_t length = 0;
	uint8_t *bytes = sample_file_bytes(sample.path, &length);
	cr_expect(eq(sz, length, SIZE + 4));
	cr_expect(zero(int, memcmp(bytes + SIZE + 1, "log", 3)));
	free(bytes);
	sample_insert(&sample, SIZE + 4, "ours");
	const int fd = open(sample.path, O_WRONLY | O_APPEND | O_CLOEXEC);
	cr_assert(eq(long, (long)write(fd, "theirs", 6), 6));
	(void)close(fd);
	const MhexStatus status = sample_write(&sample, &err);
	cr_expect(status == MHEX_OK || status == MHEX_E_CONFLICT, "%s", err.message);
	bytes = sample_file_bytes(sample.path, &length);
	cr_expect(ne(ptr, memmem(bytes, length, "theirs", 6), NULL), "%s", err.message);
	free(bytes);
}

Test(save_resize, a_part_that_was_cut_off_is_never_made_of_zeroes)
{
	MhexError err;
	sample_insert(&sample, 0, "x");
	cr_assert(zero(int, ftruncate(sample.fd, 100000)));

	const MhexStatus status = sample_write_forced(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_SHRUNK), "%s", err.message);
	cr_expect(sample_has(&err, "0x186a0"), "%s", err.message);
	sample_expect_untouched(&sample, 100000);
}

Test(save_resize, cancelled_before_it_is_complete_nothing_has_happened)
{
	MhexError err;
	Save *save = NULL;
	SaveResult result;
	const SaveRequest request = {.output_fd = -1};
	sample_insert(&sample, SIZE - 10, "x");
	atomic_store(&hook.cancels, true);

	cr_assert(zero(int,
		       (int)document_save_start(sample.doc, &request, -1, &save, &err)));
	atomic_store(&hook.cancel, save);
	const MhexStatus status = document_save_finish(sample.doc, save, &result, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CANCELLED), "%s", err.message);
	sample_expect_untouched(&sample, SIZE);
	cr_expect(document_is_modified(sample.doc));
}

static void cut_hole(void)
{
	cr_assert(zero(int, ftruncate(sample.fd, SIZE + 100000)));
}

Test(save_resize, a_hole_that_is_cut_off_during_a_copy_is_noticed)
{
	MhexError err;
	const SaveRequest request = {.path = sample.other, .output_fd = -1};
	cr_assert(zero(int, ftruncate(sample.fd, SIZE + 500000)));
	sample_reopen(&sample);
	hook.on_copy = cut_hole;

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_expect(eq(int, (int)status, MHEX_E_SHRUNK), "%s", err.message);
	cr_expect(lt(int, access(sample.other, F_OK), 0));
}

/* ---- Limits ---- */

static int save_under_limit(void *context)
{
	const struct rlimit limit = {SIZE, SIZE};
	MhexError err;
	(void)context;
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return SKIPPED;
	const MhexStatus status = sample_write(&sample, &err);
	return status == MHEX_E_NOSPACE && sample_has(&err, "File too large") ? 0 : 1;
}

Test(save_resize, the_limit_of_file_sizes_is_an_error)
{
	sample_insert(&sample, 0, "x");
	cr_expect(zero(int, sample_in_child(save_under_limit, NULL)));
	sample_expect_untouched(&sample, SIZE);

	sample_link(&sample);
	cr_expect(zero(int, sample_in_child(save_under_limit, NULL)));
	sample_expect_untouched(&sample, SIZE);
}

static int fill_up(const char *path)
{
	static char block[4096];
	const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (write(fd, block, sizeof(block)) > 0)
		;
	return close(fd);
}

/* Is the file at path what sample_make() makes, and at least count bytes long? */
static bool holds_sample(const char *path, size_t count)
{
	bool same = true;
	uint8_t byte = 0;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; same && i < count; i += 13)
		same = pread(fd, &byte, 1, (off_t)i) == 1 && byte == sample_byte(i);
	(void)close(fd);
	return same;
}

static bool put(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	const bool done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	return close(fd) == 0 && done;
}

/* A small file system over the folder, which ends with this process. */
static bool mount_small(void)
{
	char uid[32], gid[32];
	(void)snprintf(uid, sizeof(uid), "0 %u 1", (unsigned)geteuid());
	(void)snprintf(gid, sizeof(gid), "0 %u 1", (unsigned)getegid());
	return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
	       put("/proc/self/setgroups", "deny") && put("/proc/self/uid_map", uid) &&
	       put("/proc/self/gid_map", gid) &&
	       mount("none", sample.folder, "tmpfs", 0, "size=256k") == 0;
}

/* On a full file system of its own; context says whether the file has two names. */
static int save_on_full_disk(void *context)
{
	const bool two_names = *(const bool *)context;
	MhexError err;
	uint8_t bytes[8192];
	if (!mount_small())
		return SKIPPED;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = sample_byte(i);
	const int fd = open(sample.path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (pwrite(fd, bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes) ||
	    ftruncate(fd, 65536) < 0)
		return 2;
	if (two_names && link(sample.path, sample.other) < 0)
		return 3;
	char filler[160];
	(void)snprintf(filler, sizeof(filler), "%s/filler", sample.folder);
	(void)fill_up(filler);
	document_close(sample.doc);
	if (document_open(&sample.doc, sample.path,
			  (DocumentOptions){.access = ACCESS_PREVIEW}, &err))
		return 4;
	/* Into a hole, at the same size; then longer. */
	if (document_overwrite(sample.doc, 40000, "hello", 5, &err))
		return 5;
	if (sample_write(&sample, &err) != MHEX_E_NOSPACE ||
	    !holds_sample(sample.path, 8192))
		return 6;
	if (document_insert(sample.doc, 0, bytes, sizeof(bytes), &err))
		return 7;
	if (sample_write(&sample, &err) != MHEX_E_NOSPACE ||
	    !holds_sample(sample.path, 8192))
		return 8;
	/* There is room again: nothing was lost. */
	if (unlink(filler) < 0 || sample_write(&sample, &err))
		return 9;
	char got[5];
	const int again = open(sample.path, O_RDONLY | O_CLOEXEC);
	return pread(again, got, 5, 48192) == 5 && memcmp(got, "hello", 5) == 0 ? 0 : 10;
}

static void expect_on_full_disk(bool two_names)
{
	const int code = sample_in_child(save_on_full_disk, &two_names);
	if (code == SKIPPED)
		cr_skip_test("no mount namespaces for this user");
	cr_expect(zero(int, code));
}

Test(save_resize, a_full_disk_is_said_before_anything_is_touched)
{
	expect_on_full_disk(false);
}

Test(save_resize, a_full_disk_is_said_before_anything_is_moved)
{
	expect_on_full_disk(true);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/file_lock.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temp_file.h"

enum {
	WINDOW = 4096
};

static TempFile file;
static int ours = -1, theirs = -1;
static FileLock lock;

static int open_file(int flags)
{
	const int fd = open(file.path, flags | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
	return fd;
}

static void set_up(void)
{
	temp_file_make(&file, "ABCD", 4);
	ours = open_file(O_RDWR);
	theirs = open_file(O_RDWR);
	if (flock(theirs, LOCK_EX | LOCK_NB) < 0)
		cr_skip_test("no locks in this folder");
	cr_assert(zero(int, flock(theirs, LOCK_UN)));
	file_lock_init(&lock, ours, WINDOW);
}

static void tear_down(void)
{
	file_lock_release(&lock);
	(void)close(ours);
	(void)close(theirs);
	temp_file_remove(&file);
}

TestSuite(file_lock, .init = set_up, .fini = tear_down, .timeout = 100);

static struct flock request(short type, off_t offset, off_t length)
{
	return (struct flock){
		.l_type = type, .l_whence = SEEK_SET, .l_start = offset, .l_len = length};
}

/* Through another open file description, as another process would. */
static bool they_lock(off_t offset, off_t length)
{
	struct flock range = request(F_WRLCK, offset, length);
	return fcntl(theirs, F_OFD_SETLK, &range) == 0;
}

static void they_unlock(void)
{
	struct flock all = request(F_UNLCK, 0, 0);
	cr_assert(zero(int, fcntl(theirs, F_OFD_SETLK, &all)));
	(void)flock(theirs, LOCK_UN);
}

static void add(uint64_t offset, uint64_t length)
{
	cr_assert(file_lock_add(&lock, (Range){offset, length}));
}

Test(file_lock, keeps_others_away_from_what_is_stored_until_it_is_released)
{
	add(10, 5);
	add(5000, 10);
	cr_assert(file_lock_try(&lock));

	cr_expect(lt(int, flock(theirs, LOCK_EX | LOCK_NB), 0));
	cr_expect(not(they_lock(12, 1)));
	cr_expect(not(they_lock(5009, 1)));
	cr_expect(they_lock(2000, 10), "between");
	they_unlock();
	file_lock_release(&lock);

	cr_expect(they_lock(0, 0));
	cr_expect(zero(int, flock(theirs, LOCK_EX | LOCK_NB)));
}

Test(file_lock, is_one_in_each_window)
{
	add(100, 1);
	add(900, 1);
	add(4000, 200); /* over a border */
	add(8192, 1);

	cr_expect(eq(sz, lock.spans.count, 3));
	cr_expect(eq(u64, lock.spans.items[0].offset, 100));
	cr_expect(eq(u64, range_end(lock.spans.items[0]), 4096));
	cr_expect(eq(u64, lock.spans.items[1].offset, 4096));
	cr_expect(eq(u64, range_end(lock.spans.items[1]), 4200));
	cr_assert(file_lock_try(&lock));
	cr_expect(not(they_lock(500, 1)), "spanned");
}

Test(file_lock, many_become_few)
{
	for (uint64_t i = 0; i < 100000; i++)
		add(i * 2 * WINDOW, 1);

	cr_expect(eq(sz, lock.spans.count, 1024));
	cr_assert(file_lock_try(&lock));
	cr_expect(not(they_lock((off_t)99999 * 2 * WINDOW, 1)));
}

Test(file_lock, everything_is_one)
{
	file_lock_init(&lock, ours, SIZE_MAX);
	add(0, UINT64_MAX);
	cr_expect(eq(sz, lock.spans.count, 1));
	cr_assert(file_lock_try(&lock));
	cr_expect(not(they_lock((off_t)1 << 40, 1)));
}

Test(file_lock, takes_nothing_when_others_have_a_part)
{
	cr_assert(they_lock(5000, 1));
	add(10, 5);
	add(4999, 10);

	cr_expect(not(file_lock_try(&lock)));

	cr_expect(zero(int, flock(theirs, LOCK_EX | LOCK_NB)), "nothing is held");
	cr_expect(they_lock(10, 5));
	they_unlock();
	cr_expect(file_lock_try(&lock), "and now it can be");
}

Test(file_lock, does_not_mind_locks_elsewhere)
{
	cr_assert(they_lock(100, 10));
	add(10, 5);
	cr_expect(file_lock_try(&lock));
}

Test(file_lock, minds_a_lock_on_the_whole_file)
{
	cr_assert(zero(int, flock(theirs, LOCK_SH | LOCK_NB)));
	add(10, 5);
	cr_expect(not(file_lock_try(&lock)));
}

Test(file_lock, asks_where_it_may_not_lock)
{
	const int reading = open_file(O_RDONLY);
	file_lock_init(&lock, reading, SIZE_MAX);
	add(0, UINT64_MAX);
	cr_expect(file_lock_try(&lock));
	file_lock_release(&lock);
	cr_assert(they_lock(3, 1));
	file_lock_init(&lock, reading, SIZE_MAX);
	add(0, UINT64_MAX);
	cr_expect(not(file_lock_try(&lock)));
	file_lock_release(&lock);
	(void)close(reading);
}

Test(file_lock, goes_on_where_there_are_no_locks)
{
	int ends[2];
	cr_assert(zero(int, pipe(ends)));
	FileLock none;
	file_lock_init(&none, ends[1], WINDOW);
	cr_assert(file_lock_add(&none, (Range){0, 1}));
	cr_expect(file_lock_try(&none));
	file_lock_release(&none);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/* ---- Who it is ---- */

typedef enum {
	OF_DESCRIPTION,
	OF_PROCESS,
	OF_FILE
} Kind;

/* A child that holds a lock until its end of the pipe is closed. */
static pid_t hold(Kind kind, int *end)
{
	int ready[2], over[2];
	cr_assert(zero(int, pipe2(ready, O_CLOEXEC)));
	cr_assert(zero(int, pipe2(over, O_CLOEXEC)));
	const pid_t child = fork();
	if (child == 0) {
		char byte = 0;
		struct flock all = request(F_WRLCK, 0, 0);
		(void)close(over[1]);
		const int fd = open(file.path, O_RDWR | O_CLOEXEC);
		const int result =
			kind == OF_FILE
				? flock(fd, LOCK_EX)
				: fcntl(fd, kind == OF_PROCESS ? F_SETLK : F_OFD_SETLK,
					&all);
		(void)!write(ready[1], result == 0 ? "y" : "n", 1);
		(void)!read(over[0], &byte, 1);
		_exit(0);
	}
	char answer = 'n';
	cr_assert(lt(int, 0, child));
	(void)close(over[0]);
	cr_assert(eq(i64, read(ready[0], &answer, 1), 1));
	cr_assert(eq(chr, answer, 'y'));
	(void)close(ready[0]);
	(void)close(ready[1]);
	*end = over[1];
	return child;
}

static void expect_named(Kind kind)
{
	int end = -1;
	char name[32];
	MhexError err = {0};
	/* What this process has open may be searched too: it is not the holder. */
	const pid_t child = hold(kind, &end);
	add(0, 4);
	cr_assert(not(file_lock_try(&lock)));

	cr_expect(
		eq(int, (int)file_lock_refused(&lock, "f", "! does", &err), MHEX_E_BUSY));
	(void)snprintf(name, sizeof(name), "process %d (", (int)child);
	cr_expect(strstr(err.message, name) != NULL, "%s", err.message);
	cr_expect(strstr(err.message, "); ! does") != NULL, "%s", err.message);
	(void)close(end);
	(void)waitpid(child, NULL, 0);
	cr_expect(file_lock_try(&lock));
}

Test(file_lock, names_the_holder_of_a_description_s_lock)
{
	expect_named(OF_DESCRIPTION);
}

Test(file_lock, names_the_holder_of_a_process_s_lock)
{
	expect_named(OF_PROCESS);
}

Test(file_lock, names_the_holder_of_a_flock)
{
	expect_named(OF_FILE);
}

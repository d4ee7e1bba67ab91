/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/spool.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sample.h"

static char folder[256];
static Sample sample;

/* The sample is what is read, the folder is $TMPDIR. */
static void set_up(void)
{
	sample_make(&sample, 0);
	sample_make_folder(folder, sizeof(folder));
	cr_assert(zero(int, setenv("TMPDIR", folder, 1)));
}

static void tear_down(void)
{
	sample_remove(&sample);
	(void)rmdir(folder);
}

TestSuite(spool, .init = set_up, .fini = tear_down, .timeout = 100);

static Storage *spool(int fd)
{
	Storage *storage = NULL;
	MhexError err = {0};
	cr_assert(zero(int,
		       (int)spool_fd(&storage, fd, "input", (StorageOptions){0}, &err)),
		  "%s", err.message);
	return storage;
}

/* Where its bytes are, as /proc tells it. */
static void find_place(const Storage *storage, char *place, size_t size)
{
	char link[64];
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", storage_fd(storage));
	const ssize_t length = readlink(link, place, size - 1);
	cr_assert(ge(long, (long)length, 0L));
	place[length] = '\0';
}

static bool is_in_memory(const Storage *storage)
{
	char place[512];
	find_place(storage, place, sizeof(place));
	return strncmp(place, "/memfd:", 7) == 0;
}

static bool is_in_folder(const Storage *storage)
{
	char place[512];
	find_place(storage, place, sizeof(place));
	return strncmp(place, folder, strlen(folder)) == 0;
}

static int byte_of(Storage *storage, uint64_t offset)
{
	uint8_t byte = 0;
	cr_assert(zero(int, (int)storage_read(storage, offset, &byte, 1, NULL, NULL)));
	return byte;
}

Test(spool, a_pipe_is_read_to_its_end)
{
	int ends[2];
	char got[12] = {0};
	cr_assert(zero(int, pipe(ends)));
	cr_assert(eq(long, (long)write(ends[1], "hello, world", 12), 12L));
	(void)close(ends[1]);

	Storage *storage = spool(ends[0]);
	cr_assert(zero(int, (int)storage_read(storage, 0, got, 12, NULL, NULL)));

	cr_expect(eq(u64, storage_size(storage), 12));
	cr_expect(zero(int, memcmp(got, "hello, world", 12)));
	cr_expect(eq(int, (int)storage_kind(storage), (int)STORAGE_MEMORY));
	cr_expect(zero(int, strcmp(storage_path(storage), "input")));
	cr_expect(is_in_memory(storage));
	cr_expect(ge(int, fcntl(ends[0], F_GETFD), 0), "it stays open");
	storage_close(storage);
	(void)close(ends[0]);
}

Test(spool, nothing_is_an_empty_file)
{
	const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	Storage *storage = spool(fd);

	cr_expect(zero(u64, storage_size(storage)));
	storage_close(storage);
	(void)close(fd);
}

Test(spool, up_to_64_mib_stay_in_memory)
{
	sample_resize(&sample, SPOOL_MEMORY_MAX);
	sample_write(&sample, SPOOL_MEMORY_MAX - 1, "Z", 1);

	Storage *storage = spool(sample.fd);

	cr_expect(is_in_memory(storage));
	cr_expect(eq(u64, storage_size(storage), (uint64_t)SPOOL_MEMORY_MAX));
	cr_expect(eq(int, byte_of(storage, SPOOL_MEMORY_MAX - 1), 'Z'));
	storage_close(storage);
}

Test(spool, more_goes_to_a_file_that_has_no_name)
{
	const uint64_t size = (uint64_t)SPOOL_MEMORY_MAX + 70000;
	sample_resize(&sample, size);
	sample_write(&sample, 5, "A", 1);
	sample_write(&sample, SPOOL_MEMORY_MAX - 1, "BC", 2);
	sample_write(&sample, size - 1, "D", 1);

	Storage *storage = spool(sample.fd);

	cr_expect(is_in_folder(storage));
	cr_expect(zero(u64, storage_stamp(storage).links));
	cr_expect(zero(int, rmdir(folder)), "nothing is left in $TMPDIR");
	cr_expect(eq(u64, storage_size(storage), size));
	cr_expect(eq(int, byte_of(storage, 5), 'A'));
	cr_expect(eq(int, byte_of(storage, SPOOL_MEMORY_MAX - 1), 'B'));
	cr_expect(eq(int, byte_of(storage, SPOOL_MEMORY_MAX), 'C'));
	cr_expect(eq(int, byte_of(storage, size - 1), 'D'));
	storage_close(storage);
}

Test(spool, a_tmpdir_that_is_not_there_is_passed_over)
{
	if (access("/var/tmp", W_OK) < 0)
		cr_skip_test("/var/tmp cannot be written here");
	cr_assert(zero(int, setenv("TMPDIR", "/nowhere/at/all", 1)));
	sample_resize(&sample, (uint64_t)SPOOL_MEMORY_MAX + 1);

	Storage *storage = spool(sample.fd);

	cr_expect(not(is_in_memory(storage)));
	cr_expect(eq(u64, storage_size(storage), (uint64_t)SPOOL_MEMORY_MAX + 1));
	storage_close(storage);
}

/* ---- Progress ---- */

typedef struct {
	uint64_t calls, bytes, stop_at_calls, stop_at_bytes;
	bool rising;
} Progress;

static bool on_progress(void *context, uint64_t bytes)
{
	Progress *progress = context;
	progress->rising = progress->rising && bytes >= progress->bytes;
	progress->bytes = bytes;
	progress->calls++;
	return progress->calls != progress->stop_at_calls &&
	       (!progress->stop_at_bytes || bytes < progress->stop_at_bytes);
}

static StorageOptions with(Progress *progress)
{
	return (StorageOptions){.progress = on_progress, .context = progress};
}

Test(spool, progress_is_told)
{
	Progress progress = {.rising = true};
	Storage *storage = NULL;
	sample_resize(&sample, 10 << 20);

	cr_assert(zero(
		int, (int)spool_fd(&storage, sample.fd, "input", with(&progress), NULL)));

	cr_expect(lt(u64, 1, progress.calls));
	cr_expect(progress.rising);
	cr_expect(eq(u64, progress.bytes, (uint64_t)10 << 20));
	storage_close(storage);
}

Test(spool, stopping_keeps_what_came)
{
	Progress progress = {.stop_at_bytes = 100};
	Storage *storage = NULL;
	int ends[2];
	char block[200];
	memset(block, 'x', sizeof(block));
	cr_assert(zero(int, pipe(ends)));
	cr_assert(eq(long, (long)write(ends[1], block, sizeof(block)), 200L));

	/* The writing end stays open: there is no end of input. */
	const MhexStatus status =
		spool_fd(&storage, ends[0], "input", with(&progress), NULL);

	cr_expect(zero(int, (int)status));
	cr_expect(eq(u64, storage_size(storage), 200));
	storage_close(storage);
}

Test(spool, progress_is_told_while_nothing_comes)
{
	Progress progress = {.stop_at_calls = 2};
	Storage *storage = NULL;
	int ends[2];
	cr_assert(zero(int, pipe(ends)));

	const MhexStatus status =
		spool_fd(&storage, ends[0], "input", with(&progress), NULL);

	cr_expect(zero(int, (int)status));
	cr_expect(eq(u64, progress.calls, 2));
	cr_expect(zero(u64, storage_size(storage)));
	storage_close(storage);
}

/* ---- Failures ---- */

Test(spool, what_cannot_be_read_is_told)
{
	Storage *storage = NULL;
	MhexError err = {0};
	const int fd = open("/", O_RDONLY | O_CLOEXEC);

	const MhexStatus status =
		spool_fd(&storage, fd, "input", (StorageOptions){0}, &err);

	cr_expect(eq(int, (int)status, (int)MHEX_E_IO));
	cr_expect(eq(int, err.sys_errno, EISDIR));
	cr_expect(
		ne(ptr, strstr(err.message, "input: reading ended after 0 bytes"), NULL),
		"%s", err.message);
	storage_close(storage);
	(void)close(fd);
}

Test(spool, a_closed_input_is_told)
{
	Storage *storage = NULL;
	MhexError err = {0};
	Progress progress = {.stop_at_calls = 50};
	const int fd = dup(sample.fd);
	(void)close(fd);

	const MhexStatus status = spool_fd(&storage, fd, "input", with(&progress), &err);

	cr_expect(ne(int, (int)status, (int)MHEX_OK));
	cr_expect(eq(int, err.sys_errno, EBADF));
	storage_close(storage);
}

Test(spool, a_limit_of_file_sizes_is_an_error)
{
	struct rlimit limit;
	struct rlimit low;
	Storage *storage = NULL;
	MhexError err = {0};
	sample_resize(&sample, 10000);
	cr_assert(zero(int, getrlimit(RLIMIT_FSIZE, &limit)));
	low = limit;
	low.rlim_cur = 4096;
	cr_assert(zero(int, setrlimit(RLIMIT_FSIZE, &low)));

	const MhexStatus status =
		spool_fd(&storage, sample.fd, "input", (StorageOptions){0}, &err);
	cr_assert(zero(int, setrlimit(RLIMIT_FSIZE, &limit)));

	cr_expect(eq(int, (int)status, (int)MHEX_E_NOSPACE));
	cr_expect(eq(int, err.sys_errno, EFBIG));
	cr_expect(ne(ptr, strstr(err.message, "only 4096 bytes were read"), NULL), "%s",
		  err.message);
	cr_expect(eq(u64, storage_size(storage), 4096));
	storage_close(storage);
}

/* A tmpfs of so many bytes is $TMPDIR; what comes is longer. */
static int spool_to_small_disk(void *context)
{
	Storage *storage = NULL;
	MhexError err = {0};
	char sentence[80];
	uint8_t byte = 0;
	if (!sample_mount_tmpfs(folder, context))
		return CHILD_SKIPPED;
	CHILD_CHECK(spool_fd(&storage, sample.fd, "input", (StorageOptions){0}, &err) ==
		    MHEX_E_NOSPACE);
	CHILD_CHECK(err.sys_errno == ENOSPC);
	CHILD_CHECK(storage != NULL);
	(void)snprintf(sentence, sizeof(sentence),
		       "input: only %llu bytes were read: No space left on device",
		       (unsigned long long)storage_size(storage));
	CHILD_CHECK(strcmp(err.message, sentence) == 0);
	CHILD_CHECK(storage_size(storage) >= SPOOL_MEMORY_MAX);
	CHILD_CHECK(storage_size(storage) < (uint64_t)80 << 20);
	CHILD_CHECK(storage_read(storage, 12345, &byte, 1, NULL, NULL) == MHEX_OK);
	CHILD_CHECK(byte == 'Q');
	storage_close(storage);
	return 0;
}

static void expect_small_disk(char *options)
{
	sample_resize(&sample, (uint64_t)80 << 20);
	sample_write(&sample, 12345, "Q", 1);
	sample_expect_child(spool_to_small_disk, options,
			    "no mount namespace for this user here");
}

Test(spool, a_disk_that_becomes_full_is_told_and_what_came_is_kept)
{
	expect_small_disk((char[]){"size=70m"});
}

Test(spool, a_disk_that_is_full_at_once_is_told_and_memory_is_kept)
{
	expect_small_disk((char[]){"size=1m"});
}

/* ---- FIFOs ---- */

Test(spool, a_fifo_is_opened_when_its_writer_comes)
{
	char path[300];
	int fd = -1;
	(void)snprintf(path, sizeof(path), "%s/fifo", folder);
	cr_assert(zero(int, mkfifo(path, 0600)));
	const pid_t writer = fork();
	if (writer == 0) {
		const int to = open(path, O_WRONLY);
		_exit(write(to, "from afar", 9) == 9 ? 0 : 1);
	}

	cr_assert(zero(int, (int)spool_open_fifo(&fd, path, NULL)));
	Storage *storage = spool(fd);

	cr_expect(eq(u64, storage_size(storage), 9));
	cr_expect(eq(int, byte_of(storage, 8), 'r'));
	storage_close(storage);
	(void)close(fd);
	(void)waitpid(writer, NULL, 0);
	(void)unlink(path);
}

Test(spool, only_a_fifo_is_one)
{
	int fd = 9;
	MhexError err = {0};

	cr_expect(eq(int, (int)spool_open_fifo(&fd, sample.path, &err),
		     (int)MHEX_E_UNSUPPORTED));
	cr_expect(eq(int, fd, -1));
	cr_expect(ne(ptr, strstr(err.message, "is not a FIFO"), NULL));
	cr_expect(ne(int, (int)spool_open_fifo(&fd, "/nowhere/at/all", &err), 0));
	cr_expect(eq(int, err.sys_errno, ENOENT));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/plain_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sample.h"

enum {
	SIZE = 10000,
	LENGTH = 9000, /* more than is compared at a time */
};

static Sample sample;
static uint8_t base[LENGTH], bytes[LENGTH];

/* From offset 100 on, every third byte is to become another one. */
static void set_up(void)
{
	sample_make(&sample, SIZE);
	for (size_t i = 0; i < LENGTH; i++) {
		base[i] = sample_byte(100 + i);
		bytes[i] = i % 3 ? base[i] : (uint8_t)~base[i];
	}
}

static void tear_down(void)
{
	sample_remove(&sample);
}

TestSuite(plain_store, .init = set_up, .fini = tear_down, .timeout = 100);

Test(plain_store, what_is_exchanged_is_in_the_file_and_nothing_else)
{
	size_t stored = 0;
	size_t same = 0;

	const PlainResult result =
		plain_exchange(sample.fd, 100, base, bytes, LENGTH, &stored);
	const PlainResult compared = plain_compare(sample.fd, 100, bytes, LENGTH, &same);

	cr_expect(eq(int, (int)result, (int)PLAIN_DONE));
	cr_expect(eq(sz, stored, (size_t)LENGTH));
	cr_expect(eq(int, (int)compared, (int)PLAIN_DONE));
	cr_expect(eq(sz, same, (size_t)LENGTH));
	cr_expect(eq(int, sample_peek(&sample, 99), sample_byte(99)));
	cr_expect(eq(int, sample_peek(&sample, 100 + LENGTH), sample_byte(100 + LENGTH)));
}

Test(plain_store, a_byte_that_is_another_ends_it)
{
	size_t stored = 0;
	sample_write(&sample, 100 + 5000, "\0", 1);

	const PlainResult result =
		plain_exchange(sample.fd, 100, base, bytes, LENGTH, &stored);

	cr_expect(eq(int, (int)result, (int)PLAIN_DIFFERS));
	cr_expect(eq(sz, stored, 5000));
	cr_expect(eq(int, sample_peek(&sample, 100 + 4998), bytes[4998]));
	cr_expect(zero(int, sample_peek(&sample, 100 + 5000)));
	cr_expect(eq(int, sample_peek(&sample, 100 + 5001), base[5001]));
}

Test(plain_store, the_end_of_the_file_ends_it)
{
	size_t stored = 0;
	size_t same = 0;
	sample_resize(&sample, 100 + 4500);

	const PlainResult result =
		plain_exchange(sample.fd, 100, base, bytes, LENGTH, &stored);
	const PlainResult compared = plain_compare(sample.fd, 100, bytes, LENGTH, &same);

	cr_expect(eq(int, (int)result, (int)PLAIN_END));
	cr_expect(eq(sz, stored, 4500));
	cr_expect(eq(int, (int)compared, (int)PLAIN_END));
	cr_expect(eq(sz, same, 4500));
	cr_expect(eq(u64, sample_file_size(&sample), (uint64_t)100 + 4500));
}

Test(plain_store, what_the_system_refuses_is_told)
{
	size_t stored = 9;
	size_t same = 9;
	const int fd = open(sample.path, O_RDONLY | O_CLOEXEC);

	const PlainResult result = plain_exchange(fd, 100, base, bytes, LENGTH, &stored);
	const int code = errno;
	const PlainResult compared = plain_compare(-1, 100, bytes, LENGTH, &same);

	cr_expect(eq(int, (int)result, (int)PLAIN_FAILED));
	cr_expect(eq(int, code, EBADF));
	cr_expect(zero(sz, stored));
	cr_expect(eq(int, (int)compared, (int)PLAIN_FAILED));
	cr_expect(zero(sz, same));
	(void)close(fd);
}

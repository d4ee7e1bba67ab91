/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/add_buffer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static AddBuffer *buffer;

static void set_up(void)
{
	buffer = add_buffer_new();
	cr_assert(buffer != NULL);
}

static void tear_down(void)
{
	add_buffer_free(buffer);
}

TestSuite(add_buffer, .init = set_up, .fini = tear_down, .timeout = 100);

Test(add_buffer, gives_back_what_was_appended)
{
	uint64_t first = 99, second = 0;
	char got[6] = {0};

	cr_assert(add_buffer_append(buffer, "abc", 3, &first));
	cr_assert(add_buffer_append(buffer, "de", 2, &second));

	add_buffer_read(buffer, first, got, 5);
	cr_expect(eq(u64, first, 0));
	cr_expect(eq(u64, second, 3));
	cr_expect(eq(u64, add_buffer_size(buffer), 5));
	cr_expect(eq(str, got, (char *)"abcde"));
}

Test(add_buffer, never_moves_a_byte)
{
	static char block[1 << 20];
	uint64_t at = 0, run = 0;
	cr_assert(add_buffer_append(buffer, "x", 1, &at));
	const uint8_t *before = add_buffer_at(buffer, at, &run);

	for (int i = 0; i < 10; i++) {
		uint64_t ignored = 0;
		cr_assert(add_buffer_append(buffer, block, sizeof(block), &ignored));
	}

	cr_expect(add_buffer_at(buffer, at, &run) == before);
	cr_expect(eq(int, *before, 'x'));
}

Test(add_buffer, an_append_may_cross_several_chunks)
{
	const size_t length = 1000003;
	uint8_t *bytes = malloc(length);
	uint8_t *got = malloc(length);
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(i * 31 + i / 257);
	uint64_t at = 0;
	cr_assert(add_buffer_append(buffer, "0123456", 7, &at));

	cr_assert(add_buffer_append(buffer, bytes, length, &at));

	add_buffer_read(buffer, at, got, length);
	cr_expect(eq(int, memcmp(bytes, got, length), 0));
	free(bytes);
	free(got);
}

Test(add_buffer, a_run_ends_where_the_next_chunk_begins)
{
	static const uint64_t starts[] = {0, 65535, 65536, 131071, 131072, 300000};
	static const uint64_t ends[] = {65536, 65536, 131072, 131072, 262144, 524288};
	static uint8_t block[524288];
	uint64_t at = 0;
	cr_assert(add_buffer_append(buffer, block, sizeof(block), &at));

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		uint64_t run = 0;
		(void)add_buffer_at(buffer, starts[i], &run);
		cr_expect(eq(u64, starts[i] + run, ends[i]));
	}
}

Test(add_buffer, what_was_cut_is_written_again)
{
	uint64_t at = 0;
	char got[4] = {0};
	cr_assert(add_buffer_append(buffer, "abcdef", 6, &at));

	add_buffer_cut(buffer, 2);
	cr_assert(add_buffer_append(buffer, "X", 1, &at));

	add_buffer_read(buffer, 0, got, 3);
	cr_expect(eq(u64, at, 2));
	cr_expect(eq(str, got, (char *)"abX"));
}

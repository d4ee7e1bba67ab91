/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/exchange.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdalign.h>
#include <string.h>

#include "base/job.h"
#include "mhex/error.h"

enum {
	LENGTH = 40
};

TestSuite(exchange, .timeout = 100);

Test(exchange, stores_any_length_at_any_alignment_and_nothing_beside_it)
{
	for (size_t begin = 0; begin < 16; begin++) {
		for (size_t length = 0; begin + length <= LENGTH; length++) {
			alignas(8) uint8_t memory[LENGTH];
			uint8_t base[LENGTH];
			uint8_t bytes[LENGTH];
			uint8_t want[LENGTH];
			memset(memory, 'o', LENGTH);
			memset(base, 'o', LENGTH);
			memset(bytes, 'n', LENGTH);
			memset(want, 'o', LENGTH);
			memset(want + begin, 'n', length);

			const size_t done =
				exchange_bytes(memory + begin, base, bytes, length);

			cr_assert(eq(sz, done, length));
			cr_assert(zero(int, memcmp(memory, want, LENGTH)),
				  "%zu bytes at %zu", length, begin);
		}
	}
}

Test(exchange, stops_at_the_first_byte_that_is_another)
{
	for (size_t odd = 0; odd < LENGTH - 3; odd++) {
		alignas(8) uint8_t memory[LENGTH];
		uint8_t base[LENGTH];
		uint8_t bytes[LENGTH];
		memset(memory, 'o', LENGTH);
		memset(base, 'o', LENGTH);
		memset(bytes, 'n', LENGTH);
		memory[3 + odd] = 'x';

		const size_t done = exchange_bytes(memory + 3, base, bytes, LENGTH - 3);

		cr_assert(eq(sz, done, odd));
		for (size_t i = 3; i < LENGTH; i++) {
			const char want = i < 3 + odd ? 'n' : i == 3 + odd ? 'x' : 'o';
			cr_assert(eq(chr, (char)memory[i], want), "%zu, %zu", odd, i);
		}
	}
}

Test(exchange, bytes_that_stay_are_compared)
{
	alignas(8) uint8_t memory[16] = "abcdefghijklmno";
	const uint8_t same[16] = "abcdefghijkLmno";

	const size_t done = exchange_bytes(memory, same, same, sizeof(memory));

	cr_expect(eq(sz, done, 11));
}

enum {
	ROUNDS = 20000
};

static uint8_t *shared;

/* Counts up the odd bytes of one word, one at a time. */
static MhexStatus count_up(Job *job, void *context, MhexError *err)
{
	(void)job;
	(void)context;
	(void)err;
	for (unsigned i = 0; i < ROUNDS; i++)
		(void)__atomic_fetch_add(&shared[1], 1, __ATOMIC_SEQ_CST);
	return MHEX_OK;
}

Test(exchange, a_neighbour_stored_at_the_same_time_is_never_undone)
{
	alignas(8) uint8_t word[8] = {0};
	Job *job = NULL;
	shared = word;
	cr_assert(zero(int, (int)job_start(&job, count_up, NULL, -1, NULL)));

	unsigned stored = 0;
	while (stored < ROUNDS) {
		uint8_t base[8];
		uint8_t bytes[8];
		const uint64_t now =
			__atomic_load_n((uint64_t *)(void *)word, __ATOMIC_SEQ_CST);
		memcpy(base, &now, sizeof(base));
		memcpy(bytes, base, sizeof(bytes));
		bytes[0] = (uint8_t)(base[0] + 1);
		stored += exchange_bytes(word, base, bytes, 8) > 0;
	}
	cr_assert(zero(int, (int)job_finish(job, NULL)));

	cr_expect(eq(u8, word[0], (uint8_t)ROUNDS));
	cr_expect(eq(u8, word[1], (uint8_t)ROUNDS));
}

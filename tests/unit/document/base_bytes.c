/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/base_bytes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static BaseBytes *store;

static void set_up(void)
{
	store = base_bytes_new();
	cr_assert(store != NULL);
}

static void tear_down(void)
{
	base_bytes_free(store);
}

TestSuite(base_bytes, .init = set_up, .fini = tear_down, .timeout = 100);

static void put(uint64_t offset, const char *bytes)
{
	cr_assert(base_bytes_put(store, offset, (const uint8_t *)bytes, NULL,
				 strlen(bytes)));
}

/* What is known of [offset, offset + length), '.' for what is not. */
static const char *text(const BaseBytes *from, uint64_t offset, size_t length)
{
	static char buffer[256];
	uint8_t bytes[256], known[256];
	cr_assert(lt(sz, length, sizeof(buffer)));
	base_bytes_read(from, offset, bytes, length, known);
	for (size_t i = 0; i < length; i++)
		buffer[i] = known[i] ? (char)bytes[i] : '.';
	buffer[length] = '\0';
	return buffer;
}

#define EXPECT_TEXT(from, offset, want)                                                  \
	cr_expect(eq(str, (char *)text(from, offset, strlen(want)), (char *)(want)))

Test(base_bytes, knows_nothing_at_first)
{
	EXPECT_TEXT(store, 0, "....");
	base_bytes_forget(store, 0, UINT64_MAX);
	EXPECT_TEXT(store, (uint64_t)1 << 42, "....");
}

Test(base_bytes, tells_what_was_put)
{
	put(14, "hello, world");
	put((uint64_t)1 << 42, "far");

	EXPECT_TEXT(store, 10, "....hello, world....");
	EXPECT_TEXT(store, 20, " world...");
	EXPECT_TEXT(store, ((uint64_t)1 << 42) - 2, "..far..");
}

Test(base_bytes, takes_the_newest)
{
	put(0, "abcdefgh");
	put(2, "XY");

	EXPECT_TEXT(store, 0, "abXYefgh");
}

Test(base_bytes, an_unreadable_byte_is_unknown)
{
	const uint8_t readable[] = {1, 0, 0, 1};
	put(0, "abcdef");

	cr_assert(base_bytes_put(store, 1, (const uint8_t *)"wxyz", readable, 4));

	EXPECT_TEXT(store, 0, "aw..zf");
}

Test(base_bytes, forgets_parts_and_whole_blocks)
{
	put(0, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	put(1000000, "far");

	base_bytes_forget(store, 3, 2);
	base_bytes_forget(store, 14, 36);

	EXPECT_TEXT(store, 0,
		    "012..56789abcd...................."
		    "................23456789abcdef.");
	EXPECT_TEXT(store, 1000000, "far");
}

Test(base_bytes, forgets_everything_at_the_cost_of_what_it_holds)
{
	put(1, "near");
	put((uint64_t)1 << 50, "far");

	base_bytes_forget(store, 2, (uint64_t)1 << 60);

	EXPECT_TEXT(store, 0, ".n...");
	EXPECT_TEXT(store, (uint64_t)1 << 50, "...");
}

Test(base_bytes, gives_back_what_it_forgets)
{
	const uint64_t empty = base_bytes_memory(store);
	for (uint64_t i = 0; i < 100000; i++)
		put(i * 40, "x");
	const uint64_t full = base_bytes_memory(store);

	base_bytes_forget(store, 0, 4000000);

	cr_expect(lt(u64, full, 100000 * 60));
	cr_expect(lt(u64, base_bytes_memory(store) - empty, full / 50));
	put(8, "again");
	EXPECT_TEXT(store, 7, ".again.");
}

Test(base_bytes, a_clone_goes_its_own_way)
{
	put(5, "before");
	BaseBytes *copy = base_bytes_clone(store);
	cr_assert(copy != NULL);

	put(5, "after!");
	base_bytes_forget(copy, 5, 2);

	EXPECT_TEXT(store, 5, "after!");
	EXPECT_TEXT(copy, 5, "..fore");
	base_bytes_free(copy);
}

Test(base_bytes, one_large_edit_fills_its_memory_well)
{
	const size_t length = 4 << 20;
	uint8_t *bytes = malloc(length), *read = malloc(length), *known = malloc(length);
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(i % 253);

	cr_assert(base_bytes_put(store, 12345, bytes, NULL, length));
	base_bytes_read(store, 12345, read, length, known);

	cr_expect(eq(int, memcmp(read, bytes, length), 0));
	cr_expect(known[0] && known[length - 1]);
	cr_expect(lt(u64, base_bytes_memory(store), 2 * length));
	base_bytes_clear(store);
	cr_expect(lt(u64, base_bytes_memory(store), 100));
	free(bytes);
	free(read);
	free(known);
}

/* ---- Against an array that cannot be wrong ---- */

enum {
	MODEL_SIZE = 60000,
	MODEL_STEPS = 20000,
	PUT_MAX = 5000, /* more than a leaf has */
};

static uint64_t random_state;

static uint64_t below(uint64_t limit)
{
	/* splitmix64 */
	uint64_t z = random_state += 0x9e3779b97f4a7c15ULL;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (z ^ z >> 31) % limit;
}

static struct {
	uint8_t bytes[MODEL_SIZE], known[MODEL_SIZE];
} model;

static void random_put(size_t offset, size_t length)
{
	uint8_t bytes[PUT_MAX], readable[PUT_MAX];
	const bool all = below(2) == 0;
	const uint64_t unknown = below(2) == 0 ? 4 : 1000; /* one of so many */
	for (size_t i = 0; i < length; i++) {
		bytes[i] = (uint8_t)below(256);
		readable[i] = all || below(unknown) > 0;
		model.bytes[offset + i] = bytes[i];
		model.known[offset + i] = readable[i];
	}
	cr_assert(base_bytes_put(store, offset, bytes, all ? NULL : readable, length));
}

static void expect_model(size_t offset, size_t length)
{
	static uint8_t bytes[MODEL_SIZE], known[MODEL_SIZE];
	base_bytes_read(store, offset, bytes, length, known);
	for (size_t i = 0; i < length; i++)
		cr_assert(known[i] == model.known[offset + i] &&
				  (!known[i] || bytes[i] == model.bytes[offset + i]),
			  "at %zu", offset + i);
}

static void expect_next(uint64_t from, uint64_t offset, uint64_t length)
{
	const Range next = base_bytes_next(store, from);
	cr_expect(eq(u64, next.length, length), "from %" PRIu64, from);
	if (length > 0)
		cr_expect(eq(u64, next.offset, offset), "from %" PRIu64, from);
}

Test(base_bytes, leads_to_the_next_that_is_remembered)
{
	const uint64_t far = (uint64_t)1 << 60;
	expect_next(0, 0, 0);
	put(40, "abc");
	put(48, "def");
	put(far, "xyz");

	expect_next(0, 32, 32);
	expect_next(40, 40, 24);
	expect_next(63, 63, 1);
	expect_next(64, far, 16);
	expect_next(far + 16, 0, 0);
	expect_next(UINT64_MAX, 0, 0);
}

/* Stretches do not reach over the end of a leaf, nothing is left out. */
Test(base_bytes, leads_through_all_that_is_remembered)
{
	for (uint64_t i = 0; i < 1000; i++)
		put(i * 16, "x");

	uint64_t end = 0;
	for (Range next; (next = base_bytes_next(store, end)).length > 0;
	     end = range_end(next))
		cr_assert(eq(u64, next.offset, end));
	cr_expect(eq(u64, end, 16000));
}

static void seed_random(void)
{
	const char *given = getenv("MHEX_SEED");
	const uint64_t seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	(void)printf("MHEX_SEED=%" PRIu64 "\n", seed);
	random_state = seed;
}

/* Short runs close to each other, and a long one at times. */
static void append_many(void)
{
	uint8_t bytes[5000];
	for (size_t at = (size_t)below(40); at + sizeof(bytes) < MODEL_SIZE;) {
		const uint64_t most = below(300) == 0 ? sizeof(bytes) : 1 + below(12);
		const size_t length = 1 + (size_t)below(most);
		for (size_t i = 0; i < length; i++)
			bytes[i] = (uint8_t)below(256);
		cr_assert(base_bytes_append(store, at, bytes, NULL, length));
		memcpy(model.bytes + at, bytes, length);
		memset(model.known + at, 1, length);
		at += length + (size_t)below(1 + below(40));
	}
}

/* Whatever is known is led to. */
static void expect_model_led_to(void)
{
	uint64_t end = 0;
	for (Range next; (next = base_bytes_next(store, end)).length > 0;
	     end = range_end(next)) {
		for (uint64_t i = end; i < next.offset; i++)
			cr_assert(not(model.known[i]));
	}
	for (uint64_t i = end; i < MODEL_SIZE; i++)
		cr_assert(not(model.known[i]));
}

static size_t put_length(size_t offset)
{
	const size_t length = (size_t)below(below(3) == 0 ? PUT_MAX : 300);
	return length < MODEL_SIZE - offset ? length : MODEL_SIZE - offset;
}

Test(base_bytes, what_was_appended_equals_an_array)
{
	seed_random();
	for (int round = 0; round < 20; round++) {
		memset(&model, 0, sizeof(model));
		base_bytes_clear(store);
		if (round % 3 == 0)
			random_put((size_t)below(2000), 20);
		append_many();
		expect_model(0, MODEL_SIZE);
		expect_model_led_to();
		for (int step = 0; step < 60; step++) {
			const size_t offset = (size_t)below(MODEL_SIZE - 300);
			const size_t length = (size_t)below(below(10) == 0 ? 9000 : 200);
			const size_t gone = offset + length < MODEL_SIZE
						    ? length
						    : MODEL_SIZE - offset;
			if (step % 2)
				random_put(offset, put_length(offset));
			expect_model(offset, 300);
			base_bytes_forget(store, offset, gone);
			memset(model.known + offset, 0, gone);
			expect_model_led_to();
		}
		expect_model(0, MODEL_SIZE);
	}
}

Test(base_bytes, what_is_appended_takes_few_bytes)
{
	for (uint64_t i = 0; i < 100000; i++)
		cr_assert(base_bytes_append(store, i * 1073, (const uint8_t *)"~@~@",
					    NULL, 4));

	cr_expect(lt(u64, base_bytes_memory(store), 900000));
	EXPECT_TEXT(store, (uint64_t)5000 * 1073 - 2, "..~@~@..");
	BaseBytes *copy = base_bytes_clone(store);
	put(5000 * (uint64_t)1073 + 1, "XY");
	EXPECT_TEXT(store, (uint64_t)5000 * 1073 - 2, "..~XY@..");
	EXPECT_TEXT(store, (uint64_t)5001 * 1073 - 2, "..~@~@..");
	EXPECT_TEXT(copy, (uint64_t)5000 * 1073 - 2, "..~@~@..");
	base_bytes_free(copy);
}

Test(base_bytes, equals_an_array_after_random_calls)
{
	seed_random();
	for (int step = 0; step < MODEL_STEPS; step++) {
		const size_t offset = (size_t)below(MODEL_SIZE - 300);
		size_t length = (size_t)below(below(10) == 0 ? 300 : 6);
		if (below(3) > 0) {
			random_put(offset, length);
		} else {
			length *= below(100) == 0 ? 40 : 1;
			if (length > MODEL_SIZE - offset)
				length = MODEL_SIZE - offset;
			base_bytes_forget(store, offset, length);
			memset(model.known + offset, 0, length);
		}
		expect_model(offset, 100);
		if (step % 500 == 0)
			expect_model(0, MODEL_SIZE);
	}

	expect_model(0, MODEL_SIZE);
}

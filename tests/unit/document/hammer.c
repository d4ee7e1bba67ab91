/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Another process that changes the same bytes in a loop while we save them.
 *
 * One word of the file is shared: its even bits are a counter that the other process
 * increases, its odd bits are turned around by each save of ours. A save that overwrites
 * a store which it has not seen makes the count wrong.
 */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "save_sample.h"

enum {
	SIZE = 4096,
	PLACE = 64,    /* of the word, aligned */
	MS_MAX = 400,  /* of one test */
	SAVES_MAX = 60 /* then it is enough */
};

static const uint64_t even = UINT64_C(0x5555555555555555);

typedef struct {
	_Atomic uint64_t stores;
	atomic_bool stop;
} Shared;

static SaveSample sample;
static Shared *shared;
static pid_t other;

/* The number in the even bits, increased: with the odd ones set, a carry runs through
 * them. */
static uint64_t increased(uint64_t word)
{
	return (((word | ~even) + 1) & even) | (word & ~even);
}

static uint64_t counter_of(uint64_t word)
{
	uint64_t number = 0;
	for (int i = 0; i < 32; i++)
		number |= (word >> (2 * i) & 1) << i;
	return number;
}

static void hammer(_Atomic uint64_t *word)
{
	unsigned random = 1;
	while (!atomic_load(&shared->stop)) {
		uint64_t seen = atomic_load(word);
		while (!atomic_compare_exchange_weak(word, &seen, increased(seen)))
			;
		atomic_fetch_add(&shared->stores, 1);
		/* Now and then there is time for a save. */
		random = random * 1103515245U + 12345;
		const unsigned pause = random >> 16 & 7 ? 200 : 200000;
		for (volatile unsigned i = 0; i < pause; i++)
			;
	}
}

static void set_up(void)
{
	sample_make(&sample, SIZE);
	cr_assert(eq(long, (long)pwrite(sample.fd, &(uint64_t){0}, 8, PLACE), 8));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cr_assert(ne(ptr, (void *)shared, MAP_FAILED));
	sample_open(&sample, ACCESS_PREVIEW);
	uint8_t *bytes =
		mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, sample.fd, 0);
	cr_assert(ne(ptr, (void *)bytes, MAP_FAILED));
	const pid_t parent = getpid();
	other = fork();
	if (other == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			hammer((void *)(bytes + PLACE));
		_exit(0);
	}
}

static void tear_down(void)
{
	atomic_store(&shared->stop, true);
	if (other > 0)
		(void)waitpid(other, NULL, 0);
	sample_remove(&sample);
}

TestSuite(hammer, .init = set_up, .fini = tear_down, .timeout = 100);

static uint64_t now_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Turn our bits of the word around: an edit of what was seen. When the other process
 * came between seeing and editing it is called off. */
static bool edit(void)
{
	MhexError err = {0};
	uint64_t seen = 0, after = 0;
	cr_assert(zero(int, (int)document_read(sample.doc, PLACE, &seen, 8, NULL, &err)));
	const uint64_t word = seen ^ ~even;
	cr_assert(zero(int, (int)document_overwrite(sample.doc, PLACE, &word, 8, &err)));
	cr_assert(eq(long, (long)pread(sample.fd, &after, 8, PLACE), 8));
	if (after == seen)
		return true;
	cr_assert(zero(int, (int)document_revert(sample.doc, &err)));
	return false;
}

/* The other process ends, and all is counted. */
static void expect_nothing_lost(uint64_t saves)
{
	uint64_t word = 0;
	atomic_store(&shared->stop, true);
	(void)waitpid(other, NULL, 0);
	other = -1;
	cr_assert(eq(long, (long)pread(sample.fd, &word, 8, PLACE), 8));
	cr_expect(eq(u64, counter_of(word), atomic_load(&shared->stores)),
		  "stores of the other process");
	(void)fprintf(stderr, "%llu saves beside %llu stores\n",
		      (unsigned long long)saves,
		      (unsigned long long)atomic_load(&shared->stores));
}

Test(hammer, loses_no_store_by_a_save)
{
	uint64_t saves = 0;
	MhexError err = {0};
	const uint64_t end = now_ms() + MS_MAX;

	while (now_ms() < end && saves < SAVES_MAX) {
		if (!edit())
			continue;
		const MhexStatus status = sample_write(&sample, &err);
		if (!status) {
			cr_assert(not(document_is_modified(sample.doc)));
			saves++;
			continue;
		}
		cr_assert(eq(int, (int)status, MHEX_E_CONFLICT), "%s", err.message);
		cr_assert(zero(int, (int)document_revert(sample.doc, &err)));
	}

	expect_nothing_lost(saves);
}

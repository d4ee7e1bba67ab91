/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/scan.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "unit/analysis/random.h"

static bool accepts(const ScanProbe *probe, const uint8_t *bytes)
{
	const unsigned over = (bytes[probe->at] & probe->mask) - (unsigned)probe->low;
	return (over & 0xff) <= probe->span;
}

static size_t find_naively(const ScanPlan *plan, const uint8_t *bytes, size_t from,
			   size_t end)
{
	for (size_t at = from; at < end; at++) {
		bool all = true;
		for (unsigned i = 0; i < plan->count; i++)
			all = all && accepts(&plan->probes[i], bytes + at);
		if (all)
			return at;
	}
	return end;
}

static ScanProbe random_probe(uint64_t *state, ScanShape shape)
{
	ScanProbe probe = {random_below(state, 40), 0xff,
			   (uint8_t)random_below(state, 256), 0};
	if (shape != SCAN_EXACT && random_below(state, 2))
		probe.mask = (uint8_t)random_below(state, 256);
	if (shape == SCAN_RANGED && random_below(state, 2))
		probe.span = (uint8_t)random_below(state, 256);
	else
		probe.low &= probe.mask;
	return probe;
}

static ScanPlan random_plan(uint64_t *state)
{
	ScanPlan plan = {.count = (unsigned)random_below(state, 2) + 1,
			 .shape = (ScanShape)random_below(state, 3)};
	for (unsigned i = 0; i < plan.count; i++)
		plan.probes[i] = random_probe(state, plan.shape);
	return plan;
}

static size_t farther(const ScanPlan *plan)
{
	size_t most = plan->probes[0].at;
	if (plan->count == 2 && plan->probes[1].at > most)
		most = plan->probes[1].at;
	return most;
}

static void compare(const ScanKernel *kernel, const ScanPlan *plan, const uint8_t *bytes,
		    size_t end)
{
	for (size_t from = 0; from <= end;) {
		const size_t want = find_naively(plan, bytes, from, end);
		cr_assert_eq(kernel->find(plan, bytes, from, end), want,
			     "%s: from %zu to %zu", kernel->name, from, end);
		from = want + 1;
	}
}

Test(scan, every_kernel_finds_what_a_loop_finds)
{
	uint64_t state = 1;
	for (int round = 0; round < 4000; round++) {
		const ScanPlan plan = random_plan(&state);
		const size_t end = random_below(&state, 700);
		/* Of exactly its size, so that the sanitizers see a read beyond it. */
		const size_t length = end + farther(&plan) + 1;
		uint8_t *bytes = malloc(length);
		cr_assert(bytes != NULL);
		for (size_t i = 0; i < length; i++)
			bytes[i] = (uint8_t)random_below(&state, round % 2 ? 256 : 4);
		for (size_t i = 0; i < scan_kernel_count; i++) {
			if (scan_kernels[i].runs())
				compare(&scan_kernels[i], &plan, bytes, end);
		}
		free(bytes);
	}
}

/* Each byte beside each limit: where arithmetic in a word could borrow. */
Test(scan, every_byte_is_within_its_limits_or_not)
{
	uint8_t bytes[256];
	for (unsigned i = 0; i < 256; i++)
		bytes[i] = (uint8_t)i;
	for (unsigned low = 0; low < 256; low += 5) {
		for (unsigned span = 0; span < 256; span += 3) {
			const ScanPlan plan = {
				.probes = {{0, 0xff, (uint8_t)low, (uint8_t)span}},
				.count = 1,
				.shape = SCAN_RANGED};
			for (size_t i = 0; i < scan_kernel_count; i++) {
				if (scan_kernels[i].runs())
					compare(&scan_kernels[i], &plan, bytes,
						sizeof(bytes));
			}
		}
	}
}

Test(scan, one_kernel_runs_everywhere)
{
	cr_assert(scan_kernel_count > 0);
	const ScanKernel *last = &scan_kernels[scan_kernel_count - 1];
	cr_expect(last->runs());
	cr_expect_str_eq(last->name, "portable");
	cr_expect(scan_kernel()->runs());
}

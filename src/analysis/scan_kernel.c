/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/scan_kernels.h"
#include "analysis/scan_vector.h"

/* Compiled once for each kind of vector, with its name as MHEX_SCAN_FIND. */

/* What is known when the program is compiled makes one loop for each shape. */
#define INLINE static inline __attribute__((always_inline))

typedef struct {
	const uint8_t *bytes; /* moved by its distance */
	Vector mask, low, span;
} Probe;

INLINE Probe prepare(const ScanProbe *probe, const uint8_t *bytes)
{
	return (Probe){bytes + probe->at, vector_all(probe->mask), vector_all(probe->low),
		       vector_all(probe->span)};
}

INLINE Hit try_probe(const Probe *probe, size_t at, ScanShape shape)
{
	const Vector bytes = vector_load(probe->bytes + at);
	if (shape == SCAN_EXACT)
		return vector_equal(bytes, probe->low);
	const Vector masked = vector_and(bytes, probe->mask);
	if (shape == SCAN_MASKED)
		return vector_equal(masked, probe->low);
	return vector_within(masked, probe->low, probe->span);
}

INLINE Hit try_at(const Probe probes[2], unsigned count, size_t at, ScanShape shape)
{
	const Hit hit = try_probe(&probes[0], at, shape);
	return count == 1 ? hit : hit_and(hit, try_probe(&probes[1], at, shape));
}

INLINE Hit try_four(const Probe probes[2], unsigned count, size_t at, ScanShape shape)
{
	const Hit a = try_at(probes, count, at, shape);
	const Hit b = try_at(probes, count, at + WIDTH, shape);
	const Hit c = try_at(probes, count, at + (size_t)2 * WIDTH, shape);
	const Hit d = try_at(probes, count, at + (size_t)3 * WIDTH, shape);
	return hit_or(hit_or(a, b), hit_or(c, d));
}

static bool accepts(const ScanProbe *probe, uint8_t byte)
{
	return (uint8_t)((byte & probe->mask) - probe->low) <= probe->span;
}

/* Too few for a vector. */
static size_t find_bytewise(const ScanPlan *plan, const uint8_t *bytes, size_t from,
			    size_t end)
{
	const ScanProbe *a = &plan->probes[0];
	const ScanProbe *b = &plan->probes[plan->count - 1];
	size_t at = from;
	while (at < end &&
	       !(accepts(a, bytes[at + a->at]) && accepts(b, bytes[at + b->at])))
		at++;
	return at;
}

INLINE size_t find(const ScanPlan *plan, const uint8_t *bytes, size_t from, size_t end,
		   ScanShape shape, unsigned count)
{
	const Probe probes[2] = {prepare(&plan->probes[0], bytes),
				 prepare(&plan->probes[count - 1], bytes)};
	size_t at = from;
	if (end - from < WIDTH)
		return find_bytewise(plan, bytes, from, end);
	while (end - at >= (size_t)4 * WIDTH &&
	       !hit_any(try_four(probes, count, at, shape)))
		at += (size_t)4 * WIDTH;
	for (; end - at >= WIDTH; at += WIDTH) {
		const Hit hit = try_at(probes, count, at, shape);
		if (hit_any(hit))
			return at + hit_first(hit);
	}
	if (at == end)
		return end;
	/* The last vector lies over bytes that have been looked at and have no hit. */
	at = end - WIDTH;
	const Hit hit = try_at(probes, count, at, shape);
	return hit_any(hit) ? at + hit_first(hit) : end;
}

size_t MHEX_SCAN_FIND(const ScanPlan *plan, const uint8_t *bytes, size_t from, size_t end)
{
	const bool one = plan->count == 1;
	if (from >= end)
		return end;
	switch (plan->shape) {
	case SCAN_EXACT:
		return one ? find(plan, bytes, from, end, SCAN_EXACT, 1)
			   : find(plan, bytes, from, end, SCAN_EXACT, 2);
	case SCAN_MASKED:
		return one ? find(plan, bytes, from, end, SCAN_MASKED, 1)
			   : find(plan, bytes, from, end, SCAN_MASKED, 2);
	case SCAN_RANGED:
	default:
		return one ? find(plan, bytes, from, end, SCAN_RANGED, 1)
			   : find(plan, bytes, from, end, SCAN_RANGED, 2);
	}
}

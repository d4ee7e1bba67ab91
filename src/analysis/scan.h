/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_SCAN_H
#define MHEX_ANALYSIS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The innermost loop of a search: where may a match begin?
 *
 * One or two bytes of the pattern, the probes, are compared with a whole vector of bytes
 * at once, each at its distance from the beginning of the match ("generic SIMD" search,
 * W. Mula). What passes is a candidate and is compared wholly by the matcher.
 *
 * One source is compiled for each kind of vector; which one runs is asked of the
 * processor.
 */

/* Accepts a byte when (uint8_t)((byte & mask) - low) <= span. */
typedef struct {
	size_t at; /* distance from the beginning of the match */
	uint8_t mask, low, span;
} ScanProbe;

typedef enum {
	SCAN_EXACT,  /* masks are 0xff, spans 0 */
	SCAN_MASKED, /* spans are 0 */
	SCAN_RANGED,
} ScanShape;

typedef struct ScanPlan ScanPlan;

/* The first candidate in [from, end), or end. bytes can be read to end plus the distance
 * of the farther probe. */
typedef size_t (*ScanFind)(const ScanPlan *plan, const uint8_t *bytes, size_t from,
			   size_t end);

struct ScanPlan {
	ScanProbe probes[2];
	unsigned count;  /* of probes, 1 or 2 */
	ScanShape shape; /* of both */
	ScanFind find;
};

/* What this program was built with, best first; the last one runs everywhere. */
typedef struct {
	const char *name;
	bool (*runs)(void); /* on this processor? */
	ScanFind find;
} ScanKernel;

extern const ScanKernel scan_kernels[];
extern const size_t scan_kernel_count;

/* The best one that runs here. */
const ScanKernel *scan_kernel(void);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_SCAN_KERNELS_H
#define MHEX_ANALYSIS_SCAN_KERNELS_H

#include "analysis/scan.h"

/* scan_kernel.c, once for each kind of vector; which there are is for CMakeLists.txt. */
size_t scan_find_avx512(const ScanPlan *plan, const uint8_t *bytes, size_t from,
			size_t end);
size_t scan_find_avx2(const ScanPlan *plan, const uint8_t *bytes, size_t from,
		      size_t end);
size_t scan_find_sse2(const ScanPlan *plan, const uint8_t *bytes, size_t from,
		      size_t end);
size_t scan_find_neon(const ScanPlan *plan, const uint8_t *bytes, size_t from,
		      size_t end);
size_t scan_find_portable(const ScanPlan *plan, const uint8_t *bytes, size_t from,
			  size_t end);

#endif

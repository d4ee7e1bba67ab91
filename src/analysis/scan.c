/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/scan.h"

#include "analysis/scan_kernels.h"

static bool runs_everywhere(void)
{
	return true;
}

#ifdef MHEX_SCAN_X86
static bool runs_avx512(void)
{
	return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

static bool runs_avx2(void)
{
	return __builtin_cpu_supports("avx2") != 0;
}

static bool runs_sse2(void)
{
	return __builtin_cpu_supports("sse2") != 0;
}
#endif

const ScanKernel scan_kernels[] = {
#ifdef MHEX_SCAN_X86
	{"avx512", runs_avx512, scan_find_avx512},
	{"avx2", runs_avx2, scan_find_avx2},
	{"sse2", runs_sse2, scan_find_sse2},
#endif
#ifdef MHEX_SCAN_NEON
	{"neon", runs_everywhere, scan_find_neon},
#endif
	{"portable", runs_everywhere, scan_find_portable},
};

const size_t scan_kernel_count = sizeof(scan_kernels) / sizeof(scan_kernels[0]);

const ScanKernel *scan_kernel(void)
{
	const ScanKernel *kernel = scan_kernels;
	while (!kernel->runs())
		kernel++;
	return kernel;
}

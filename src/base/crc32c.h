/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_BASE_CRC32C_H
#define MHEX_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/*
 * CRC-32C (Castagnoli), which finds torn and flipped records; not made against malice.
 */

/* Of what gave `before` (0: nothing) with these bytes behind it. */
uint32_t crc32c(uint32_t before, const void *bytes, size_t length);

#endif

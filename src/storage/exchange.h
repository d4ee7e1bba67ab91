/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_EXCHANGE_H
#define MHEX_STORAGE_EXCHANGE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Put bytes where base is expected, each by an atomic compare-exchange: 8 aligned
 * bytes at a time, single bytes at the edges and around a conflict. Returns how many
 * of them are in place; fewer than length: the byte there is not base's, and neither
 * it nor any behind it was stored. Where base and bytes agree it is compared only.
 */
size_t exchange_bytes(uint8_t *at, const uint8_t *base, const uint8_t *bytes,
		      size_t length);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/exchange.h"

#include <stdbool.h>
#include <string.h>

typedef uint64_t Word;

/* What at points to is stored to, which the check does not see. */
// NOLINTNEXTLINE(readability-non-const-parameter)
static bool exchange_byte(uint8_t *at, uint8_t base, uint8_t byte)
{
	if (base == byte)
		return __atomic_load_n(at, __ATOMIC_SEQ_CST) == base;
	return __atomic_compare_exchange_n(at, &base, byte, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

static size_t exchange_single(uint8_t *at, const uint8_t *base, const uint8_t *bytes,
			      size_t length)
{
	size_t done = 0;
	while (done < length && exchange_byte(at + done, base[done], bytes[done]))
		done++;
	return done;
}

/* at is aligned. */
static bool exchange_word(void *at, const uint8_t *base, const uint8_t *bytes)
{
	Word *word = at;
	Word expected;
	Word wanted;
	memcpy(&expected, base, sizeof(expected));
	memcpy(&wanted, bytes, sizeof(wanted));
	if (expected == wanted)
		return __atomic_load_n(word, __ATOMIC_SEQ_CST) == expected;
	return __atomic_compare_exchange_n(word, &expected, wanted, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

size_t exchange_bytes(uint8_t *at, const uint8_t *base, const uint8_t *bytes,
		      size_t length)
{
	const size_t misaligned = (uintptr_t)at % sizeof(Word);
	size_t head = misaligned ? sizeof(Word) - misaligned : 0;
	if (head > length)
		head = length;
	size_t done = exchange_single(at, base, bytes, head);
	if (done < head)
		return done;
	while (length - done >= sizeof(Word) &&
	       exchange_word(at + done, base + done, bytes + done))
		done += sizeof(Word);
	/* The tail, or the word with the conflict: what lies before it is stored. If it
	 * has gone meanwhile, so much the better. */
	return done +
	       exchange_single(at + done, base + done, bytes + done, length - done);
}

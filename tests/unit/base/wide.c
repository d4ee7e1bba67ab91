/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/wide.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const Wide least = {.high = (uint64_t)1 << 63, .low = 0};
static const Wide greatest = {.high = INT64_MAX, .low = UINT64_MAX};

static bool same(Wide a, Wide b)
{
	return wide_compare(a, b) == 0;
}

Test(wide, compares_as_signed_numbers)
{
	const Wide rising[] = {
		least,
		wide_from_signed(INT64_MIN),
		wide_from_signed(-1),
		wide_from_signed(0),
		wide_from_unsigned(1),
		wide_from_unsigned(UINT64_MAX),
		{.high = 1, .low = 0},
		greatest,
	};
	const int count = sizeof(rising) / sizeof(rising[0]);

	for (int i = 0; i < count; i++)
		for (int j = 0; j < count; j++)
			cr_expect(eq(int, wide_compare(rising[i], rising[j]),
				     (i > j) - (i < j)),
				  "%d and %d", i, j);
}

Test(wide, refuses_what_overflows_and_leaves_the_result_alone)
{
	const Wide one = wide_from_unsigned(1), minus_one = wide_from_signed(-1);
	const Wide before = wide_from_unsigned(77);
	Wide out = before, rest = before;
	bool fits[] = {
		wide_add(greatest, one, &out),
		wide_add(least, minus_one, &out),
		wide_subtract(least, one, &out),
		wide_subtract(wide_from_signed(0), least, &out),
		wide_multiply(least, minus_one, &out),
		wide_multiply(greatest, wide_from_unsigned(2), &out),
		wide_multiply((Wide){1, 0}, (Wide){1, 0}, &out),
		wide_shift_left(one, 127, &out),
		wide_divide(least, minus_one, &out, &rest),
	};

	for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++)
		cr_expect(not(fits[i]), "%zu", i);
	cr_expect(same(out, before) && same(rest, before));
}

Test(wide, reaches_both_ends)
{
	Wide out = {0}, rest = {0};

	cr_expect(wide_subtract(wide_from_signed(-1), greatest, &out) &&
		  same(out, least));
	cr_expect(wide_shift_left(wide_from_signed(-1), 127, &out) && same(out, least));
	cr_expect(wide_multiply((Wide){.high = (uint64_t)1 << 62, .low = 0},
				wide_from_signed(-2), &out) &&
		  same(out, least));
	cr_expect(wide_divide(least, least, &out, &rest));
	cr_expect(same(out, wide_from_unsigned(1)) && same(rest, wide_from_unsigned(0)));
	cr_expect(same(wide_shift_right(least, 127), wide_from_signed(-1)));
}

#ifdef __SIZEOF_INT128__
__extension__ typedef __int128 Native;
__extension__ typedef unsigned __int128 UnsignedNative;

static Native native(Wide value)
{
	return (Native)((UnsignedNative)value.high << 64 | value.low);
}

/* Of all lengths, with runs of zeroes and ones, as those are what carries are about. */
static Wide random_wide(uint64_t *state)
{
	uint64_t word[3];
	for (int i = 0; i < 3; i++) {
		*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
		word[i] = *state ^ *state >> 29;
	}
	const unsigned bits = (unsigned)(word[2] >> 8) % WIDE_BITS;
	const Wide runs = {.high = word[2] & 1 ? UINT64_MAX : word[0],
			   .low = word[2] & 2 ? 0 : word[1]};
	return wide_shift_right(runs, bits);
}

Test(wide, reckons_like_the_compiler)
{
	uint64_t state = 1;

	for (int i = 0; i < 200000; i++) {
		const Wide a = random_wide(&state), b = random_wide(&state);
		const Native x = native(a), y = native(b);
		const unsigned bits = (unsigned)(state >> 40) % WIDE_BITS;
		Native want = 0;
		Wide got = {0}, rest = {0};
		bool right = !__builtin_add_overflow(x, y, &want) == wide_add(a, b, &got);
		right = right && (!wide_add(a, b, &got) || native(got) == want);
		right = right &&
			!__builtin_sub_overflow(x, y, &want) == wide_subtract(a, b, &got);
		right = right && (!wide_subtract(a, b, &got) || native(got) == want);
		right = right &&
			!__builtin_mul_overflow(x, y, &want) == wide_multiply(a, b, &got);
		right = right && (!wide_multiply(a, b, &got) || native(got) == want);
		right = right && native(wide_shift_right(a, bits)) == x >> bits;
		want = (Native)((UnsignedNative)x << bits);
		right = right && (want >> bits == x) == wide_shift_left(a, bits, &got);
		right = right && (want >> bits != x || native(got) == want);
		if (y != 0 && wide_divide(a, b, &got, &rest))
			right = right && native(got) == x / y && native(rest) == x % y;
		cr_assert(right, "%016llx%016llx %016llx%016llx %u at %d",
			  (unsigned long long)a.high, (unsigned long long)a.low,
			  (unsigned long long)b.high, (unsigned long long)b.low, bits, i);
	}
}
#endif

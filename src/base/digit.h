/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_BASE_DIGIT_H
#define MHEX_BASE_DIGIT_H

/* What c is worth as a hexadecimal digit, -1 when it is none; in any locale. */
static inline int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Likewise in a base up to 16. */
static inline int digit_value_in(char c, int base)
{
	const int value = digit_value(c);
	return value < base ? value : -1;
}

#endif

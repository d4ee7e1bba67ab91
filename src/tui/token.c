/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/token.h"

#include <stdbool.h>

enum {
	ESC = 0x1b,
	SEQUENCE_MAX = 64, /* longer ones are garbage, not keys */
	X10_MOUSE_LENGTH = 6,
};

static Token token(TokenKind kind, size_t length)
{
	return (Token){kind, length};
}

static size_t utf8_length(uint8_t lead)
{
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	if (lead >= 0xf0 && lead <= 0xf4)
		return 4;
	return 1;
}

static Token scan_character(const uint8_t *bytes, size_t length)
{
	if (bytes[0] < 0x80)
		return token(TOKEN_COMPLETE, 1);
	const size_t wanted = utf8_length(bytes[0]);
	if (wanted == 1)
		return token(TOKEN_INVALID, 1);
	for (size_t i = 1; i < wanted; i++) {
		if (i == length)
			return token(TOKEN_PARTIAL, length);
		if ((bytes[i] & 0xc0) != 0x80)
			return token(TOKEN_INVALID, i);
	}
	if (bytes[0] == 0xc2 && bytes[1] < 0xa0) /* C1: no key sends it */
		return token(TOKEN_INVALID, 2);
	return token(TOKEN_COMPLETE, wanted);
}

static bool is_parameter(uint8_t byte)
{
	return byte >= 0x30 && byte <= 0x3f;
}

static bool is_intermediate(uint8_t byte)
{
	return byte >= 0x20 && byte <= 0x2f;
}

static bool is_final(uint8_t byte)
{
	return byte >= 0x40 && byte <= 0x7e;
}

/* Parameters, intermediates, final; from is behind "Esc [" or "Esc O". */
static Token scan_sequence(const uint8_t *bytes, size_t length, size_t from)
{
	size_t i = from;
	while (i < length && is_parameter(bytes[i]))
		i++;
	/* rxvt's Shift keys end with "$", which is no final byte elsewhere. */
	if (i > from && i < length && bytes[i] == '$' && bytes[from] != '?' &&
	    (i + 1 == length || !is_final(bytes[i + 1])))
		return token(TOKEN_COMPLETE, i + 1);
	while (i < length && is_intermediate(bytes[i]))
		i++;
	if (i > SEQUENCE_MAX)
		return token(TOKEN_INVALID, i);
	if (i == length)
		return token(TOKEN_PARTIAL, length);
	if (is_final(bytes[i]) || bytes[i] == 0x7f)
		return token(TOKEN_COMPLETE, i + 1);
	/* A control byte or the next sequence cuts this one off: Alt and a letter
	 * when there was no more of it. */
	return token(i == from ? TOKEN_COMPLETE : TOKEN_INVALID, i);
}

static Token scan_csi(const uint8_t *bytes, size_t length)
{
	if (length > 2 && bytes[2] == '[') /* the Linux console's F1 to F5 */
		return length > 3 ? token(TOKEN_COMPLETE, 4) : token(TOKEN_PARTIAL, 3);
	if (length > 2 && bytes[2] == 'M') /* a mouse without SGR reports */
		return length >= X10_MOUSE_LENGTH
			       ? token(TOKEN_COMPLETE, X10_MOUSE_LENGTH)
			       : token(TOKEN_PARTIAL, length);
	return scan_sequence(bytes, length, 2);
}

Token token_scan(const uint8_t *bytes, size_t length)
{
	if (bytes[0] != ESC)
		return scan_character(bytes, length);
	if (length == 1)
		return token(TOKEN_PARTIAL, 1);
	switch (bytes[1]) {
	case ESC:
		return token(TOKEN_COMPLETE, 1);
	case '[':
		return scan_csi(bytes, length);
	case 'O':
		return scan_sequence(bytes, length, 2);
	case ']':
	case 'P':
	case '_':
		return length == 2 ? token(TOKEN_PARTIAL, 2) : token(TOKEN_STRING, 2);
	default: {
		Token character = scan_character(bytes + 1, length - 1);
		character.length++;
		return character;
	}
	}
}

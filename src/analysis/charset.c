/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/charset.h"

#include <errno.h>
#include <iconv.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wctype.h>

#include "base/utf8.h"

enum {
	NAME_MAX_LENGTH = 32
};

struct Charset {
	bool plain; /* bytes as they are */
	iconv_t converter;
	char name[NAME_MAX_LENGTH];
};

/* Names that iconv does not know, or knows as something else. */
static const struct {
	const char *name;
	const char *system; /* NULL: no such one */
} names[] = {
	{"ascii", "US-ASCII"},   {"latin1", "ISO-8859-1"}, {"ebcdic", "IBM037"},
	{"cp437", "CP437"},      {"utf8", "UTF-8"},        {"utf16le", "UTF-16LE"},
	{"utf16be", "UTF-16BE"}, {"utf32le", "UTF-32LE"},  {"utf32be", "UTF-32BE"},
	{"utf16", NULL}, /* iconv would put a byte order mark in front */
	{"utf32", NULL},         {"unicode", NULL},
};

static const char *system_name(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcasecmp(names[i].name, name) == 0)
			return names[i].system;
	}
	return name;
}

MhexStatus charset_open(Charset **out, const char *name, size_t length, MhexError *err)
{
	if (length >= NAME_MAX_LENGTH)
		return mhex_fail_at(err, 0, "no such character set");
	Charset *charset = calloc(1, sizeof(*charset));
	if (!charset)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	memcpy(charset->name, name, length);
	charset->plain = length == 0;
	*out = charset;
	if (charset->plain)
		return MHEX_OK;
	const char *system = system_name(charset->name);
	if (system)
		charset->converter = iconv_open(system, "UTF-8");
	// NOLINTNEXTLINE(performance-no-int-to-ptr): POSIX defines the failure so
	if (system && charset->converter != (iconv_t)-1)
		return MHEX_OK;
	free(charset);
	return mhex_fail_at(err, 0,
			    "no character set %.*s; known are utf8, utf16le, utf16be, "
			    "latin1, cp437, ebcdic and what iconv knows",
			    (int)length, name);
}

void charset_close(Charset *charset)
{
	if (!charset)
		return;
	if (!charset->plain)
		(void)iconv_close(charset->converter);
	free(charset);
}

static MhexStatus cannot_encode(const Charset *charset, const char *at, size_t left,
				MhexError *err)
{
	uint32_t rune = 0;
	const size_t used = utf8_decode(at, left, &rune);
	if (used == 0)
		return mhex_fail_at(err, 0,
				    "byte 0x%02x is no text; before quotes with a "
				    "character set write \\u20ac, not \\x",
				    (unsigned)(uint8_t)*at);
	return mhex_fail_at(err, 0, "U+%04X does not exist in %s", rune, charset->name);
}

MhexStatus charset_encode(Charset *charset, const char *text, size_t length, StrBuf *out,
			  MhexError *err)
{
	if (charset->plain) {
		strbuf_add(out, text, length);
		return out->failed ? mhex_fail(err, MHEX_E_NOMEM, "out of memory")
				   : MHEX_OK;
	}
	/* iconv() promises not to write to its input, but its type does not. */
	union {
		const char *in;
		char *argument;
	} from = {.in = text};
	size_t left = length;
	bool flushed = false;
	/* After an error the last call may have left it in the middle of something. */
	(void)iconv(charset->converter, NULL, NULL, NULL, NULL);
	while (!flushed) {
		char chunk[256];
		char *to = chunk;
		size_t room = sizeof(chunk);
		flushed = left == 0;
		const size_t result =
			iconv(charset->converter, flushed ? NULL : &from.argument,
			      flushed ? NULL : &left, &to, &room);
		strbuf_add(out, chunk, sizeof(chunk) - room);
		/* A positive result: characters replaced by others. */
		const bool lost = result != 0 && (result != (size_t)-1 || errno != E2BIG);
		if (lost)
			return cannot_encode(charset, left > 0 ? from.in : text,
					     left > 0 ? left : length, err);
	}
	return out->failed ? mhex_fail(err, MHEX_E_NOMEM, "out of memory") : MHEX_OK;
}

static uint32_t ascii_case(uint32_t rune, bool upper)
{
	const uint32_t first = upper ? 'a' : 'A';
	return rune >= first && rune < first + 26 ? rune ^ 0x20 : rune;
}

static uint32_t change_case(uint32_t rune, bool upper, locale_t locale)
{
	if (!locale)
		return ascii_case(rune, upper);
	return (uint32_t)(upper ? towupper_l(rune, locale) : towlower_l(rune, locale));
}

static MhexStatus encode_rune(Charset *charset, uint32_t rune, StrBuf *out)
{
	uint8_t bytes[UTF8_MAX];
	const size_t count = utf8_encode(rune, bytes);
	return charset_encode(charset, (const char *)bytes, count, out, NULL);
}

/* One character, used bytes of text, in both cases. */
static MhexStatus encode_cases_of(Charset *charset, const char *text, size_t used,
				  const uint32_t cases[2], StrBuf both[2], MhexError *err)
{
	const size_t begin = both[0].length;
	if (cases[0] != cases[1] && !encode_rune(charset, cases[0], &both[0]) &&
	    !encode_rune(charset, cases[1], &both[1]) && both[0].length == both[1].length)
		return MHEX_OK;
	strbuf_truncate(&both[0], begin);
	strbuf_truncate(&both[1], begin);
	const MhexStatus status = charset_encode(charset, text, used, &both[0], err);
	if (!status)
		strbuf_add(&both[1], both[0].text + begin, both[0].length - begin);
	return status;
}

MhexStatus charset_encode_cases(Charset *charset, const char *text, size_t length,
				CharsetCases out, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	StrBuf both[2] = {*out.lower, *out.upper};
	for (size_t i = 0; i < length && !status;) {
		uint32_t rune = 0;
		size_t used = utf8_decode(text + i, length - i, &rune);
		uint32_t cases[2] = {0, 0};
		if (used > 0) {
			cases[0] = change_case(rune, false, locale);
			cases[1] = change_case(rune, true, locale);
		} else {
			used = 1;
		}
		const size_t begin = both[0].length;
		status = encode_cases_of(charset, text + i, used, cases, both, err);
		for (size_t at = begin; !status && at < both[0].length; at++)
			strbuf_add_char(out.widths,
					at == begin ? (char)(both[0].length - begin)
						    : '\0');
		i += used;
	}
	*out.lower = both[0];
	*out.upper = both[1];
	if (locale)
		freelocale(locale);
	if (!status && (out.lower->failed || out.upper->failed || out.widths->failed))
		status = mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	return status;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/regex.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/regex_bytes.h"
#include "analysis/regex_private.h"

/* The parts of "/expression/flags". */
typedef struct {
	const char *text; /* the expression */
	size_t length;
	uint32_t options;
} Source;

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static MhexStatus read_flags(Source *source, const char *text, size_t length,
			     size_t caret, MhexError *err)
{
	size_t at = 0;
	for (; at < length && !is_blank(text[at]); at++) {
		const uint32_t option = regex_option(text[at]);
		if (option == 0)
			return mhex_fail_at(err, caret + at,
					    "behind an expression there may be i, s and "
					    "m; a / in it is written \\/");
		source->options |= option;
	}
	while (at < length && is_blank(text[at]))
		at++;
	if (at < length)
		return mhex_fail_at(err, caret + at,
				    "an expression stands alone: nothing may follow");
	return MHEX_OK;
}

static MhexStatus split(Source *source, const char *text, size_t length, MhexError *err)
{
	size_t end = 1;
	while (end < length && text[end] != '/')
		end += text[end] == '\\' ? 2 : 1;
	if (end >= length)
		return mhex_fail_at(err, length,
				    "the / that ends the expression is "
				    "missing");
	if (end == 1)
		return mhex_fail_at(err, 1, "the expression is empty");
	*source = (Source){text + 1, end - 1, regex_base_options()};
	end++;
	return read_flags(source, text + end, length - end, end, err);
}

/* What would mean something else wherever a search begins to read. */
static MhexStatus refuse(const Source *source, size_t at, MhexError *err)
{
	const char *text = source->text + at;
	const size_t left = source->length - at;
	if (left >= 2 && text[0] == '\\' && (text[1] == 'K' || text[1] == 'G'))
		return mhex_fail_at(err, 1 + at,
				    "\\%c has no meaning here; (?<=...) says what stands "
				    "before a match",
				    text[1]);
	if (left >= 3 && text[0] == '(' && text[1] == '*' && text[2] >= 'A' &&
	    text[2] <= 'Z')
		return mhex_fail_at(err, 1 + at, "verbs as (*%c... have no meaning here",
				    text[2]);
	return MHEX_OK;
}

/* From "[" to behind "]". */
static size_t class_end(const Source *source, size_t at)
{
	const char *text = source->text;
	at += at + 1 < source->length && text[at + 1] == '^' ? 2 : 1;
	at += at < source->length && text[at] == ']';
	while (at < source->length && text[at] != ']')
		at += text[at] == '\\' ? 2 : 1;
	return at + 1;
}

/* How many lookbehinds may stand within another. */
static MhexStatus check(const Source *source, size_t *lookbehinds, MhexError *err)
{
	static const char quote_end[] = "\\E";
	*lookbehinds = 0;
	for (size_t at = 0; at < source->length;) {
		const char *text = source->text + at;
		const size_t left = source->length - at;
		const MhexStatus status = refuse(source, at, err);
		if (status)
			return status;
		if (left >= 2 && text[0] == '\\' && text[1] == 'Q') {
			const char *end = memmem(text, left, quote_end, 2);
			at = end ? (size_t)(end - source->text) : source->length;
		} else if (text[0] == '[') {
			at = class_end(source, at);
		} else {
			*lookbehinds += left >= 2 && text[0] == '(' &&
					(text[1] == '?' || text[1] == '*');
			at += text[0] == '\\' ? 2 : 1;
		}
	}
	return MHEX_OK;
}

static MhexStatus compile(pcre2_code **out, const Source *source, uint32_t options,
			  uint32_t jit, MhexError *err)
{
	int error = 0;
	PCRE2_SIZE at = 0;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	if (!context)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	(void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	(void)pcre2_set_bsr(context, PCRE2_BSR_ANYCRLF);
	*out = pcre2_compile((PCRE2_SPTR)source->text, source->length,
			     source->options | options, &error, &at, context);
	pcre2_compile_context_free(context);
	if (!*out) {
		PCRE2_UCHAR message[160] = "";
		(void)pcre2_get_error_message(error, message, sizeof(message));
		return mhex_fail_at(err, 1 + at, "%s", (const char *)message);
	}
	/* Where there may be no new code, the interpreter does it. */
	(void)pcre2_jit_compile(*out, jit);
	return MHEX_OK;
}

static MhexStatus compile_all(Regex *regex, const Source *source, MhexError *err)
{
	MhexStatus status = compile(&regex->search, source, 0,
				    PCRE2_JIT_COMPLETE | PCRE2_JIT_PARTIAL_HARD, err);
	if (!status)
		status = compile(&regex->at, source, PCRE2_ANCHORED, PCRE2_JIT_COMPLETE,
				 err);
	if (!status)
		status = compile(&regex->careful, source,
				 PCRE2_ANCHORED | PCRE2_AUTO_CALLOUT, PCRE2_JIT_COMPLETE,
				 err);
	return status;
}

/* PCRE2 tells how far one lookbehind looks; those within others look further. */
static MhexStatus measure_before(Regex *regex, size_t lookbehinds, MhexError *err)
{
	uint32_t most = 0;
	(void)pcre2_pattern_info(regex->search, PCRE2_INFO_MAXLOOKBEHIND, &most);
	if (lookbehinds < 1)
		lookbehinds = 1;
	if (most > REGEX_REACH / lookbehinds)
		return mhex_fail_at(err, 0,
				    "the expression looks at more than %d KiB before a "
				    "match",
				    REGEX_REACH >> 10);
	regex->before = most * lookbehinds + 1;
	return MHEX_OK;
}

static void prepare_literal(Regex *regex)
{
	if (regex->shape.literal_length == 0)
		return;
	regex->literal = (Pattern){.length = regex->shape.literal_length,
				   .elements = regex->shape.literal};
	matcher_init(&regex->matcher, &regex->literal, NULL);
}

MhexStatus regex_parse(Regex **out, const char *text, size_t length, MhexError *err)
{
	Source source = {0};
	size_t lookbehinds = 0;
	MhexStatus status = split(&source, text, length, err);
	if (!status)
		status = check(&source, &lookbehinds, err);
	if (status)
		return status;
	Regex *regex = calloc(1, sizeof(*regex));
	if (!regex)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	regex->sight = REGEX_REACH;
	regex->stretch = REGEX_STRETCH;
	status = compile_all(regex, &source, err);
	if (!status)
		status = measure_before(regex, lookbehinds, err);
	if (status) {
		regex_free(regex);
		return status;
	}
	regex_shape(&regex->shape, source.text, source.length, source.options);
	prepare_literal(regex);
	*out = regex;
	return MHEX_OK;
}

void regex_free(Regex *regex)
{
	if (!regex)
		return;
	pcre2_code_free(regex->search);
	pcre2_code_free(regex->at);
	pcre2_code_free(regex->careful);
	free(regex);
}

size_t regex_before(const Regex *regex)
{
	return regex->before;
}

size_t regex_sight(const Regex *regex)
{
	return regex->sight;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/token.h"
#include "mhex/pattern.h"

/* What is being put together; keep only where wildcards are allowed. */
typedef struct {
	StrBuf bytes;
	StrBuf keep;
	bool masked;
} Result;

static MhexStatus check_kind(const Token *token, bool masked, MhexError *err)
{
	switch (token->kind) {
	case TOKEN_ANYCASE:
		return mhex_fail_at(err, token->begin,
				    "text ignoring case is for searching only");
	case TOKEN_SPAN:
	case TOKEN_NUMBER:
		return mhex_fail_at(err, token->begin,
				    "a range of values is for searching only");
	case TOKEN_BYTES:
	default:
		break;
	}
	for (size_t i = 0; i < token->mask.length; i++) {
		const uint8_t mask = token_mask(token, i);
		if (mask == 0xff || (mask == 0 && masked))
			continue;
		return mhex_fail_at(err, token->begin,
				    masked ? "half of a byte cannot be left alone"
					   : "? is for searching only");
	}
	return MHEX_OK;
}

/* Many at a time: millions of single bytes would be felt. */
static void add_repeated(StrBuf *out, const char *bytes, size_t length, uint64_t times)
{
	char chunk[4096];
	const size_t most = sizeof(chunk) / length;
	const size_t filled = times < most ? (size_t)times : most;
	for (size_t i = 0; i < filled; i++)
		memcpy(chunk + i * length, bytes, length);
	for (; filled > 0 && times >= filled; times -= filled)
		strbuf_add(out, chunk, filled * length);
	for (; times > 0; times--)
		strbuf_add(out, bytes, length);
}

static MhexStatus add_token(Result *result, const Token *token, MhexError *err)
{
	const size_t length = token->value.length;
	const size_t room = BYTES_MAX - result->bytes.length;
	const MhexStatus status = check_kind(token, result->masked, err);
	if (status || length == 0)
		return status;
	if (token->repeat > room / length) {
		(void)mhex_fail_at(err, token->begin, "more than %d MiB",
				   BYTES_MAX >> 20);
		if (err)
			err->status = MHEX_E_RANGE;
		return MHEX_E_RANGE;
	}
	add_repeated(&result->bytes, token->value.text, length, token->repeat);
	if (result->masked) {
		StrBuf keep = {0};
		for (size_t i = 0; i < length; i++)
			strbuf_add_char(&keep, token_mask(token, i) == 0 ? '\1' : '\0');
		if (keep.failed)
			result->keep.failed = true;
		else
			add_repeated(&result->keep, keep.text, length, token->repeat);
		strbuf_free(&keep);
	}
	if (result->bytes.failed || result->keep.failed)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	return MHEX_OK;
}

static MhexStatus parse(Result *result, const char *text, size_t length, MhexError *err)
{
	Lexer lexer = {text, length, 0};
	Token token = {0};
	bool end = false;
	MhexStatus status = token_next(&lexer, &token, &end, err);
	while (!status && !end) {
		status = add_token(result, &token, err);
		if (!status)
			status = token_next(&lexer, &token, &end, err);
	}
	token_free(&token);
	/* An empty result is memory too, so that the caller has something to free. */
	strbuf_add(&result->bytes, "", 0);
	strbuf_add(&result->keep, "", 0);
	if (!status && (result->bytes.failed || result->keep.failed))
		status = mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	if (status) {
		strbuf_free(&result->bytes);
		strbuf_free(&result->keep);
	}
	return status;
}

/* Hand the memory over. */
static uint8_t *release(StrBuf *buf)
{
	uint8_t *bytes = (uint8_t *)buf->text;
	*buf = (StrBuf){0};
	return bytes;
}

MhexStatus bytes_parse(const char *text, size_t text_length, uint8_t **out,
		       size_t *length, MhexError *err)
{
	Result result = {.masked = false};
	const MhexStatus status = parse(&result, text, text_length, err);
	if (status)
		return status;
	*length = result.bytes.length;
	*out = release(&result.bytes);
	strbuf_free(&result.keep);
	return MHEX_OK;
}

MhexStatus bytes_parse_masked(const char *text, size_t text_length, uint8_t **out,
			      uint8_t **keep, size_t *length, MhexError *err)
{
	Result result = {.masked = true};
	const MhexStatus status = parse(&result, text, text_length, err);
	if (status)
		return status;
	*length = result.bytes.length;
	*out = release(&result.bytes);
	*keep = release(&result.keep);
	return MHEX_OK;
}

void bytes_operand_type(const char *text, size_t text_length, size_t *width,
			bool *big_endian)
{
	Lexer lexer = {text, text_length, 0};
	Token token = {0};
	bool end = false;
	*width = 1;
	*big_endian = false;
	const bool typed = !token_next(&lexer, &token, &end, NULL) && !end &&
			   token.typed && token.repeat == 1;
	const NumberType type = token.type;
	if (typed && !token_next(&lexer, &token, &end, NULL) && end) {
		*width = type.size;
		*big_endian = type.big_endian;
	}
	token_free(&token);
}

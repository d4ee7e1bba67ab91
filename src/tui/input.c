/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/input.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <termkey.h>
#include <wchar.h>

#include "base/strbuf.h"
#include "tui/key_name.h"
#include "tui/mouse.h"
#include "tui/token.h"

static const char paste_begin[] = "\033[200~";
static const char paste_end[] = "\033[201~";

enum {
	PASTE_MARK = sizeof(paste_begin) - 1,
	KEEP_CAPACITY = 1 << 20 /* a queue that grew beyond is given back */
};

typedef enum {
	STATE_KEYS,
	STATE_PASTE,  /* collecting up to the end mark */
	STATE_STRING, /* swallowing up to BEL or ST */
} State;

struct Input {
	TermKey *termkey;
	State state;
	StrBuf queue;
	size_t taken;   /* bytes of the queue that are used up */
	size_t scanned; /* of a paste: no end mark begins before */
	uint64_t arrived_ms;
	bool overflow;    /* of the paste that is being collected */
	bool overflowed;  /* for input_take_overflow() */
	bool locale_text; /* characters are the locale's, not UTF-8 */
	char name[KEY_NAME_SIZE];
};

/* Where the locale is neither UTF-8 nor plain ASCII, keys are read as it says. In
 * the C locale most terminals send UTF-8 all the same. */
static bool uses_locale_text(void)
{
	const char *codeset = nl_langinfo(CODESET);
	return strcmp(codeset, "UTF-8") != 0 && strcmp(codeset, "ANSI_X3.4-1968") != 0;
}

MhexStatus input_open(Input **out, const char *term, MhexError *err)
{
	Input *input = calloc(1, sizeof(*input));
	if (!input)
		return mhex_fail(err, MHEX_E_NOMEM, "keyboard: out of memory");
	input->termkey =
		termkey_new_abstract(term, TERMKEY_FLAG_UTF8 | TERMKEY_FLAG_CONVERTKP);
	if (!input->termkey) {
		free(input);
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "keyboard: cannot read keys of terminal type %s", term);
	}
	input->locale_text = uses_locale_text();
	*out = input;
	return MHEX_OK;
}

void input_close(Input *input)
{
	if (!input)
		return;
	termkey_destroy(input->termkey);
	strbuf_free(&input->queue);
	free(input);
}

static const uint8_t *rest(const Input *input)
{
	return (const uint8_t *)strbuf_text(&input->queue) + input->taken;
}

static size_t rest_length(const Input *input)
{
	return input->queue.length - input->taken;
}

static void compact(Input *input)
{
	if (input->taken == input->queue.length) {
		if (input->queue.capacity > KEEP_CAPACITY)
			strbuf_free(&input->queue);
		else
			strbuf_clear(&input->queue);
	} else {
		strbuf_erase(&input->queue, 0, input->taken);
	}
	input->scanned -= input->scanned < input->taken ? input->scanned : input->taken;
	input->taken = 0;
}

MhexStatus input_push(Input *input, const uint8_t *bytes, size_t length, uint64_t now_ms,
		      MhexError *err)
{
	if (input->taken > 0)
		compact(input);
	input->arrived_ms = now_ms;
	strbuf_add(&input->queue, bytes, length);
	if (!input->queue.failed)
		return MHEX_OK;
	/* What is lost may have been the end of a paste: nothing that stood
	 * before can be trusted. */
	strbuf_free(&input->queue);
	input->scanned = 0;
	return mhex_fail(err, MHEX_E_NOMEM, "keyboard: out of memory");
}

static bool waited(const Input *input, uint64_t now_ms, uint64_t limit_ms)
{
	return now_ms >= input->arrived_ms + limit_ms;
}

/* --- pastes --- */

static bool finish_paste(Input *input, size_t end, size_t mark, Event *event)
{
	const bool overflow = input->overflow;
	event->kind = EVENT_PASTE;
	event->bytes = (const uint8_t *)strbuf_text(&input->queue) + input->taken;
	event->length = end - input->taken;
	input->taken = end + mark;
	input->state = STATE_KEYS;
	input->overflow = false;
	input->overflowed = input->overflowed || overflow;
	return !overflow;
}

/* Refuse the paste, but go on to its end: it must not be typed as keys. */
static void drop_paste(Input *input)
{
	input->overflow = true;
	if (input->queue.length - input->taken > PASTE_MARK)
		input->taken = input->queue.length - PASTE_MARK;
	input->scanned = input->taken;
}

static bool next_of_paste(Input *input, uint64_t now_ms, Event *event)
{
	const char *text = strbuf_text(&input->queue);
	if (input->scanned < input->taken)
		input->scanned = input->taken;
	const char *end =
		memmem(text + input->scanned, input->queue.length - input->scanned,
		       paste_end, PASTE_MARK);
	if (end) {
		const size_t at = (size_t)(end - text);
		if (at - input->taken > INPUT_PASTE_MAX)
			input->overflow = true;
		return finish_paste(input, at, PASTE_MARK, event);
	}
	if (waited(input, now_ms, INPUT_PASTE_MS))
		return finish_paste(input, input->queue.length, 0, event);
	if (rest_length(input) > INPUT_PASTE_MAX + PASTE_MARK || input->overflow)
		drop_paste(input);
	else if (rest_length(input) >= PASTE_MARK)
		input->scanned = input->queue.length - PASTE_MARK + 1;
	return false;
}

/* --- strings (answers nobody asked for) --- */

static void swallow_string(Input *input, uint64_t now_ms)
{
	const uint8_t *bytes = rest(input);
	const size_t length = rest_length(input);
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\a') {
			input->taken += i + 1;
			input->state = STATE_KEYS;
			return;
		}
		if (bytes[i] != 0x1b)
			continue;
		if (i + 1 == length && !waited(input, now_ms, INPUT_SEQUENCE_MS)) {
			input->taken += i;
			return;
		}
		/* "Esc \" ends it properly, any other Esc cuts it off. */
		input->taken += i + 1 < length && bytes[i + 1] == '\\' ? i + 2 : i;
		input->state = STATE_KEYS;
		return;
	}
	input->taken = input->queue.length;
	if (waited(input, now_ms, INPUT_SEQUENCE_MS))
		input->state = STATE_KEYS;
}

/* --- keys and the mouse --- */

/* "Esc [ row ; col R" says where the cursor is, unless it says "F3, with modifiers". */
static bool is_cursor_report(const char *bytes, size_t length)
{
	return length > 4 && bytes[1] == '[' && bytes[length - 1] == 'R' &&
	       strncmp(bytes + 2, "1;", 2) != 0;
}

/* Private and intermediate bytes are in answers, never in keys; libtermkey 0.22 reads
 * outside of its tables for them. (rxvt's "$" is the end of a key.) */
static bool is_answer(const char *bytes, size_t length)
{
	if (length < 3 || bytes[0] != 0x1b || (bytes[1] != '[' && bytes[1] != 'O'))
		return false;
	for (size_t i = 2; i + 1 < length; i++) {
		if ((bytes[i] >= '<' && bytes[i] <= '?') || bytes[i] < '0')
			return true;
	}
	return is_cursor_report(bytes, length);
}

/* One token through libtermkey. False when it is no key it knows. */
static bool interpret(Input *input, const char *bytes, size_t length, Event *event)
{
	TermKeyKey key, more;
	if (mouse_is_report(bytes, length))
		return mouse_event(bytes, length, event);
	if (is_answer(bytes, length))
		return false;
	if (termkey_push_bytes(input->termkey, bytes, length) != length)
		return false;
	if (termkey_getkey_force(input->termkey, &key) != TERMKEY_RES_KEY)
		return false;
	bool whole = true;
	while (termkey_getkey_force(input->termkey, &more) == TERMKEY_RES_KEY)
		whole = false; /* an unknown sequence, taken for single keys */
	if (!whole)
		return false;
	event->kind = EVENT_KEY;
	event->key = input->name;
	return key_name(&key, input->name, sizeof(input->name));
}

/* A byte of a locale with one byte (or its own bytes) for a character, as UTF-8. */
static bool interpret_locale_text(Input *input, uint8_t byte, Event *event)
{
	const char text = (char)byte;
	wchar_t rune = 0;
	mbstate_t state = {0};
	if (mbrtowc(&rune, &text, 1, &state) != 1 || rune < 0xa0 || rune > 0xffff)
		return false;
	char utf8[4];
	size_t n = 0;
	if (rune < 0x800) {
		utf8[n++] = (char)(0xc0 | (rune >> 6));
	} else {
		utf8[n++] = (char)(0xe0 | (rune >> 12));
		utf8[n++] = (char)(0x80 | ((rune >> 6) & 0x3f));
	}
	utf8[n++] = (char)(0x80 | (rune & 0x3f));
	return interpret(input, utf8, n, event);
}

static uint64_t patience_ms(Token token)
{
	return token.length <= 2 ? INPUT_ESC_MS : INPUT_SEQUENCE_MS;
}

/* Take one token. False when its bytes may go on. */
static bool take_token(Input *input, uint64_t now_ms, Event *event, bool *is_event)
{
	const uint8_t *bytes = rest(input);
	Token token = token_scan(bytes, rest_length(input));
	*is_event = false;
	if (input->locale_text && bytes[0] >= 0x80) {
		*is_event = interpret_locale_text(input, bytes[0], event);
		input->taken++;
		return true;
	}
	if (token.kind == TOKEN_PARTIAL) {
		if (!waited(input, now_ms, patience_ms(token)))
			return false;
		/* Esc, or Alt with "[", "O" ...: what it looks like now. */
		token.kind = bytes[0] == 0x1b && token.length <= 2 ? TOKEN_COMPLETE
								   : TOKEN_INVALID;
	}
	if (token.kind == TOKEN_STRING)
		input->state = STATE_STRING;
	else if (token.length == PASTE_MARK &&
		 memcmp(bytes, paste_begin, PASTE_MARK) == 0)
		input->state = STATE_PASTE;
	else if (token.kind == TOKEN_COMPLETE)
		*is_event = interpret(input, (const char *)bytes, token.length, event);
	input->taken += token.length;
	return true;
}

/* What one state gives next: 1 an event, 0 nothing yet, -1 look again. */
static int next_of_state(Input *input, uint64_t now_ms, Event *event)
{
	const State state = input->state;
	bool is_event = false;
	switch (state) {
	case STATE_PASTE:
		is_event = next_of_paste(input, now_ms, event);
		break;
	case STATE_STRING:
		swallow_string(input, now_ms);
		break;
	case STATE_KEYS:
		if (rest_length(input) == 0 ||
		    !take_token(input, now_ms, event, &is_event))
			return 0;
		return is_event ? 1 : -1;
	}
	if (is_event)
		return 1;
	return input->state == state ? 0 : -1;
}

bool input_next(Input *input, uint64_t now_ms, Event *event)
{
	int found = -1;
	while (found < 0) {
		*event = (Event){.now_ms = now_ms};
		found = next_of_state(input, now_ms, event);
	}
	return found > 0;
}

int input_wait_ms(const Input *input, uint64_t now_ms)
{
	uint64_t limit = INPUT_SEQUENCE_MS;
	if (input->state == STATE_PASTE)
		limit = INPUT_PASTE_MS;
	else if (input->state == STATE_KEYS && rest_length(input) == 0)
		return -1;
	else if (input->state == STATE_KEYS)
		limit = patience_ms(token_scan(rest(input), rest_length(input)));
	const uint64_t until = input->arrived_ms + limit;
	return until > now_ms ? (int)(until - now_ms) : 0;
}

bool input_take_overflow(Input *input)
{
	const bool overflowed = input->overflowed;
	input->overflowed = false;
	return overflowed;
}

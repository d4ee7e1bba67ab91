/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/expr.h"
#include "mhex/document.h"

#define MEMBER(name) offsetof(Settings, name)

static const char *const offset_names[] = {"hex", "dec", NULL};
static const char *const text_names[] = {"ascii",  "latin1", "cp437",
					 "ebcdic", "utf8",   NULL};
static const char *const endian_names[] = {"little", "big", NULL};
static const char *const dump_names[] = {"xxd", "plain", "hexdump", "c", NULL};
static const char *const colour_names[] = {"auto", "always", "never", NULL};
static const char *const key_names[] = {"vi", "plain", NULL};
/* In the order of theme_table; tests/unit/editor/settings.c checks it. */
static const char *const theme_names[] = {"default", "light", "contrast", "mono", NULL};

const Setting setting_table[] = {
	{"base", SETTING_NUMBER, MEMBER(base), 0, 0, UINT64_C(1) << 62, NULL, NULL,
	 STALE_LAYOUT, "Address of the first byte, added to the offsets shown"},
	{"colour", SETTING_CHOICE, MEMBER(colour), 0, 0, 0, NULL, colour_names,
	 STALE_SCREEN,
	 "Colours: where the terminal has them and NO_COLOR is not set, or always, or "
	 "never"},
	{"columns", SETTING_NUMBER, MEMBER(columns), 0, 0, 4096, "auto", NULL,
	 STALE_LAYOUT, "Bytes in a line; auto for as many groups as fit"},
	{"dump", SETTING_CHOICE, MEMBER(dump), 0, 0, 0, NULL, dump_names, STALE_NOTHING,
	 "Format of :dump"},
	{"endian", SETTING_CHOICE, MEMBER(endian), 0, 0, 0, NULL, endian_names,
	 STALE_SCREEN, "Byte order that the inspector shows first"},
	{"group", SETTING_NUMBER, MEMBER(group), 8, 0, 64, "none", NULL, STALE_LAYOUT,
	 "Bytes between two gaps"},
	{"hint", SETTING_BOOL, MEMBER(hint), 1, 0, 1, NULL, NULL, STALE_LAYOUT,
	 "Show a line with the first keys until the first edit"},
	{"inspector", SETTING_BOOL, MEMBER(inspector), 1, 0, 1, NULL, NULL, STALE_LAYOUT,
	 "Show the bytes at the cursor as numbers"},
	{"keys", SETTING_CHOICE, MEMBER(keys), 0, 0, 0, NULL, key_names, STALE_KEYS,
	 "Key preset: vi starts in NORMAL, plain in OVERWRITE"},
	{"lock", SETTING_BOOL, MEMBER(lock), 1, 0, 1, NULL, NULL, STALE_LOCK,
	 "Lock what is stored in a file, and store nothing where another process has a "
	 "lock"},
	{"mark-foreign", SETTING_BOOL, MEMBER(mark_foreign), 1, 0, 1, NULL, NULL,
	 STALE_SCREEN, "Mark bytes for a moment when another process changed them"},
	{"mouse", SETTING_BOOL, MEMBER(mouse), 1, 0, 1, NULL, NULL, STALE_SCREEN,
	 "Use the mouse"},
	{"offsets", SETTING_CHOICE, MEMBER(offsets), 0, 0, 0, NULL, offset_names,
	 STALE_LAYOUT, "Offsets in hexadecimal or decimal"},
	{"phase", SETTING_NUMBER, MEMBER(phase), 0, 0, 4095, NULL, NULL, STALE_LAYOUT,
	 "Empty places before the first byte of the first line"},
	{"text", SETTING_CHOICE, MEMBER(text), 0, 0, 0, NULL, text_names, STALE_SCREEN,
	 "Character set of the text column"},
	{"theme", SETTING_CHOICE, MEMBER(theme), 0, 0, 0, NULL, theme_names, STALE_SCREEN,
	 "Colours and attributes of the screen"},
	{"undo-memory", SETTING_NUMBER, MEMBER(undo_memory), DOCUMENT_UNDO_MEMORY, 0,
	 UINT64_C(1) << 40, NULL, NULL, STALE_MEMORY,
	 "Bytes of memory for what saves change in a file; more go to the state folder"},
	{"undo-persist", SETTING_BOOL, MEMBER(undo_persist), 0, 0, 1, NULL, NULL,
	 STALE_UNDO,
	 "Keep what can be undone and redone, with the old bytes, for the next time"},
	{"upper", SETTING_BOOL, MEMBER(upper), 0, 0, 1, NULL, NULL, STALE_SCREEN,
	 "Show hexadecimal digits in capitals"},
	{"window", SETTING_NUMBER, MEMBER(window), 64 << 20, 4096, 1 << 30, NULL, NULL,
	 STALE_WINDOW, "Bytes of one mapped window, a power of two from one page"},
	{"wrap", SETTING_BOOL, MEMBER(wrap), 1, 0, 1, NULL, NULL, STALE_NOTHING,
	 "Searches go on at the other end"},
};
const size_t setting_count = sizeof(setting_table) / sizeof(setting_table[0]);

/* The members are reached by their offsets in the table; memcpy keeps that free
 * of alignment and aliasing questions. */
static uint64_t value_get(const Settings *settings, const Setting *row)
{
	const char *member = (const char *)settings + row->offset;
	uint64_t number = 0;
	unsigned choice = 0;
	bool flag = false;
	switch (row->type) {
	case SETTING_NUMBER:
		memcpy(&number, member, sizeof(number));
		return number;
	case SETTING_CHOICE:
		memcpy(&choice, member, sizeof(choice));
		return choice;
	case SETTING_BOOL:
		memcpy(&flag, member, sizeof(flag));
		return flag;
	}
	return 0;
}

static void value_put(Settings *settings, const Setting *row, uint64_t value)
{
	char *member = (char *)settings + row->offset;
	const unsigned choice = (unsigned)value;
	const bool flag = value != 0;
	switch (row->type) {
	case SETTING_NUMBER:
		memcpy(member, &value, sizeof(value));
		break;
	case SETTING_CHOICE:
		memcpy(member, &choice, sizeof(choice));
		break;
	case SETTING_BOOL:
		memcpy(member, &flag, sizeof(flag));
		break;
	}
}

void settings_init(Settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	for (size_t i = 0; i < setting_count; i++)
		value_put(settings, &setting_table[i], setting_table[i].initial);
}

const Setting *setting_find(const char *name, size_t length)
{
	for (size_t i = 0; i < setting_count; i++) {
		const char *row = setting_table[i].name;
		if (strlen(row) == length && memcmp(row, name, length) == 0)
			return &setting_table[i];
	}
	return NULL;
}

static MhexStatus parse_choice(const Setting *row, const char *text, size_t length,
			       uint64_t *value, MhexError *err)
{
	char known[128] = "";
	for (uint64_t i = 0; row->choices[i]; i++) {
		if (strlen(row->choices[i]) == length &&
		    memcmp(row->choices[i], text, length) == 0) {
			*value = i;
			return MHEX_OK;
		}
		const size_t used = strlen(known);
		(void)snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "",
			       row->choices[i]);
	}
	return mhex_fail_at(err, 0, "%s is one of %s", row->name, known);
}

static MhexStatus parse_bool(const Setting *row, const char *text, size_t length,
			     uint64_t *value, MhexError *err)
{
	static const char *const words[] = {"off",   "on",   "no", "yes",
					    "false", "true", "0",  "1"};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i]) == length && memcmp(words[i], text, length) == 0) {
			*value = i % 2;
			return MHEX_OK;
		}
	}
	return mhex_fail_at(err, 0, "%s is on or off", row->name);
}

static MhexStatus parse_number(const Setting *row, const char *text, size_t length,
			       uint64_t *value, MhexError *err)
{
	static const ExprEnv no_document = {0};
	if (row->zero && strlen(row->zero) == length &&
	    memcmp(row->zero, text, length) == 0) {
		*value = 0;
		return MHEX_OK;
	}
	const MhexStatus status = expr_parse(text, length, &no_document, value, err);
	if (status)
		return status;
	if (*value < row->min || *value > row->max)
		return mhex_fail(err, MHEX_E_RANGE, "%s is %" PRIu64 " to %" PRIu64,
				 row->name, row->min, row->max);
	/* The only row with another condition than its limits. */
	if (row->offset == MEMBER(window) && (*value & (*value - 1)) != 0)
		return mhex_fail(err, MHEX_E_RANGE, "window is a power of two");
	return MHEX_OK;
}

static MhexStatus parse_value(const Setting *row, const char *text, size_t length,
			      uint64_t *value, MhexError *err)
{
	switch (row->type) {
	case SETTING_CHOICE:
		return parse_choice(row, text, length, value, err);
	case SETTING_BOOL:
		return parse_bool(row, text, length, value, err);
	case SETTING_NUMBER:
		break;
	}
	return parse_number(row, text, length, value, err);
}

/* NULL: there is no such setting, and *err says so. */
static const Setting *find_row(const char *name, size_t length, bool *negated,
			       MhexError *err)
{
	const Setting *row = setting_find(name, length);
	*negated = false;
	if (!row && length > 2 && memcmp(name, "no", 2) == 0) {
		row = setting_find(name + 2, length - 2);
		*negated = row && row->type == SETTING_BOOL;
		if (!*negated)
			row = NULL;
	}
	if (!row)
		(void)mhex_fail_at(err, 0, "no such setting: %.*s", (int)length, name);
	return row;
}

MhexStatus settings_set(Settings *settings, const char *text, size_t length,
			unsigned *stale, MhexError *err)
{
	const char *equals = memchr(text, '=', length);
	const size_t name_length = equals ? (size_t)(equals - text) : length;
	bool negated = false;
	const Setting *row = find_row(text, name_length, &negated, err);
	if (!row)
		return MHEX_E_SYNTAX;
	MhexStatus status = MHEX_OK;
	uint64_t value = !negated;
	if (equals && !negated) {
		const size_t at = name_length + 1;
		status = parse_value(row, text + at, length - at, &value, err);
		if (status && err && err->caret >= 0)
			err->caret += (int)at;
	} else if (equals || row->type != SETTING_BOOL) {
		status = mhex_fail_at(err, name_length, "%s: want %s=VALUE", row->name,
				      row->name);
	}
	if (status)
		return status;
	value_put(settings, row, value);
	*stale |= row->stale;
	return MHEX_OK;
}

void settings_print(const Settings *settings, const Setting *row, char *text, size_t size)
{
	const uint64_t value = value_get(settings, row);
	if (row->type == SETTING_BOOL)
		(void)snprintf(text, size, "%s=%s", row->name, value ? "on" : "off");
	else if (row->type == SETTING_CHOICE)
		(void)snprintf(text, size, "%s=%s", row->name, row->choices[value]);
	else if (value == 0 && row->zero)
		(void)snprintf(text, size, "%s=%s", row->name, row->zero);
	else
		(void)snprintf(text, size, "%s=%" PRIu64, row->name, value);
}

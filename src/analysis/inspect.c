/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/inspect.h"

#include <stdio.h>
#include <string.h>

#include "analysis/inspect_format.h"
#include "base/utf8.h"

NumberType inspect_type(const InspectRow *row, char kind)
{
	const size_t length = strlen(row->name);
	const bool big = length > 2 && strcmp(row->name + length - 2, "be") == 0;
	return (NumberType){kind, (uint8_t)row->need, big};
}

/* Little-endian is how Windows and GPT keep it: the first three fields turned round. */
static bool inspect_guid(const InspectRow *row, const uint8_t *bytes, size_t length,
			 char text[INSPECT_TEXT])
{
	static const uint8_t little[] = {3, 2, 1, 0, 5, 4, 7, 6};
	const bool big = inspect_type(row, 'u').big_endian;
	size_t used = 0;
	(void)length;
	for (size_t i = 0; i < row->need; i++) {
		const bool dash = i == 4 || i == 6 || i == 8 || i == 10;
		const uint8_t byte = bytes[big || i >= sizeof(little) ? i : little[i]];
		used += (size_t)snprintf(text + used, INSPECT_TEXT - used, "%s%02x",
					 dash ? "-" : "", byte);
	}
	return true;
}

static bool inspect_utf8(const InspectRow *row, const uint8_t *bytes, size_t length,
			 char text[INSPECT_TEXT])
{
	uint32_t rune = 0;
	const size_t used = utf8_decode(bytes, length, &rune);
	(void)row;
	if (used == 0)
		return false;
	const int shown = utf8_is_control(rune) ? 0 : (int)used;
	(void)snprintf(text, INSPECT_TEXT, "U+%04X%s%.*s", (unsigned)rune,
		       shown > 0 ? " " : "", shown, (const char *)bytes);
	return true;
}

const InspectRow inspect_table[] = {
	{"u8", "u8", 1, inspect_unsigned},
	{"i8", "i8", 1, inspect_signed},
	{"u16le", "u16", 2, inspect_unsigned},
	{"u16be", "u16", 2, inspect_unsigned},
	{"i16le", "i16", 2, inspect_signed},
	{"i16be", "i16", 2, inspect_signed},
	{"u32le", "u32", 4, inspect_unsigned},
	{"u32be", "u32", 4, inspect_unsigned},
	{"i32le", "i32", 4, inspect_signed},
	{"i32be", "i32", 4, inspect_signed},
	{"u64le", "u64", 8, inspect_unsigned},
	{"u64be", "u64", 8, inspect_unsigned},
	{"i64le", "i64", 8, inspect_signed},
	{"i64be", "i64", 8, inspect_signed},
	{"f16le", "f16", 2, inspect_float},
	{"f16be", "f16", 2, inspect_float},
	{"f32le", "f32", 4, inspect_float},
	{"f32be", "f32", 4, inspect_float},
	{"f64le", "f64", 8, inspect_float},
	{"f64be", "f64", 8, inspect_float},
	{"uleb128", "uleb128", 1, inspect_uleb128},
	{"sleb128", "sleb128", 1, inspect_sleb128},
	{"unix32le", "unix32", 4, inspect_unix},
	{"unix32be", "unix32", 4, inspect_unix},
	{"unix64le", "unix64", 8, inspect_unix},
	{"unix64be", "unix64", 8, inspect_unix},
	{"dos", "dos", 4, inspect_dos},
	{"filetime", "filetime", 8, inspect_filetime},
	{"guidle", "guid", 16, inspect_guid},
	{"guidbe", "guid", 16, inspect_guid},
	{"utf8", "utf8", 1, inspect_utf8},
};
const size_t inspect_count = sizeof(inspect_table) / sizeof(inspect_table[0]);

bool inspect_format(const InspectRow *row, const uint8_t *bytes, size_t length,
		    char text[INSPECT_TEXT])
{
	if (length >= row->need && row->format(row, bytes, length, text))
		return true;
	(void)snprintf(text, INSPECT_TEXT, "-");
	return false;
}

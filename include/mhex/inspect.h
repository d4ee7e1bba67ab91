/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_INSPECT_H
#define MHEX_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The data inspector: the bytes at an offset read as every type of a table.
 */
enum {
	INSPECT_BYTES = 32,
	INSPECT_TEXT = 80
};

typedef struct InspectRow InspectRow;
struct InspectRow {
	const char *name;  /* "u16le": what :inspect prints before the value */
	const char *group; /* rows shown together on the inspector line: "u16" */
	size_t need; /* bytes; fewer readable ones give no value. LEB128, UTF-8: 1 */
	/* Write the value to text; false when the bytes are none. */
	bool (*format)(const InspectRow *row, const uint8_t *bytes, size_t length,
		       char text[INSPECT_TEXT]);
};

/* u8 i8 u16le u16be ... i64be, f16 f32 f64 (le, be), uleb128, sleb128, unix32, unix64
 * (le, be), dos (le), filetime (le), guid (le and be), utf8. */
extern const InspectRow inspect_table[];
extern const size_t inspect_count;

/* False when there are too few bytes or they are no such value ("-" is in text then). */
bool inspect_format(const InspectRow *row, const uint8_t *bytes, size_t length,
		    char text[INSPECT_TEXT]);

#endif

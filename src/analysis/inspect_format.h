/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_INSPECT_FORMAT_H
#define MHEX_ANALYSIS_INSPECT_FORMAT_H

#include "base/number.h"
#include "mhex/inspect.h"

/*
 * What the rows of the inspector call: each as InspectRow.format, with row->need bytes
 * at least. Whatever the bytes are, the text is printable and ends within INSPECT_TEXT.
 */

/* A number of row->need bytes, big-endian when the row's name ends with "be". */
NumberType inspect_type(const InspectRow *row, char kind);

bool inspect_unsigned(const InspectRow *row, const uint8_t *bytes, size_t length,
		      char text[INSPECT_TEXT]);
bool inspect_signed(const InspectRow *row, const uint8_t *bytes, size_t length,
		    char text[INSPECT_TEXT]);
bool inspect_float(const InspectRow *row, const uint8_t *bytes, size_t length,
		   char text[INSPECT_TEXT]);
bool inspect_uleb128(const InspectRow *row, const uint8_t *bytes, size_t length,
		     char text[INSPECT_TEXT]);
bool inspect_sleb128(const InspectRow *row, const uint8_t *bytes, size_t length,
		     char text[INSPECT_TEXT]);

/* Times are in UTC, as in 2038-01-19T03:14:07Z, and have years from 1 to 9999. */
bool inspect_unix(const InspectRow *row, const uint8_t *bytes, size_t length,
		  char text[INSPECT_TEXT]);
bool inspect_filetime(const InspectRow *row, const uint8_t *bytes, size_t length,
		      char text[INSPECT_TEXT]);
/* Local time of an unknown place: no Z. */
bool inspect_dos(const InspectRow *row, const uint8_t *bytes, size_t length,
		 char text[INSPECT_TEXT]);

#endif

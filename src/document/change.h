/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_CHANGE_H
#define MHEX_DOCUMENT_CHANGE_H

#include "document/history.h"

void change_free(Change *change);

/* Is what second replaced next to what first put there, or (partly) the same? second
 * was made right after first. */
bool changes_touch(const Change *first, const Change *second);

/* *out, owned: both of them as one change. False when out of memory. */
bool changes_merge(const Change *first, const Change *second, Change *out);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/analysis/start_search.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

Search *start_search(const struct Snapshot *snapshot, const char *text,
		     const SearchRequest *request)
{
	Pattern pattern;
	Search *search = NULL;
	MhexError err;
	cr_assert_eq(pattern_parse(&pattern, text, strlen(text), &err), MHEX_OK, "%s",
		     err.message);
	cr_assert_eq(search_start(&search, snapshot, &pattern, request, -1, &err),
		     MHEX_OK, "%s", err.message);
	cr_assert(eq(sz, pattern.length, 0));
	return search;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_ANALYSIS_START_SEARCH_H
#define MHEX_TESTS_ANALYSIS_START_SEARCH_H

#include "mhex/search.h"

/* Search a snapshot for a pattern as it is written; ends the test with the sentence when
 * that fails. */
Search *start_search(const struct Snapshot *snapshot, const char *text,
		     const SearchRequest *request);

#endif

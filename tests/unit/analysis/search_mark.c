/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "mhex/byte_state.h"
#include "mhex/search.h"

/* A letter for each byte: m marked, u unreadable, x both, - neither. */
static void mark(const char *text, uint64_t every, uint64_t offset, const char *bytes,
		 char *letters)
{
	Pattern pattern;
	uint8_t states[64] = {0};
	const size_t length = strlen(bytes);
	cr_assert_eq(pattern_parse(&pattern, text, strlen(text), NULL), MHEX_OK);
	for (size_t i = 0; i < length; i++)
		states[i] = letters[i] == 'u' ? BYTE_UNREADABLE : 0;
	const SearchView view = {offset, (const uint8_t *)bytes, states, length, true};
	search_mark(&pattern, every, &view, BYTE_MATCHED);
	for (size_t i = 0; i < length; i++)
		letters[i] = "-mux"[(states[i] & BYTE_MATCHED ? 1 : 0) +
				    (states[i] & BYTE_UNREADABLE ? 2 : 0)];
	pattern_free(&pattern);
}

Test(search_mark, marks_every_byte_of_every_match)
{
	char letters[] = "-----------";

	mark("\"aba\"", 0, 0, "xababaxabax", letters);

	cr_expect(eq(int, strcmp(letters, "-mmmmm-mmm-"), 0), "%s", letters);
}

Test(search_mark, reckons_multiples_from_the_beginning_of_the_document)
{
	char letters[] = "--------";

	mark("\"a\"", 4, 2, "aaaaaaaa", letters);

	cr_expect(eq(int, strcmp(letters, "--m---m-"), 0), "%s", letters);
}

Test(search_mark, leaves_out_what_cannot_be_read)
{
	char letters[] = "--u-----";

	mark("\"aa\"", 1, 0, "aaaaaaxa", letters);

	cr_expect(eq(int, strcmp(letters, "mmummm--"), 0), "%s", letters);
}

Test(search_mark, marks_nothing_where_a_match_does_not_fit)
{
	char letters[] = "---";

	mark("\"abcd\"", 1, 0, "abc", letters);

	cr_expect(eq(int, strcmp(letters, "---"), 0), "%s", letters);
}

Test(search_mark, marks_the_matches_of_an_expression)
{
	char letters[] = "----u----";

	mark("/a+b?|(?<=c)d/", 1, 0, "aabcaabcd", letters);

	cr_expect(eq(int, strcmp(letters, "mmm-umm-m"), 0), "%s", letters);
}

Test(search_mark, looks_behind_the_edge_of_the_view_only_where_it_can)
{
	char letters[] = "---";

	mark("/\\bd/", 1, 7, "dcd", letters); /* what stands before is not known */
	cr_expect(eq(int, strcmp(letters, "---"), 0), "%s", letters);
	mark("/\\bd/", 1, 0, "d d", letters);

	cr_expect(eq(int, strcmp(letters, "m-m"), 0), "%s", letters);
}

Test(search_mark, does_not_wait_for_a_costly_expression, .timeout = 100)
{
	char letters[64];
	char bytes[64];
	memset(letters, '-', sizeof(letters));
	memset(bytes, 'a', sizeof(bytes));
	bytes[63] = letters[63] = '\0';

	mark("/(?:a|aa)+[^a]/", 1, 0, bytes, letters);

	cr_expect(eq(sz, strspn(letters, "-"), 63));
}

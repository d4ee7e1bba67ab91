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
	search_mark(&pattern, every, offset, (const uint8_t *)bytes, length, states,
		    BYTE_MATCHED);
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

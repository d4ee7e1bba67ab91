/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/theme.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

TestSuite(theme, .timeout = 100);

static const int colour_counts[] = {0, 8, 16, 256};
enum {
	COLOUR_COUNTS = sizeof(colour_counts) / sizeof(colour_counts[0])
};

static bool same(Look a, Look b)
{
	return a.foreground == b.foreground && a.background == b.background &&
	       a.attributes == b.attributes;
}

Test(theme, every_row_is_complete)
{
	for (size_t i = 0; i < theme_count; i++) {
		const Theme *theme = &theme_table[i];
		cr_expect(lt(sz, 0, strlen(theme->summary)));
		cr_expect(eq(ptr, (void *)theme_find(theme->name), (void *)theme));
	}
	cr_expect(ge(sz, theme_count, 3));
	cr_expect(zero(ptr, (void *)theme_find("no such theme")));
}

Test(theme, uses_the_terminals_own_sixteen_colours_and_no_more_than_it_has)
{
	for (size_t i = 0; i < theme_count * COLOUR_COUNTS; i++) {
		const Theme *theme = &theme_table[i / COLOUR_COUNTS];
		const int colours = colour_counts[i % COLOUR_COUNTS];
		const int limit = colours < 8 ? 0 : colours < 16 ? 8 : 16;
		for (unsigned k = 0; k < STYLE_COUNT * (1U << MARK_COUNT); k++) {
			const Look look = theme_look(theme, (Style)(k % STYLE_COUNT),
						     k / STYLE_COUNT, colours);
			cr_assert(look.foreground >= -1 && look.foreground < limit);
			cr_assert(look.background >= -1 && look.background < limit);
			/* Marks lie on bytes only, and on the gaps between them. */
			const bool real =
				k % STYLE_COUNT <= STYLE_UNREADABLE || k < STYLE_COUNT;
			cr_assert(look.background == -1 || !real ||
					  look.foreground != look.background,
				  "%s, %d colours, style %u, marks %x cannot be read",
				  theme->name, colours, k % STYLE_COUNT, k / STYLE_COUNT);
		}
	}
}

/* The states of a byte that can come together: another process's change never lies over
 * an edit of ours unless it is a conflict, and typing ends a selection. */
static size_t list_states(unsigned states[64])
{
	size_t count = 0;
	for (unsigned marks = 0; marks < 1U << MARK_COUNT; marks++) {
		const bool cursor = marks & (MARK_CURSOR | MARK_CURSOR_OTHER);
		const unsigned not_in_conflict =
			MARK_MODIFIED | MARK_FOREIGN | MARK_HALF_TYPED;
		const bool both = (marks & MARK_MODIFIED && marks & MARK_FOREIGN) ||
				  (marks & MARK_CONFLICT && marks & not_in_conflict) ||
				  (marks & MARK_HALF_TYPED && marks & MARK_SELECTED);
		if (!cursor && !both)
			states[count++] = marks;
	}
	return count;
}

static void check_distinct(const Theme *theme, int colours, unsigned also)
{
	unsigned states[64];
	const size_t count = list_states(states);
	cr_assert(eq(sz, count, 22));
	for (size_t k = 0; k < count * count; k++) {
		const unsigned a = states[k / count];
		const unsigned b = states[k % count];
		for (int style = STYLE_BYTE_ZERO; style <= STYLE_UNREADABLE; style++) {
			const Look left =
				theme_look(theme, (Style)style, a | also, colours);
			const Look right =
				theme_look(theme, (Style)style, b | also, colours);
			cr_expect(a == b || !same(left, right),
				  "%s, %d colours: marks %x and %x, style %d",
				  theme->name, colours, a | also, b | also, style);
		}
	}
}

Test(theme, tells_all_states_of_a_byte_apart)
{
	for (size_t i = 0; i < theme_count; i++) {
		for (int k = 0; k < COLOUR_COUNTS; k++)
			check_distinct(&theme_table[i], colour_counts[k], 0);
	}
}

Test(theme, tells_them_apart_under_the_cursor_too)
{
	for (size_t i = 0; i < theme_count; i++) {
		for (int k = 0; k < COLOUR_COUNTS; k++)
			check_distinct(&theme_table[i], colour_counts[k], MARK_CURSOR);
	}
	check_distinct(theme_find("mono"), 0, MARK_CURSOR_OTHER);
}

Test(theme, shows_both_cursors_whatever_the_byte_is)
{
	unsigned states[64];
	const size_t count = list_states(states);
	for (size_t i = 0; i < theme_count * COLOUR_COUNTS; i++) {
		const Theme *theme = &theme_table[i / COLOUR_COUNTS];
		const int colours = colour_counts[i % COLOUR_COUNTS];
		for (size_t k = 0; k < count; k++) {
			const Look plain = theme_look(theme, STYLE_BYTE_PRINTABLE,
						      states[k], colours);
			const Look cursor = theme_look(theme, STYLE_BYTE_PRINTABLE,
						       states[k] | MARK_CURSOR, colours);
			const Look twin =
				theme_look(theme, STYLE_BYTE_PRINTABLE,
					   states[k] | MARK_CURSOR_OTHER, colours);
			cr_expect(not(same(plain, cursor)), "%s, %d colours, marks %x",
				  theme->name, colours, states[k]);
			cr_expect(not(same(plain, twin)), "%s, %d colours, marks %x",
				  theme->name, colours, states[k]);
		}
	}
}

Test(theme, says_without_colours_what_colours_say)
{
	const Theme *theme = &theme_table[0];
	const Look view = theme_look(theme, STYLE_STATUS_VIEW, 0, 0);
	const Look preview = theme_look(theme, STYLE_STATUS_PREVIEW, 0, 0);
	const Look live = theme_look(theme, STYLE_STATUS_LIVE, 0, 0);
	const Look error = theme_look(theme, STYLE_ERROR, 0, 0);
	const Look message = theme_look(theme, STYLE_MESSAGE, 0, 0);
	const Look selected = theme_look(theme, STYLE_POPUP_SELECTED, 0, 0);
	const Look line = theme_look(theme, STYLE_POPUP, 0, 0);

	cr_expect(eq(uint, live.attributes, LOOK_BOLD | LOOK_REVERSE));
	cr_expect(not(same(live, view)));
	cr_expect(not(same(live, preview)));
	cr_expect(not(same(error, message)));
	cr_expect(not(same(selected, line)));
}

Test(theme, makes_bright_colours_bold_where_there_are_eight)
{
	const Theme *contrast = theme_find("contrast");

	const Look bright = theme_look(contrast, STYLE_OFFSET, 0, 16);
	const Look bold = theme_look(contrast, STYLE_OFFSET, 0, 8);

	cr_expect(eq(int, bright.foreground, 11));
	cr_expect(eq(int, bold.foreground, 3));
	cr_expect(eq(uint, bold.attributes, bright.attributes | LOOK_BOLD));
}

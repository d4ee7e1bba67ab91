/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/settings.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "mhex/theme.h"

TestSuite(settings, .timeout = 100);

static MhexStatus set(Settings *settings, const char *text, MhexError *err)
{
	unsigned stale = STALE_NOTHING;
	return settings_set(settings, text, strlen(text), &stale, err);
}

Test(settings, table_is_sorted_by_name)
{
	for (size_t i = 1; i < setting_count; i++)
		cr_expect(lt(int,
			     strcmp(setting_table[i - 1].name, setting_table[i].name), 0),
			  "%s", setting_table[i].name);
}

Test(settings, each_row_says_what_it_is)
{
	for (size_t i = 0; i < setting_count; i++) {
		const Setting *row = &setting_table[i];
		const size_t length = strlen(row->summary);
		cr_expect(lt(sz, 0, length), "%s", row->name);
		cr_expect(ne(chr, row->summary[length - 1], '.'), "%s", row->name);
		cr_expect(eq(int, row->type == SETTING_CHOICE, row->choices != NULL),
			  "%s", row->name);
	}
}

Test(settings, the_initial_value_of_a_number_is_allowed)
{
	for (size_t i = 0; i < setting_count; i++) {
		const Setting *row = &setting_table[i];
		if (row->type != SETTING_NUMBER)
			continue;
		cr_expect(ge(u64, row->initial, row->min), "%s", row->name);
		cr_expect(le(u64, row->initial, row->max), "%s", row->name);
	}
}

/* "theme" is an index into theme_table, of another layer. */
Test(settings, themes_are_those_that_can_be_drawn)
{
	const Setting *row = setting_find("theme", 5);
	size_t count = 0;

	cr_assert(row != NULL);
	while (row->choices[count]) {
		cr_assert(lt(sz, count, theme_count));
		cr_expect(eq(str, (char *)row->choices[count],
			     (char *)theme_table[count].name));
		count++;
	}
	cr_expect(eq(sz, count, theme_count));
}

struct assignment {
	char text[40];
	char printed[40];
};

static void check_assignment(struct assignment *param)
{
	Settings settings;
	char text[128];
	settings_init(&settings);
	const Setting *row = setting_find(param->printed, strcspn(param->printed, "="));
	cr_assert(row != NULL);

	cr_assert(zero(int, set(&settings, param->text, NULL)), "%s", param->text);

	settings_print(&settings, row, text, sizeof(text));
	cr_expect(eq(str, text, param->printed));
}

Test(settings, what_is_set_is_printed)
{
	static struct assignment cases[] = {
		{"columns=16", "columns=16"},
		{"columns=0x20", "columns=32"},
		{"columns=auto", "columns=auto"},
		{"columns=0", "columns=auto"},
		{"group=none", "group=none"},
		{"base=1g", "base=1073741824"},
		{"window=64k", "window=65536"},
		{"window=4096", "window=4096"},
		{"window=1g", "window=1073741824"},
		{"offsets=dec", "offsets=dec"},
		{"text=ebcdic", "text=ebcdic"},
		{"endian=big", "endian=big"},
		{"dump=hexdump", "dump=hexdump"},
		{"theme=mono", "theme=mono"},
		{"keys=plain", "keys=plain"},
		{"wrap", "wrap=on"},
		{"nowrap", "wrap=off"},
		{"wrap=off", "wrap=off"},
		{"wrap=no", "wrap=off"},
		{"wrap=true", "wrap=on"},
		{"upper=1", "upper=on"},
		{"nomark-foreign", "mark-foreign=off"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_assignment(&cases[i]);
}

struct refusal {
	char text[40];
	int caret; /* -1: none */
};

static void check_refusal(struct refusal *param)
{
	Settings settings;
	Settings before;
	MhexError err = {.caret = -1};
	settings_init(&settings);
	settings_init(&before);

	cr_expect(ne(int, set(&settings, param->text, &err), MHEX_OK));

	cr_expect(zero(int, memcmp(&settings, &before, sizeof(settings))));
	cr_expect(lt(sz, 0, strlen(err.message)));
	if (param->caret < 0)
		cr_expect(eq(int, err.caret, -1));
	else
		cr_expect(all(ge(int, err.caret, param->caret),
			      le(int, err.caret, (int)strlen(param->text))));
}

Test(settings, what_is_wrong_changes_nothing)
{
	static struct refusal cases[] = {
		{"colums=16", 0},
		{"columns", 7},
		{"columns=", 8},
		{"columns=x", 8},
		{"columns=4097", -1},
		{"columns=-1", 8},
		{"columns=16x", 8},
		{"text=utf9", 5},
		{"text=", 5},
		{"text", 4},
		{"wrap=maybe", 5},
		{"nocolumns", 0},
		{"nowrap=on", 4},
		{"", 0},
		{"=5", 0},
		{"window=5000", -1},
		{"window=1", -1},
		{"window=2g", -1},
		{"wrap=", 5},
		{"no", 0},
		{"Columns=16", 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_refusal(&cases[i]);
}

Test(settings, an_error_names_the_possible_values)
{
	Settings settings;
	MhexError err;
	settings_init(&settings);

	cr_assert(ne(int, set(&settings, "endian=middle", &err), MHEX_OK));

	cr_expect(eq(str, err.message, (char *)"endian is one of little, big"));
}

Test(settings, tell_what_a_change_makes_stale)
{
	Settings settings;
	unsigned stale = STALE_NOTHING;
	settings_init(&settings);

	cr_assert(zero(int, settings_set(&settings, "wrap", 4, &stale, NULL)));
	cr_expect(eq(uint, stale, STALE_NOTHING));
	cr_assert(zero(int, settings_set(&settings, "window=1m", 9, &stale, NULL)));
	cr_expect(eq(uint, stale, STALE_WINDOW));
	cr_assert(zero(int, settings_set(&settings, "group=4", 7, &stale, NULL)));
	cr_expect(eq(uint, stale, STALE_WINDOW | STALE_LAYOUT));
}

Test(settings, all_can_be_printed_and_read_back)
{
	Settings settings;
	Settings again;
	char text[128];
	settings_init(&settings);
	settings_init(&again);
	cr_assert(zero(int, set(&settings, "columns=24", NULL)));
	cr_assert(zero(int, set(&settings, "text=cp437", NULL)));
	cr_assert(zero(int, set(&settings, "nohint", NULL)));

	for (size_t i = 0; i < setting_count; i++) {
		settings_print(&settings, &setting_table[i], text, sizeof(text));
		cr_expect(zero(int, set(&again, text, NULL)), "%s", text);
	}

	cr_expect(zero(int, memcmp(&settings, &again, sizeof(settings))));
}

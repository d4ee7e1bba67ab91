/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/keymap.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static Keymap keymap;
static StrBuf line;

static void forget(void)
{
	keymap_free(&keymap);
	strbuf_free(&line);
}

TestSuite(keymap, .fini = forget, .timeout = 100);

/* The line that keys run; "" when they are no binding. */
static char *bound(unsigned mode, const char *keys)
{
	strbuf_clear(&line);
	if (keymap_find(&keymap, mode, keys, &line) != KEYS_BOUND)
		strbuf_clear(&line);
	return (char *)strbuf_text(&line);
}

static KeysFound found(unsigned mode, const char *keys)
{
	StrBuf ignored = {0};
	const KeysFound result = keymap_find(&keymap, mode, keys, &ignored);
	strbuf_free(&ignored);
	return result;
}

#define EXPECT_BOUND(mode, keys, want)                                                   \
	cr_expect(eq(str, bound(mode, keys), (char *)(want)), "%s", keys)

Test(keymap, has_the_keys_of_vi)
{
	EXPECT_BOUND(IN_NORMAL, "h", "move left");
	EXPECT_BOUND(IN_NORMAL, "gg", "move file-start");
	EXPECT_BOUND(IN_NORMAL, "ZQ", "quit!");
	EXPECT_BOUND(IN_NORMAL, "<C-r>", "redo");
	EXPECT_BOUND(IN_INSERT, "<C-s>", "write");
	EXPECT_BOUND(IN_OVERWRITE, "<Esc>", "mode normal");
}

Test(keymap, waits_for_the_rest_of_a_sequence)
{
	cr_expect(eq(int, found(IN_NORMAL, "g"), KEYS_UNFINISHED));
	cr_expect(eq(int, found(IN_NORMAL, "m"), KEYS_UNFINISHED));
	cr_expect(eq(int, found(IN_NORMAL, "gx"), KEYS_UNKNOWN));
	cr_expect(eq(int, found(IN_NORMAL, "ggg"), KEYS_UNKNOWN));
	cr_expect(eq(int, found(IN_NORMAL, "<F12>"), KEYS_UNKNOWN));
}

Test(keymap, letters_are_no_commands_while_typing)
{
	cr_expect(eq(int, found(IN_OVERWRITE, "h"), KEYS_UNKNOWN));
	cr_expect(eq(int, found(IN_INSERT, "g"), KEYS_UNKNOWN));
}

Test(keymap, any_stands_for_one_key)
{
	EXPECT_BOUND(IN_NORMAL, "ma", "mark a");
	EXPECT_BOUND(IN_NORMAL, "'z", "goto 'z");
	EXPECT_BOUND(IN_NORMAL, "m\xc3\xa4", "mark \xc3\xa4");
	EXPECT_BOUND(IN_NORMAL, "m<F5>", "mark <F5>");
}

Test(keymap, each_any_is_put_where_the_line_wants_them)
{
	cr_assert(keymap_bind(&keymap, "s<Any><Any>", "overwrite {} at {}"));

	cr_expect(eq(int, found(IN_NORMAL, "s4"), KEYS_UNFINISHED));
	EXPECT_BOUND(IN_NORMAL, "s41", "overwrite 41 at 41");
}

Test(keymap, own_bindings_come_before_the_defaults)
{
	cr_assert(keymap_bind(&keymap, "h", "move right"));
	cr_assert(keymap_bind(&keymap, "<C-s>", "write!"));

	EXPECT_BOUND(IN_NORMAL, "h", "move right");
	EXPECT_BOUND(IN_INSERT, "<C-s>", "write!");
	EXPECT_BOUND(IN_NORMAL, "l", "move right");
}

Test(keymap, the_newest_of_two_own_bindings_holds)
{
	cr_assert(keymap_bind(&keymap, "Q", "quit"));
	cr_assert(keymap_bind(&keymap, "Q", "quit!"));

	EXPECT_BOUND(IN_NORMAL, "Q", "quit!");
}

Test(keymap, a_longer_own_binding_hides_the_key_that_it_begins_with)
{
	cr_assert(keymap_bind(&keymap, "xx", "cut"));

	cr_expect(eq(int, found(IN_NORMAL, "x"), KEYS_UNFINISHED));
	EXPECT_BOUND(IN_NORMAL, "xx", "cut");
}

Test(keymap, an_own_key_hides_the_longer_ones_that_begin_with_it)
{
	cr_assert(keymap_bind(&keymap, "g", "move file-end"));

	EXPECT_BOUND(IN_NORMAL, "g", "move file-end");
}

Test(keymap, an_empty_line_takes_a_binding_away)
{
	cr_assert(keymap_bind(&keymap, "q", ""));

	cr_expect(eq(int, found(IN_NORMAL, "q"), KEYS_BOUND));
	EXPECT_BOUND(IN_NORMAL, "q", "");
}

Test(keymap, plain_has_commands_beside_hex_digits)
{
	keymap.plain = true;

	EXPECT_BOUND(IN_OVERWRITE, "h", "move left");
	EXPECT_BOUND(IN_OVERWRITE, "gg", "move file-start");
	EXPECT_BOUND(IN_OVERWRITE, "<Esc>", "select-none");
	EXPECT_BOUND(IN_OVERWRITE, "<C-s>", "write");
	EXPECT_BOUND(IN_OVERWRITE, "q", "quit");
}

Test(keymap, plain_binds_no_hex_digit)
{
	for (size_t i = 0; i < plain_binding_count; i++) {
		const char first = plain_bindings[i].key[0];
		cr_expect(zero(ptr, strchr("0123456789abcdefABCDEF", first)), "%s",
			  plain_bindings[i].key);
	}
}

Test(keymap, takes_keys_apart)
{
	cr_expect(eq(sz, keymap_key_length(""), 0));
	cr_expect(eq(sz, keymap_key_length("ab"), 1));
	cr_expect(eq(sz, keymap_key_length("<C-f>x"), 5));
	cr_expect(eq(sz, keymap_key_length("<lt>x"), 4));
	cr_expect(eq(sz, keymap_key_length("\xe2\x82\xacx"), 3));
	cr_expect(eq(sz, keymap_key_length("<"), 1));
	cr_expect(eq(sz, keymap_key_length("<>"), 1));
}

Test(keymap, knows_a_well_formed_key)
{
	cr_expect(keymap_valid("a"));
	cr_expect(keymap_valid("gg"));
	cr_expect(keymap_valid("<C-f>"));
	cr_expect(keymap_valid("g<Any>"));
	cr_expect(keymap_valid("<lt>"));
	cr_expect(not(keymap_valid("")));
	cr_expect(not(keymap_valid("<C-f")));
	cr_expect(not(keymap_valid("a<")));
}

Test(keymap, lists_the_own_bindings_first_then_the_presets)
{
	cr_assert(keymap_bind(&keymap, "Q", "quit"));
	cr_assert(keymap_bind(&keymap, "W", "write"));
	keymap.plain = true;
	size_t count = 0;
	while (keymap_row(&keymap, count))
		count++;

	cr_expect(eq(sz, count, 2 + plain_binding_count + default_binding_count));
	cr_expect(eq(str, (char *)keymap_row(&keymap, 0)->key, (char *)"W"));
	cr_expect(eq(str, (char *)keymap_row(&keymap, 1)->key, (char *)"Q"));
	cr_expect(eq(ptr, (void *)keymap_row(&keymap, 2), (void *)&plain_bindings[0]));
}

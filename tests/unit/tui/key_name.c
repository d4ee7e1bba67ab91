/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/key_name.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static void expect(const TermKeyKey *key, const char *want)
{
	char name[KEY_NAME_SIZE] = "";

	const bool named = key_name(key, name, sizeof(name));

	cr_expect(named, "%s", want);
	cr_expect(zero(int, strcmp(name, want)), "%s, not %s", name, want);
}

static void expect_none(const TermKeyKey *key)
{
	char name[KEY_NAME_SIZE];
	cr_expect(not(key_name(key, name, sizeof(name))));
}

static TermKeyKey unicode(long codepoint, int modifiers, const char *utf8)
{
	TermKeyKey key = {.type = TERMKEY_TYPE_UNICODE, .modifiers = modifiers};
	key.code.codepoint = codepoint;
	strcpy(key.utf8, utf8);
	return key;
}

static TermKeyKey keysym(TermKeySym sym, int modifiers)
{
	TermKeyKey key = {.type = TERMKEY_TYPE_KEYSYM, .modifiers = modifiers};
	key.code.sym = sym;
	return key;
}

static TermKeyKey function(int number, int modifiers)
{
	TermKeyKey key = {.type = TERMKEY_TYPE_FUNCTION, .modifiers = modifiers};
	key.code.number = number;
	return key;
}

Test(key_name, a_character_is_itself_whether_shift_was_told_or_not)
{
	const TermKeyKey plain = unicode('A', 0, "A");
	const TermKeyKey shifted = unicode('A', TERMKEY_KEYMOD_SHIFT, "A");
	expect(&plain, "A");
	expect(&shifted, "A");
}

Test(key_name, modifiers_stand_in_one_order)
{
	const TermKeyKey all =
		keysym(TERMKEY_SYM_LEFT,
		       TERMKEY_KEYMOD_SHIFT | TERMKEY_KEYMOD_CTRL | TERMKEY_KEYMOD_ALT);
	expect(&all, "<M-C-S-Left>");
}

Test(key_name, what_begins_a_name_has_one)
{
	const TermKeyKey less = unicode('<', 0, "<");
	const TermKeyKey alt_less = unicode('<', TERMKEY_KEYMOD_ALT, "<");
	expect(&less, "<lt>");
	expect(&alt_less, "<M-lt>");
}

Test(key_name, the_space_bar)
{
	const TermKeyKey plain = unicode(' ', 0, " ");
	const TermKeyKey alt = unicode(' ', TERMKEY_KEYMOD_ALT, " ");
	const TermKeyKey ctrl = unicode(' ', TERMKEY_KEYMOD_CTRL, " ");
	expect(&plain, " ");
	expect(&alt, "<M-Space>");
	expect(&ctrl, "<C-@>");
}

Test(key_name, function_keys_beyond_12_are_modified_ones)
{
	const TermKeyKey f1 = function(1, 0), f13 = function(13, 0),
			 f15 = function(15, 0), f25 = function(25, 0),
			 f49 = function(49, 0);
	expect(&f1, "<F1>");
	expect(&f13, "<S-F1>");
	expect(&f15, "<S-F3>");
	expect(&f25, "<C-F1>");
	expect(&f49, "<M-F1>");
}

Test(key_name, several_syms_are_one_key)
{
	const TermKeyKey find = keysym(TERMKEY_SYM_FIND, 0);
	const TermKeyKey home = keysym(TERMKEY_SYM_HOME, 0);
	const TermKeyKey del = keysym(TERMKEY_SYM_DEL, 0);
	const TermKeyKey enter = keysym(TERMKEY_SYM_KPENTER, 0);
	expect(&find, "<Home>");
	expect(&home, "<Home>");
	expect(&del, "<Backspace>");
	expect(&enter, "<Enter>");
}

Test(key_name, what_nobody_types_has_none)
{
	const TermKeyKey replacement = unicode(0xfffd, 0, "\xef\xbf\xbd");
	const TermKeyKey c1 = unicode(0x85, 0, "\xc2\x85");
	const TermKeyKey position = {.type = TERMKEY_TYPE_POSITION};
	const TermKeyKey strange = function(0, 0), far = function(99, 0);
	const TermKeyKey copy = keysym(TERMKEY_SYM_COPY, 0);
	expect_none(&replacement);
	expect_none(&c1);
	expect_none(&position);
	expect_none(&strange);
	expect_none(&far);
	expect_none(&copy);
}

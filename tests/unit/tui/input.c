/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/input.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Input *input;

static void open_for(const char *term)
{
	MhexError err;
	if (input_open(&input, term, &err) != MHEX_OK)
		cr_skip_test("no terminal description of %s", term);
}

static void set_up(void)
{
	open_for("xterm-256color");
}

static void tear_down(void)
{
	input_close(input);
}

TestSuite(input, .init = set_up, .fini = tear_down, .timeout = 100);

static void push(const char *bytes, size_t length, uint64_t now)
{
	cr_assert(
		zero(int, input_push(input, (const uint8_t *)bytes, length, now, NULL)));
}

/* Everything there is at time now, keys one after the other; "!" marks the rest. */
static void collect(uint64_t now, char *text, size_t size)
{
	Event event;
	size_t used = 0;
	text[0] = '\0';
	while (input_next(input, now, &event) && used + 64 < size) {
		switch (event.kind) {
		case EVENT_KEY:
			used += (size_t)snprintf(text + used, size - used, "%s",
						 event.key);
			break;
		case EVENT_MOUSE:
			used += (size_t)snprintf(text + used, size - used,
						 "!mouse%d@%d,%d", (int)event.mouse,
						 event.row, event.col);
			break;
		case EVENT_PASTE:
			used += (size_t)snprintf(text + used, size - used, "!paste%zu",
						 event.length);
			break;
		default:
			used += (size_t)snprintf(text + used, size - used, "!other");
		}
	}
}

struct key_case {
	char term[20];
	char bytes[60];
	size_t length;
	char want[80];
};

#define KEYS(term, bytes, want)                                                          \
	{                                                                                \
		term, bytes, sizeof(bytes) - 1, want                                     \
	}

static const struct key_case key_cases[] = {
	KEYS("xterm-256color", "aZ 0:", "aZ 0:"),
	KEYS("xterm-256color", "<>", "<lt>>"),
	KEYS("xterm-256color", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
	     "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
	KEYS("xterm-256color", "\x01\x06\x1a", "<C-a><C-f><C-z>"),
	KEYS("xterm-256color", "\x03\x11\x13", "<C-c><C-q><C-s>"),
	KEYS("xterm-256color", "\0", "<C-@>"),
	KEYS("xterm-256color", "\x1c\x1d\x1e\x1f", "<C-\\><C-]><C-^><C-_>"),
	KEYS("xterm-256color", "\t\r\n", "<Tab><Enter><C-j>"),
	KEYS("xterm-256color", "\x7f\x08", "<Backspace><Backspace>"),
	KEYS("xterm-256color", "\033[A\033[B\033[C\033[D", "<Up><Down><Right><Left>"),
	KEYS("xterm-256color", "\033OA\033OB\033OC\033OD", "<Up><Down><Right><Left>"),
	KEYS("xterm-256color", "\033[H\033[F\033OH\033OF", "<Home><End><Home><End>"),
	KEYS("xterm-256color", "\033[1~\033[4~\033[7~\033[8~", "<Home><End><Home><End>"),
	KEYS("xterm-256color", "\033[2~\033[3~\033[5~\033[6~",
	     "<Insert><Delete><PageUp><PageDown>"),
	KEYS("xterm-256color", "\033OP\033OQ\033OR\033OS", "<F1><F2><F3><F4>"),
	KEYS("xterm-256color", "\033[11~\033[13~\033[15~", "<F1><F3><F5>"),
	KEYS("xterm-256color", "\033[17~\033[18~\033[19~", "<F6><F7><F8>"),
	KEYS("xterm-256color", "\033[20~\033[21~\033[24~", "<F9><F10><F12>"),
	KEYS("xterm-256color", "\033[1;2R\033[17;2~", "<S-F3><S-F6>"),
	KEYS("xterm-256color", "\033[1;5R\033[1;3P", "<C-F3><M-F1>"),
	KEYS("xterm-256color", "\033[Z", "<S-Tab>"),
	KEYS("xterm-256color", "\033[1;2A\033[1;2D\033[1;2H", "<S-Up><S-Left><S-Home>"),
	KEYS("xterm-256color", "\033[5;2~\033[6;2~", "<S-PageUp><S-PageDown>"),
	KEYS("xterm-256color", "\033[1;5C\033[1;5H\033[3;5~",
	     "<C-Right><C-Home><C-Delete>"),
	KEYS("xterm-256color", "\033[1;3D\033[1;3C", "<M-Left><M-Right>"),
	KEYS("xterm-256color", "\033[1;6D", "<C-S-Left>"),
	KEYS("xterm-256color", "\033x\033X\033<\033 ", "<M-x><M-X><M-lt><M-Space>"),
	KEYS("xterm-256color", "\033\r\033\x7f", "<M-Enter><M-Backspace>"),
	KEYS("xterm-256color", "\033\x06", "<M-C-f>"),
	KEYS("xterm-256color", "\033\033[A", "<Esc><Up>"),
	KEYS("xterm-256color", "\033\033:q", "<Esc><M-:>q"),
	KEYS("xterm-256color", "\033[97;5u\033[105;5u", "<C-a><C-i>"),
	KEYS("xterm-256color", "\033[65;2u", "A"),
	KEYS("xterm-256color", "\033Ow\033OM", "7<Enter>"),
	/* Swallowed, and what follows is not. */
	KEYS("xterm-256color", "a\033[99~b", "ab"),
	KEYS("xterm-256color", "a\033[?62;22cb", "ab"),
	KEYS("xterm-256color", "a\033[12;34Rb", "ab"),
	KEYS("xterm-256color", "a\033[Ib\033[Oc", "abc"),
	KEYS("xterm-256color", "a\033[>1;4000;29cb", "ab"),
	KEYS("xterm-256color", "a\033[?2026;2$yb", "ab"),
	KEYS("xterm-256color", "a\033O5zb", "ab"),
	KEYS("xterm-256color", "a\033]11;rgb:00/00/00\007b", "ab"),
	KEYS("xterm-256color", "a\033]52;c;QUJD\033\\b", "ab"),
	KEYS("xterm-256color", "a\033P1$r0m\033\\b", "ab"),
	KEYS("xterm-256color", "a\033_Gi=1;OK\033\\b", "ab"),
	KEYS("xterm-256color", "a\033[201~b", "ab"),
	KEYS("xterm-256color", "a\x80\xff\xc3zb", "azb"),
	KEYS("xterm-256color",
	     "a\xc2\x85"
	     "b",
	     "ab"),
	/* Other terminals. */
	KEYS("linux", "\033[[A\033[[C\033[17~", "<F1><F3><F6>"),
	KEYS("linux", "\033[1~\033[4~\033[28~", "<Home><End><S-F3>"),
	KEYS("vt100", "\033OA\033OD\033OP", "<Up><Left><F1>"),
	KEYS("screen-256color", "\033[1~\033[4~\033OR", "<Home><End><F3>"),
	KEYS("rxvt", "\033[7~\033[8~\033[d", "<Home><End><S-Left>"),
	KEYS("rxvt", "\033[7$\033[3$", "<S-Home><S-Delete>"),
};

static void check_keys(const struct key_case *param)
{
	char got[200];
	open_for(param->term);

	push(param->bytes, param->length, 0);
	collect(0, got, sizeof(got));

	cr_expect(zero(int, strcmp(got, param->want)), "%s: %s, not %s", param->term, got,
		  param->want);
}

static void check_bytes(const struct key_case *param)
{
	char got[400] = "";
	open_for(param->term);

	for (size_t i = 0; i < param->length; i++) {
		push(param->bytes + i, 1, i);
		collect(i, got + strlen(got), sizeof(got) - strlen(got));
	}
	collect(param->length, got + strlen(got), sizeof(got) - strlen(got));

	cr_expect(zero(int, strcmp(got, param->want)), "%s: %s, not %s", param->term, got,
		  param->want);
}

static void each_key_case(void (*check)(const struct key_case *))
{
	for (size_t i = 0; i < sizeof(key_cases) / sizeof(key_cases[0]); i++) {
		check(&key_cases[i]);
		tear_down();
	}
}

Test(input_keys, names)
{
	each_key_case(check_keys);
}

Test(input_keys, names_byte_by_byte)
{
	each_key_case(check_bytes);
}

Test(input, a_lone_esc_is_the_key_after_50_ms)
{
	Event event;
	push("\033", 1, 1000);

	const bool at_once = input_next(input, 1000, &event);
	const int wait = input_wait_ms(input, 1020);
	const bool early = input_next(input, 1049, &event);
	const bool late = input_next(input, 1050, &event);

	cr_expect(not(at_once));
	cr_expect(eq(int, wait, 30));
	cr_expect(not(early));
	cr_assert(late);
	cr_expect(zero(int, strcmp(event.key, "<Esc>")));
	cr_expect(eq(int, input_wait_ms(input, 1050), -1));
}

Test(input, a_letter_long_after_esc_is_not_alt)
{
	char got[80];
	push("\033", 1, 0);
	collect(60, got, sizeof(got));
	push("x", 1, 60);
	collect(60, got + strlen(got), sizeof(got) - strlen(got));

	cr_expect(zero(int, strcmp(got, "<Esc>x")), "%s", got);
}

Test(input, a_sequence_cut_by_a_slow_line_is_one_key)
{
	char got[80] = "";
	push("\033[1;", 4, 0);
	collect(200, got, sizeof(got));
	push("5D", 2, 300);
	collect(300, got + strlen(got), sizeof(got) - strlen(got));

	cr_expect(zero(int, strcmp(got, "<C-Left>")), "%s", got);
}

Test(input, a_sequence_that_never_ends_is_swallowed)
{
	char got[80];
	push("\033[1;", 4, 0);
	collect(499, got, sizeof(got));
	cr_expect(zero(int, strcmp(got, "")));

	collect(500, got, sizeof(got));
	cr_expect(zero(int, strcmp(got, "")));
	cr_expect(eq(int, input_wait_ms(input, 500), -1));
	push("x", 1, 501);
	collect(501, got, sizeof(got));
	cr_expect(zero(int, strcmp(got, "x")), "%s", got);
}

Test(input, alt_with_a_bracket_is_a_key_after_50_ms)
{
	char got[80];
	push("\033[", 2, 0);
	collect(50, got, sizeof(got));

	cr_expect(zero(int, strcmp(got, "<M-[>")), "%s", got);
}

Test(input, a_string_that_never_ends_is_given_up)
{
	char got[80];
	push("\033]11;rgb:00", 11, 0);
	collect(100, got, sizeof(got));
	push("00/", 3, 100);
	collect(100, got, sizeof(got));
	cr_expect(zero(int, strcmp(got, "")));
	collect(700, got, sizeof(got));
	push("x", 1, 701);
	collect(701, got, sizeof(got));

	cr_expect(zero(int, strcmp(got, "x")), "%s", got);
}

Test(input, mouse_reports_are_events)
{
	char got[200];
	push("\033[<0;12;7M\033[<32;13;7M\033[<0;13;7m\033[<64;1;1M\033[<65;1;1M", 51, 0);

	collect(0, got, sizeof(got));

	cr_expect(zero(int, strcmp(got, "!mouse0@6,11!mouse1@6,12!mouse2@6,12"
					"!mouse3@0,0!mouse4@0,0")),
		  "%s", got);
}

Test(input, a_mouse_far_out_on_a_large_screen_is_where_it_is)
{
	char got[80];
	push("\033[<0;499;200M", 13, 0);

	collect(0, got, sizeof(got));

	cr_expect(zero(int, strcmp(got, "!mouse0@199,498")), "%s", got);
}

Test(input, other_mouse_buttons_are_swallowed)
{
	char got[80];
	push("\033[<2;12;7M\033[<1;12;7M\033[<34;12;7Mx", 32, 0);

	collect(0, got, sizeof(got));

	cr_expect(zero(int, strcmp(got, "x")), "%s", got);
}

Test(input, a_paste_keeps_every_byte)
{
	Event event;
	static const char paste[] = "\033[200~a\0\r\033[A\033[201\xff\x1a\033[201~";
	push(paste, sizeof(paste) - 1, 0);

	cr_assert(input_next(input, 0, &event));

	cr_expect(eq(int, (int)event.kind, EVENT_PASTE));
	cr_assert(eq(sz, event.length, sizeof(paste) - 1 - 12));
	cr_expect(zero(int, memcmp(event.bytes, paste + 6, event.length)));
	cr_expect(not(input_next(input, 0, &event)));
}

Test(input, an_empty_paste_is_a_paste)
{
	char got[80];
	push("\033[200~\033[201~x", 13, 0);

	collect(0, got, sizeof(got));

	cr_expect(zero(int, strcmp(got, "!paste0x")), "%s", got);
}

Test(input, a_paste_in_pieces_is_one_event)
{
	char got[80] = "";
	static const char paste[] = "\033[200~hello\033[201~x";
	for (size_t i = 0; i < sizeof(paste) - 1; i++) {
		push(paste + i, 1, i * 40);
		collect(i * 40, got + strlen(got), sizeof(got) - strlen(got));
	}

	cr_expect(zero(int, strcmp(got, "!paste5x")), "%s", got);
}

Test(input, a_paste_without_an_end_is_over_after_5_seconds)
{
	char got[80];
	push("\033[200~hello", 11, 0);
	collect(4999, got, sizeof(got));
	cr_expect(zero(int, strcmp(got, "")));
	cr_expect(eq(int, input_wait_ms(input, 4990), 10));

	collect(5000, got, sizeof(got));
	cr_expect(zero(int, strcmp(got, "!paste5")), "%s", got);
	push("x", 1, 5001);
	collect(5001, got, sizeof(got));
	cr_expect(zero(int, strcmp(got, "x")), "%s", got);
}

static void push_much(char byte, size_t total)
{
	static char block[1 << 16];
	memset(block, byte, sizeof(block));
	Event event;
	for (size_t done = 0; done < total; done += sizeof(block)) {
		push(block, total - done < sizeof(block) ? total - done : sizeof(block),
		     0);
		cr_assert(not(input_next(input, 0, &event)));
	}
}

Test(input, a_paste_of_64_MiB_arrives_whole)
{
	Event event;
	push("\033[200~", 6, 0);
	push_much('x', INPUT_PASTE_MAX);
	push("\033[201~", 6, 0);

	cr_assert(input_next(input, 0, &event));

	cr_expect(eq(sz, event.length, INPUT_PASTE_MAX));
	cr_expect(not(input_take_overflow(input)));
}

Test(input, a_larger_paste_is_dropped_whole_and_told)
{
	char got[80];
	push("\033[200~", 6, 0);
	push_much('x', (size_t)INPUT_PASTE_MAX + (1 << 20));
	push("\033[201~y", 7, 0);

	collect(0, got, sizeof(got));

	cr_expect(zero(int, strcmp(got, "y")), "%s", got);
	cr_expect(input_take_overflow(input));
	cr_expect(not(input_take_overflow(input)), "it is told once");
}

Test(input, an_unknown_terminal_type_still_has_plain_keys)
{
	char got[80];
	MhexError err;
	Input *unknown = NULL;
	if (input_open(&unknown, "no-such-terminal", &err) != MHEX_OK)
		return; /* refused with a sentence is as good */
	input_close(input);
	input = unknown;

	push("a\033[A", 4, 0);
	collect(0, got, sizeof(got));

	cr_expect(zero(int, strcmp(got, "a<Up>")), "%s", got);
}

Test(input, survives_any_bytes)
{
	uint32_t random = 4711;
	char got[256];
	for (int round = 0; round < 20000; round++) {
		static const char likely[] =
			"\033\033[[O]P?<0123;$~MAm\xe2\x80\xf0_\\\a0";
		char bytes[9];
		for (size_t i = 0; i < sizeof(bytes); i++) {
			random = random * 1664525 + 1013904223;
			bytes[i] = (random >> 30)
					   ? likely[(random >> 16) % (sizeof(likely) - 1)]
					   : (char)(random >> 20);
		}
		push(bytes, sizeof(bytes), (uint64_t)round * 100);
		collect((uint64_t)round * 100, got, sizeof(got));
	}
	collect(UINT32_MAX, got, sizeof(got));
	collect(UINT32_MAX, got, sizeof(got));

	push("\033[201~", 6, UINT32_MAX);
	push("z", 1, UINT32_MAX);
	collect(UINT32_MAX, got, sizeof(got));
	cr_expect(zero(int, strcmp(got, "z")), "%s", got);
}

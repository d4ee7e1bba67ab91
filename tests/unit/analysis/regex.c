/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/regex.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "analysis/scanner.h"

typedef struct {
	uint64_t offsets[64], lengths[64];
	size_t count;
} Found;

static bool add_found(void *context, uint64_t offset, uint64_t length)
{
	Found *found = context;
	if (found->count < 64) {
		found->offsets[found->count] = offset;
		found->lengths[found->count] = length;
	}
	found->count++;
	return true;
}

static Pattern parse(const char *text)
{
	Pattern pattern;
	MhexError err;
	cr_assert_eq(pattern_parse(&pattern, text, strlen(text), &err), MHEX_OK, "%s: %s",
		     text, err.message);
	return pattern;
}

/* All matches in bytes that come in runs of run; where it got stuck, or SIZE_MAX. */
static uint64_t find_all(const char *text, const void *bytes, size_t length, size_t run,
			 Found *found)
{
	Pattern pattern = parse(text);
	const Matcher matcher = {.pattern = &pattern};
	Scanner scanner;
	*found = (Found){.count = 0};
	cr_assert(scanner_init(&scanner, &matcher));
	scanner.found = add_found;
	scanner.context = found;
	scanner_restart(&scanner, 0);
	for (size_t at = 0; at < length; at += run)
		(void)scanner_feed(&scanner, at, (const uint8_t *)bytes + at,
				   length - at < run ? length - at : run);
	scanner_finish(&scanner);
	const uint64_t stuck = scanner.stuck ? scanner.stuck_at : UINT64_MAX;
	scanner_free(&scanner);
	pattern_free(&pattern);
	return stuck;
}

struct match_case {
	char text[40];
	char bytes[32];
	size_t size;
	char want[32]; /* offset+length ... */
};

#define CASE(text, bytes, want)                                                          \
	{                                                                                \
		text, bytes, sizeof(bytes) - 1, want                                     \
	}

static void check_match(const struct match_case *c)
{
	Found found;
	char got[160] = "";

	(void)find_all(c->text, c->bytes, c->size, 100, &found);

	for (size_t i = 0; i < found.count; i++)
		(void)snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%d+%d",
			       i > 0 ? " " : "", (int)found.offsets[i],
			       (int)found.lengths[i]);
	cr_expect_str_eq(got, c->want, "%s: %s, not %s", c->text, got, c->want);
}

Test(regex, matches_what_the_manual_says)
{
	static const struct match_case cases[] = {
		CASE("/b+/", "abbcb", "1+2 4+1"),
		CASE("/B/i", "abBc", "1+1 2+1"),
		CASE("/a.c/", "abca\nca\0c", "0+3 6+3"),
		CASE("/a.c/s", "abca\nc", "0+3 3+3"),
		CASE("/^b/", "b\nb", "0+1"),
		CASE("/^b/m", "b\nb", "0+1 2+1"),
		CASE("/b$/", "b\nb", "2+1"),
		CASE("/b$/", "b\n", ""),
		CASE("/b$/m", "b\nb\r\nb", "0+1 5+1"),
		CASE("/a\\/b/", "a/b", "0+3"),
		CASE("/\\xff\\x00/", "\xff\0", "0+2"),
		CASE("/[\\x80-\\xff]+/", "a\xc3\xa9z", "1+2"),
		/* Bytes, not characters. */
		CASE("/^.$/", "\xc3\xa9", ""),
		CASE("/\xc3\x89/i", "\xc3\xa9", ""),
		CASE("/\\w/", "\xe9", ""),
		CASE("/x*/", "axxb", "1+2"), /* an empty match is none */
		CASE("/x*?/", "axxb", "1+1 2+1"),
		CASE("/(?=a)/", "aaa", ""),
		CASE("/a|ab/", "abab", "0+1 2+1"),
		CASE("/aa/", "aaaaa", "0+2 2+2"),
		CASE("/(?<=b)a/", "aba", "2+1"),
		CASE("/(a)\\1/", "baab", "1+2"),
		CASE("/[\\/]/", "", ""), /* the / in a class is no exception */
		CASE("/a b/", "a b", "0+3"),
		CASE("/\"a\"/", "\"a\"", "0+3"),
		CASE("/a/  ", "a", "0+1"),
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_match(&cases[i]);
}

struct refused_case {
	char text[40];
	MhexStatus status;
	int caret;
};

static void check_refused(const struct refused_case *c)
{
	Pattern pattern;
	MhexError err = {.caret = 0};

	const MhexStatus status = pattern_parse(&pattern, c->text, strlen(c->text), &err);

	cr_expect_eq(status, c->status, "%s: %d", c->text, (int)status);
	cr_expect_eq(err.caret, c->caret, "%s: %d, %s", c->text, err.caret, err.message);
	cr_expect(eq(int, pattern.regex == NULL, status != MHEX_OK));
	pattern_free(&pattern);
}

Test(regex, is_refused_at_the_fault)
{
	static const struct refused_case cases[] = {
		{"/", MHEX_E_SYNTAX, 1},          {"/abc", MHEX_E_SYNTAX, 4},
		{"/abc\\/", MHEX_E_SYNTAX, 6},    {"//", MHEX_E_SYNTAX, 1},
		{"  /a(b/", MHEX_E_SYNTAX, 6},    {"/a[b/", MHEX_E_SYNTAX, 4},
		{"/*a/", MHEX_E_SYNTAX, 1},       {"/a/x", MHEX_E_SYNTAX, 3},
		{"/a/iu", MHEX_E_SYNTAX, 4},      {"/a/ 41", MHEX_E_SYNTAX, 4},
		{"/ab\\Kc/", MHEX_E_SYNTAX, 3},   {"/a\\Gc/", MHEX_E_SYNTAX, 2},
		{"/a(*SKIP)/", MHEX_E_SYNTAX, 2}, {"/(*UTF)a/", MHEX_E_SYNTAX, 1},
		{"/\\p{Lu}/i", MHEX_OK, 0},       {"/\\\\K/", MHEX_OK, 0},
		{"/[(*S)]/", MHEX_OK, 0},         {"/\\Q(*A)\\E/", MHEX_OK, 0},
		{"/(?<=\\/)a/m", MHEX_OK, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_refused(&cases[i]);
}

/* 300 KiB of zeros with letters in it. */
static uint8_t *long_bytes(size_t *length)
{
	*length = 300 << 10;
	uint8_t *bytes = calloc(1, *length);
	cr_assert(bytes != NULL);
	return bytes;
}

Test(regex, sees_64_kib_from_where_a_match_begins)
{
	static const size_t runs[] = {1 << 20, 4096, 65537, 140000};
	size_t length = 0;
	uint8_t *bytes = long_bytes(&length);
	bytes[1000] = 'a';
	bytes[1000 + REGEX_REACH - 1] = 'b'; /* the last that is seen */
	bytes[80000] = 'a';
	bytes[80000 + REGEX_REACH] = 'b'; /* too far */
	bytes[length - 2] = 'a';
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		Found found;

		(void)find_all("/a.*?b/s", bytes, length, runs[i], &found);

		cr_expect_eq(found.count, 1, "%zu: %zu", runs[i], found.count);
		cr_expect(eq(u64, found.offsets[0], 1000));
		cr_expect(eq(u64, found.lengths[0], REGEX_REACH));
		(void)find_all("/a.*/s", bytes, length, runs[i], &found);
		cr_expect(eq(sz, found.count, 3));
		cr_expect(eq(u64, found.lengths[1], REGEX_REACH));
		cr_expect(eq(u64, found.lengths[2], 2));
		(void)find_all("/a.*$/s", bytes, length, runs[i], &found);
		cr_expect(eq(sz, found.count, 1));
		cr_expect(eq(u64, found.offsets[0], length - 2));
	}
	free(bytes);
}

Test(regex, cuts_a_match_that_goes_on)
{
	size_t length = 0;
	uint8_t *bytes = long_bytes(&length);
	Found found;

	(void)find_all("/\\x00+/", bytes, length, 5000, &found);

	cr_expect(eq(sz, found.count, 5));
	cr_expect(eq(u64, found.offsets[1], REGEX_REACH));
	cr_expect(eq(u64, found.lengths[4], length - 4 * (uint64_t)REGEX_REACH));
	free(bytes);
}

/* Places are looked at in stretches, and "$" at the end of one has to look further. */
Test(regex, finds_the_end_of_a_line_wherever_a_stretch_ends)
{
	static const char line[] = "ab\n";
	size_t length = 0;
	uint8_t *bytes = long_bytes(&length);
	for (size_t end = 1 << 10; end < length; end += 1 << 10) {
		Found found;
		memcpy(bytes + end - 2, line, 3);

		(void)find_all("/(a)\\1*b$/m", bytes, length, length, &found);

		cr_expect_eq(found.count, 1, "before %zu", end);
		memset(bytes + end - 2, 0, 3);
	}
	free(bytes);
}

/* As grep -obUaP: the expression decides, wherever runs end. */
Test(regex, does_not_care_how_the_bytes_are_cut)
{
	static const char *const texts[] = {"/ab+c/", "/(?<=c)a|b\\b/", "/[^c]+c/",
					    "/(?i)AB{1,3}/", "/\\Ba/"};
	static const size_t runs[] = {1, 7, 4096, 131073, 200000};
	size_t length = 0;
	uint8_t *bytes = long_bytes(&length);
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t) "abbbc\n"[i * i * 7 / 11 % 6];
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		Found want;
		(void)find_all(texts[i], bytes, length, length, &want);
		cr_assert(lt(sz, 64, want.count));
		for (size_t k = 0; k < sizeof(runs) / sizeof(runs[0]); k++) {
			Found got;
			const size_t part = runs[k] < 10 ? 3000 : length;

			(void)find_all(texts[i], bytes, part, runs[k], &got);

			cr_expect_arr_eq(got.offsets, want.offsets, sizeof(got.offsets),
					 "%s, %zu", texts[i], runs[k]);
			if (part == length)
				cr_expect(eq(sz, got.count, want.count));
		}
	}
	free(bytes);
}

Test(regex, gives_up_where_it_takes_too_many_steps)
{
	static const char costly[] = "/(?:a|aa)+[^a]/";
	char bytes[200];
	Found found;
	memset(bytes, 'a', sizeof(bytes));

	/* Thousands for a place are no reason. */
	cr_expect(eq(u64, find_all(costly, bytes, 18, 100, &found), UINT64_MAX));
	cr_expect(eq(sz, found.count, 0));
	bytes[20] = 'b';
	cr_expect(eq(u64, find_all(costly, bytes, sizeof(bytes), 100, &found), 21));
	cr_expect(eq(sz, found.count, 1));
}

static MhexStatus run_find(Job *job, void *context, MhexError *err)
{
	RegexRunner *runner = context;
	static uint8_t bytes[1 << 20];
	const RegexSubject subject = {bytes, sizeof(bytes), true};
	RegexHit hit;
	(void)err;
	memset(bytes, 'a', sizeof(bytes));
	job_wake(job);
	return regex_find(runner, &subject, 0, sizeof(bytes), job, &hit) == REGEX_NONE
		       ? MHEX_OK
		       : MHEX_E_IO;
}

/* The cost of a place is at most some 100 ms, that of all is hours. */
Test(regex, can_be_cancelled, .timeout = 100)
{
	Pattern pattern = parse("/(?:a?){25}a{25}b|a[^b]*b\\d/");
	RegexRunner *runner = regex_runner_new(pattern.regex);
	Job *job = NULL;
	cr_assert(runner != NULL);
	cr_assert(eq(int, job_start(&job, run_find, runner, -1, NULL), MHEX_OK));

	job_cancel(job);

	cr_expect(eq(int, job_finish(job, NULL), MHEX_OK));
	regex_runner_free(runner);
	pattern_free(&pattern);
}

/* Linux 6.3 knows it, headers may be older. */
#ifndef PR_SET_MDWE
#define PR_SET_MDWE              65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

Test(regex, works_where_no_code_may_be_made)
{
	Found found;
	if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0L, 0L, 0L) != 0)
		cr_skip("this kernel does not refuse new code (PR_SET_MDWE)");

	(void)find_all("/(?<=x)a+b|[0-9]{2}/", "xaab 12 x", 9, 4, &found);

	cr_expect(eq(sz, found.count, 2));
	cr_expect(eq(u64, found.offsets[1], 5));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/error.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "mhex/access.h"

TestSuite(error, .timeout = 100);

Test(error, every_status_has_a_text)
{
	static const MhexStatus all[] = {
#define X(id, text) id,
		MHEX_STATUS_LIST(X)
#undef X
	};
	const size_t count = sizeof(all) / sizeof(all[0]);
	for (size_t i = 0; i < count; i++) {
		const char *text = mhex_status_text(all[i]);
		cr_assert(ne(ptr, (void *)text, NULL));
		cr_expect(lt(sz, 0, strlen(text)));
		for (size_t j = 0; j < i; j++)
			cr_expect(ne(int, strcmp(text, mhex_status_text(all[j])), 0));
	}
	cr_expect(zero(int, (int)MHEX_OK));
}

Test(error, accesses_have_names)
{
	cr_expect(zero(int, strcmp(access_name(ACCESS_VIEW), "view")));
	cr_expect(zero(int, strcmp(access_name(ACCESS_PREVIEW), "preview")));
	cr_expect(zero(int, strcmp(access_name(ACCESS_LIVE), "live")));
}

Test(error, a_failure_fills_everything)
{
	MhexError err = {.sys_errno = 7, .caret = 7, .message = "old"};

	const MhexStatus status = mhex_fail(&err, MHEX_E_RANGE, "0x%x is %s", 16, "past");

	cr_expect(eq(int, (int)status, (int)MHEX_E_RANGE));
	cr_expect(eq(int, (int)err.status, (int)MHEX_E_RANGE));
	cr_expect(zero(int, err.sys_errno));
	cr_expect(eq(int, err.caret, -1));
	cr_expect(zero(int, strcmp(err.message, "0x10 is past")));
}

Test(error, nobody_need_listen)
{
	errno = ENOSPC;
	cr_expect(eq(int, (int)mhex_fail(NULL, MHEX_E_IO, "x"), (int)MHEX_E_IO));
	cr_expect(eq(int, (int)mhex_fail_errno(NULL, "x"), (int)MHEX_E_NOSPACE));
	cr_expect(eq(int, (int)mhex_fail_at(NULL, 3, "x"), (int)MHEX_E_SYNTAX));
	mhex_error_prefix(NULL, "x");
}

Test(error, the_system_s_reason_chooses_the_status)
{
	static const struct {
		int code;
		MhexStatus status;
	} cases[] = {
		{ENOMEM, MHEX_E_NOMEM},   {ENOSPC, MHEX_E_NOSPACE},
		{EDQUOT, MHEX_E_NOSPACE}, {EFBIG, MHEX_E_NOSPACE},
		{EROFS, MHEX_E_READONLY}, {EACCES, MHEX_E_READONLY},
		{EPERM, MHEX_E_READONLY}, {ETXTBSY, MHEX_E_BUSY},
		{EIO, MHEX_E_IO},         {ENOENT, MHEX_E_IO},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		MhexError err = {0};
		errno = cases[i].code;

		const MhexStatus status = mhex_fail_errno(&err, "%s", "name");

		cr_expect(eq(int, (int)status, (int)cases[i].status));
		cr_expect(eq(int, err.sys_errno, cases[i].code));
		cr_expect(eq(int, errno, cases[i].code), "errno is left alone");
		cr_expect(zero(int, strncmp(err.message, "name: ", 6)));
		cr_expect(zero(int, strcmp(err.message + 6, strerror(cases[i].code))));
	}
}

Test(error, a_caret_is_kept)
{
	MhexError err = {0};

	cr_expect(eq(int, (int)mhex_fail_at(&err, 12, "here"), (int)MHEX_E_SYNTAX));
	cr_expect(eq(int, err.caret, 12));
}

Test(error, long_sentences_are_cut_and_end)
{
	char text[2000];
	MhexError err = {0};
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	errno = EIO;

	(void)mhex_fail_errno(&err, "%s", text);
	cr_expect(eq(sz, strlen(err.message), sizeof(err.message) - 1));
	(void)mhex_fail_at(&err, 0, "%s", text);
	cr_expect(eq(sz, strlen(err.message), sizeof(err.message) - 1));
	mhex_error_prefix(&err, "write: ");
	cr_expect(eq(sz, strlen(err.message), sizeof(err.message) - 1));
	cr_expect(zero(int, strncmp(err.message, "write: xxx", 10)));
}

Test(error, words_are_put_in_front)
{
	MhexError err = {0};
	(void)mhex_fail_at(&err, 4, "missing");

	mhex_error_prefix(&err, "%s:%d: ", "mhexrc", 3);

	cr_expect(zero(int, strcmp(err.message, "mhexrc:3: missing")));
	cr_expect(eq(int, err.caret, 4));
	cr_expect(eq(int, (int)err.status, (int)MHEX_E_SYNTAX));
}

Test(error, a_long_path_does_not_push_the_reason_out)
{
	char path[4096];
	MhexError err;
	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';

	errno = EIO;
	(void)mhex_fail_errno(&err, "%s", path);
	const char *reason = strstr(err.message, "ppp: Input/output error");
	cr_expect(ne(ptr, (void *)reason, NULL), "%s", err.message);
	cr_expect(eq(sz, strlen(err.message), sizeof(err.message) - 1));
	(void)mhex_fail(&err, MHEX_E_IO, "%s: is gone", path);
	cr_expect(ne(ptr, strstr(err.message, "ppp: is gone"), NULL), "%s", err.message);
	mhex_error_prefix(&err, "write: ");
	cr_expect(zero(int, strncmp(err.message, "write: ppp", 10)), "%s", err.message);
	cr_expect(ne(ptr, strstr(err.message, "ppp: is gone"), NULL), "%s", err.message);
}

Test(error, a_sign_of_several_bytes_is_left_out_whole)
{
	char path[1200];
	MhexError err;
	for (size_t shift = 0; shift < 3; shift++) {
		memset(path, 'a', shift);
		for (size_t i = shift; i + 3 <= sizeof(path) - 1; i += 3)
			memcpy(path + i, "\xe2\x82\xac", 3);
		path[shift + (sizeof(path) - 1 - shift) / 3 * 3] = '\0';

		(void)mhex_fail(&err, MHEX_E_IO, "%s", path);

		const char *gap = strstr(err.message, "...");
		cr_assert(ne(ptr, (void *)gap, NULL));
		cr_expect(eq(int, gap[-1], (int)'\xac'));
		cr_expect(eq(int, gap[3], (int)'\xe2'));
	}
}

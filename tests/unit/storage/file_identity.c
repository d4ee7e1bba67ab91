/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/file_identity.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/temp_file.h"

static TempFile file;
static MhexError err;

static void set_up(void)
{
	temp_file_make(&file, "twelve bytes", 12);
}

static void tear_down(void)
{
	temp_file_remove(&file);
}

TestSuite(file_identity, .init = set_up, .fini = tear_down, .timeout = 100);

static FileIdentity identify(const char *path)
{
	FileIdentity identity;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const MhexStatus status = file_identity_get(&identity, fd, path, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	(void)close(fd);
	return identity;
}

Test(file_identity, survives_a_record)
{
	StrBuf bytes = {0};
	FileIdentity identity = identify(file.path);
	FileIdentity again;
	char *real = realpath(file.path, NULL);
	cr_expect(eq(u64, identity.size, 12));
	cr_expect(zero(int, strcmp(identity.path, real)));
	file_identity_encode(&identity, &bytes);
	cr_assert(zero(
		int, (int)file_identity_decode(&again, bytes.text, bytes.length, &err)));
	cr_expect(file_identity_matches(&identity, &again));
	cr_expect(eq(u64, again.size, identity.size));
	cr_expect(eq(u64, again.inode, identity.inode));
	cr_expect(eq(u64, again.birth, identity.birth));
	cr_expect(zero(int, strcmp(again.path, real)));
	for (size_t i = 0; i < bytes.length; i++) {
		FileIdentity cut;
		cr_expect(eq(int, (int)file_identity_decode(&cut, bytes.text, i, &err),
			     MHEX_E_UNSUPPORTED),
			  "%zu bytes are enough", i);
	}
	free(real);
	strbuf_free(&bytes);
	file_identity_free(&identity);
	file_identity_free(&again);
}

Test(file_identity, is_found_under_another_name_and_under_its_own_with_another_inode)
{
	FileIdentity before = identify(file.path);
	TempFile moved = file;
	(void)strcat(moved.path, "-moved");
	cr_assert(zero(int, rename(file.path, moved.path)));
	temp_file_write(file.path, "another", 7);
	FileIdentity same = identify(moved.path);
	FileIdentity named = identify(file.path);
	if (before.birth != 0)
		cr_expect(file_identity_matches(&before, &same));
	cr_expect(file_identity_matches(&before, &named));
	cr_expect(not(file_identity_matches(&same, &named)));
	temp_file_remove(&moved);
	file_identity_free(&before);
	file_identity_free(&same);
	file_identity_free(&named);
}

Test(file_identity, an_inode_that_was_born_at_another_time_is_another_file)
{
	FileIdentity a = {.path = (char[]){"/a"}, .inode = 7, .birth = 1, .device = 3};
	FileIdentity b = a;
	b.path = (char[]){"/b"};
	cr_expect(file_identity_matches(&a, &b));
	b.birth = 2;
	cr_expect(not(file_identity_matches(&a, &b)));
	b.birth = 1;
	b.device = 4;
	cr_expect(not(file_identity_matches(&a, &b)), "no uuid, another device");
	a.uuid[0] = b.uuid[0] = 1;
	cr_expect(file_identity_matches(&a, &b), "the device number is a hint");
	b.uuid[0] = 2;
	cr_expect(not(file_identity_matches(&a, &b)));
}

Test(file_identity, a_relative_path_is_made_absolute)
{
	const char *slash = strrchr(file.path, '/');
	TempFile folder = file;
	folder.path[slash - file.path] = '\0';
	cr_assert(zero(int, chdir(folder.path)));
	FileIdentity identity = identify(slash + 1);
	cr_expect(eq(int, identity.path[0], '/'));
	file_identity_free(&identity);

	const int fd = open(slash + 1, O_RDONLY | O_CLOEXEC);
	cr_assert(zero(int, unlink(file.path)));
	cr_assert(zero(int, (int)file_identity_get(&identity, fd, slash + 1, &err)));
	cr_expect(eq(int, identity.path[0], '/'), "%s", identity.path);
	(void)close(fd);
	file_identity_free(&identity);
}

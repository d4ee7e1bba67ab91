/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "storage/file_metadata.h"

/* Two files beside each other. */
static struct {
	char folder[64], from_path[80], to_path[80];
	int from, to;
} fixture;

static int create(const char *path)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	cr_assert(ge(int, fd, 0));
	return fd;
}

static void set_up(void)
{
	const char *tmp = getenv("TMPDIR");
	(void)snprintf(fixture.folder, sizeof(fixture.folder), "%s/mhex-test-XXXXXX",
		       tmp && strlen(tmp) < 40 ? tmp : "/tmp");
	cr_assert(ne(ptr, mkdtemp(fixture.folder), NULL));
	(void)snprintf(fixture.from_path, sizeof(fixture.from_path), "%s/from",
		       fixture.folder);
	(void)snprintf(fixture.to_path, sizeof(fixture.to_path), "%s/to", fixture.folder);
	fixture.from = create(fixture.from_path);
	fixture.to = create(fixture.to_path);
}

static void tear_down(void)
{
	(void)close(fixture.from);
	(void)close(fixture.to);
	(void)unlink(fixture.from_path);
	(void)unlink(fixture.to_path);
	(void)rmdir(fixture.folder);
}

TestSuite(file_metadata, .init = set_up, .fini = tear_down, .timeout = 100);

static unsigned mode_of(int fd)
{
	struct stat st;
	cr_assert(zero(int, fstat(fd, &st)));
	return st.st_mode & 07777;
}

static void set_or_skip(int fd, const char *name, const void *value, size_t size)
{
	if (fsetxattr(fd, name, value, size, 0) < 0)
		cr_skip_test("%s is refused here: %s", name, strerror(errno));
}

Test(file_metadata, keeps_the_mode)
{
	cr_assert(zero(int, fchmod(fixture.from, 0751)));

	const MhexStatus status = file_metadata_copy(fixture.to, fixture.from, NULL);

	cr_expect(zero(int, (int)status));
	cr_expect(eq(uint, mode_of(fixture.to), 0751));
}

Test(file_metadata, keeps_the_setuid_bit_across_a_change_of_owner)
{
	if (fchown(fixture.from, 12345, 54321) != 0)
		cr_skip_test("only root may give a file away");
	cr_assert(zero(int, fchmod(fixture.from, 06755)));

	const MhexStatus status = file_metadata_copy(fixture.to, fixture.from, NULL);

	struct stat st;
	cr_assert(zero(int, fstat(fixture.to, &st)));
	cr_expect(zero(int, (int)status));
	cr_expect(eq(uint, mode_of(fixture.to), 06755));
	cr_expect(eq(uint, st.st_uid, 12345));
	cr_expect(eq(uint, st.st_gid, 54321));
}

Test(file_metadata, says_that_the_owner_cannot_be_kept)
{
	if (fchown(fixture.from, 12345, 54321) != 0)
		cr_skip_test("only root can make a file of another user");
	MhexError err = {0};
	cr_assert(zero(int, fchown(fixture.to, 1000, 1000)));
	cr_assert(zero(int, setegid(1000)));
	cr_assert(zero(int, seteuid(1000)));

	const MhexStatus status = file_metadata_copy(fixture.to, fixture.from, &err);

	cr_assert(zero(int, seteuid(0)));
	cr_expect(eq(int, (int)status, MHEX_E_UNSUPPORTED));
	cr_expect(ne(ptr, strstr(err.message, "owner 12345:54321"), NULL), "%s",
		  err.message);
}

Test(file_metadata, keeps_extended_attributes_whatever_their_names_and_sizes)
{
	char got[3000] = {0}, large[3000];
	memset(large, 'x', sizeof(large));
	set_or_skip(fixture.from, "user.origin", "here", 4);
	set_or_skip(fixture.from, "user.empty", "", 0);
	set_or_skip(fixture.from, "user.large", large, sizeof(large));

	const MhexStatus status = file_metadata_copy(fixture.to, fixture.from, NULL);

	cr_expect(zero(int, (int)status));
	cr_expect(zero(int, (int)fgetxattr(fixture.to, "user.empty", got, 1)));
	cr_expect(eq(int, (int)fgetxattr(fixture.to, "user.origin", got, 5), 4));
	cr_expect(zero(int, memcmp(got, "here", 4)));
	cr_expect(eq(int, (int)fgetxattr(fixture.to, "user.large", got, sizeof(got)),
		     (int)sizeof(got)));
	cr_expect(zero(int, memcmp(got, large, sizeof(got))));
}

Test(file_metadata, takes_attributes_away_that_the_other_has_not)
{
	set_or_skip(fixture.to, "user.stray", "x", 1);

	const MhexStatus status = file_metadata_copy(fixture.to, fixture.from, NULL);

	cr_expect(zero(int, (int)status));
	cr_expect(lt(int, (int)fgetxattr(fixture.to, "user.stray", NULL, 0), 0));
}

/* As <linux/posix_acl_xattr.h> has it: user::rw- user:12345:r-- group::r-- mask::r--
 * other::--- */
static const unsigned char acl[] = {
	2,    0,    0,    0,                                  /* version */
	1,    0,    6,    0,    0xff, 0xff, 0xff, 0xff, 2, 0, /* owner, a user */
	4,    0,    0x39, 0x30, 0,    0,    4,    0,    4, 0,
	0xff, 0xff, 0xff, 0xff,                         /* group */
	0x10, 0,    4,    0,    0xff, 0xff, 0xff, 0xff, /* mask */
	0x20, 0,    0,    0,    0xff, 0xff, 0xff, 0xff, /* others */
};

Test(file_metadata, keeps_an_access_control_list)
{
	unsigned char got[sizeof(acl) + 8];
	set_or_skip(fixture.from, "system.posix_acl_access", acl, sizeof(acl));

	const MhexStatus status = file_metadata_copy(fixture.to, fixture.from, NULL);

	const ssize_t size =
		fgetxattr(fixture.to, "system.posix_acl_access", got, sizeof(got));
	cr_expect(zero(int, (int)status));
	cr_expect(eq(int, (int)size, (int)sizeof(acl)));
	cr_expect(zero(int, memcmp(got, acl, sizeof(acl))));
	cr_expect(eq(uint, mode_of(fixture.to), mode_of(fixture.from)));
}

Test(file_metadata, takes_an_access_control_list_away_that_the_folder_handed_down)
{
	set_or_skip(fixture.to, "system.posix_acl_access", acl, sizeof(acl));

	const MhexStatus status = file_metadata_copy(fixture.to, fixture.from, NULL);

	cr_expect(zero(int, (int)status));
	cr_expect(lt(int, (int)fgetxattr(fixture.to, "system.posix_acl_access", NULL, 0),
		     0));
	cr_expect(eq(uint, mode_of(fixture.to), 0600));
}

Test(file_metadata, keeps_capabilities_where_they_may_be_set)
{
	/* VFS_CAP_REVISION_2 with cap_net_raw permitted and effective */
	static const unsigned char capability[20] = {1, 0, 0, 2, 0, 0x20};
	unsigned char got[32];
	set_or_skip(fixture.from, "security.capability", capability, sizeof(capability));

	const MhexStatus status = file_metadata_copy(fixture.to, fixture.from, NULL);

	cr_expect(zero(int, (int)status));
	cr_expect(eq(int,
		     (int)fgetxattr(fixture.to, "security.capability", got, sizeof(got)),
		     20));
}

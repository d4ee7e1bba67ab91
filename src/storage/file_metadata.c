/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/file_metadata.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "storage/system.h"

enum {
	MODE_BITS = 07777
};

/* Names of attributes, one behind the other, each ended by a NUL. */
typedef struct {
	char *text; /* owned */
	size_t length;
} Names;

/* The list, or the value of `name`, may grow between the two calls: ask again then. */
static MhexStatus get(int fd, const char *name, char **out, size_t *length)
{
	*out = NULL;
	*length = 0;
	for (;;) {
		ssize_t size =
			name ? fgetxattr(fd, name, NULL, 0) : flistxattr(fd, NULL, 0);
		if (size < 0)
			return MHEX_E_IO;
		char *bytes = malloc((size_t)size + 1);
		if (!bytes)
			return MHEX_E_NOMEM;
		if (size > 0)
			size = name ? fgetxattr(fd, name, bytes, (size_t)size)
				    : flistxattr(fd, bytes, (size_t)size);
		if (size >= 0) {
			*out = bytes;
			*length = (size_t)size;
			return MHEX_OK;
		}
		const int reason = errno;
		free(bytes);
		errno = reason;
		if (reason != ERANGE)
			return MHEX_E_IO;
	}
}

/* A file system without attributes has none to keep. */
static MhexStatus list(Names *names, int fd, MhexError *err)
{
	const MhexStatus status = get(fd, NULL, &names->text, &names->length);
	if (status == MHEX_E_NOMEM)
		return mhex_fail(err, status, "out of memory");
	if (status && errno != ENOTSUP && errno != ENOSYS)
		return mhex_fail_errno(err, "extended attributes");
	return MHEX_OK;
}

static const char *next_name(const Names *names, const char *name)
{
	const char *next = name ? name + strlen(name) + 1 : names->text;
	return names->length && next < names->text + names->length ? next : NULL;
}

static bool has_name(const Names *names, const char *wanted)
{
	for (const char *name = next_name(names, NULL); name;
	     name = next_name(names, name))
		if (strcmp(name, wanted) == 0)
			return true;
	return false;
}

/* Statements about the contents, which change now. */
static bool is_signature(const char *name)
{
	return strcmp(name, "security.ima") == 0 || strcmp(name, "security.evm") == 0;
}

static bool has_value(int fd, const char *name, const char *value, size_t length)
{
	char *old;
	size_t old_length;
	if (get(fd, name, &old, &old_length))
		return false;
	const bool same = old_length == length && memcmp(old, value, length) == 0;
	free(old);
	return same;
}

static MhexStatus copy_attribute(int to, int from, const char *name, MhexError *err)
{
	char *value;
	size_t length;
	const MhexStatus status = get(from, name, &value, &length);
	if (status == MHEX_E_NOMEM)
		return mhex_fail(err, status, "out of memory");
	if (status && errno == ENODATA)
		return MHEX_OK; /* it went meanwhile */
	if (status)
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "its attribute %s cannot be read: %s", name,
				 strerror(errno));
	/* A label that is right already needs no right to set it. */
	const bool kept = has_value(to, name, value, length) ||
			  system_fsetxattr(to, name, value, length, 0) == 0;
	const int reason = errno;
	free(value);
	if (kept || strcmp(name, "security.capability") == 0)
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_UNSUPPORTED, "its attribute %s cannot be kept: %s",
			 name, strerror(reason));
}

static MhexStatus copy_attributes(int to, int from, MhexError *err)
{
	Names wanted = {0}, present = {0};
	MhexStatus status = list(&wanted, from, err);
	if (!status)
		status = list(&present, to, err);
	for (const char *name = next_name(&wanted, NULL); name && !status;
	     name = next_name(&wanted, name))
		if (!is_signature(name))
			status = copy_attribute(to, from, name, err);
	for (const char *name = next_name(&present, NULL); name && !status;
	     name = next_name(&present, name)) {
		/* Labels are the system's affair. */
		if (has_name(&wanted, name) || strncmp(name, "security.", 9) == 0)
			continue;
		if (system_fremovexattr(to, name) < 0 && errno != ENODATA)
			status = mhex_fail(err, MHEX_E_UNSUPPORTED,
					   "an attribute %s that it has not cannot be "
					   "taken away: %s",
					   name, strerror(errno));
	}
	free(wanted.text);
	free(present.text);
	return status;
}

/* The owner first: it takes capabilities and the setuid bit away. The mode behind the
 * ACL, whose mask it sets. */
MhexStatus file_metadata_copy(int to, int from, MhexError *err)
{
	struct stat want, got;
	if (fstat(from, &want) < 0 || fstat(to, &got) < 0)
		return mhex_fail_errno(err, "owner and mode");
	if ((got.st_uid != want.st_uid || got.st_gid != want.st_gid) &&
	    system_fchown(to, want.st_uid, want.st_gid) < 0)
		return mhex_fail(
			err, MHEX_E_UNSUPPORTED, "its owner %u:%u cannot be kept: %s",
			(unsigned)want.st_uid, (unsigned)want.st_gid, strerror(errno));
	const MhexStatus status = copy_attributes(to, from, err);
	if (status)
		return status;
	if (system_fchmod(to, want.st_mode & MODE_BITS) < 0 || fstat(to, &got) < 0 ||
	    (got.st_mode & MODE_BITS) != (want.st_mode & MODE_BITS))
		return mhex_fail(err, MHEX_E_UNSUPPORTED, "its mode %04o cannot be kept",
				 (unsigned)want.st_mode & MODE_BITS);
	return MHEX_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_KERNEL_H
#define MHEX_STORAGE_KERNEL_H

#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * What Linux has and not every C library: musl has statx() since 1.2.5, of what it tells
 * not all names, and of renameat2() neither the call nor its flags. Values are the
 * kernel's, in linux/stat.h and linux/fs.h.
 */

#ifndef STATX_BTIME
#include <linux/stat.h>
static inline int statx(int folder, const char *restrict path, int flags, unsigned mask,
			struct statx *restrict info)
{
	return (int)syscall(SYS_statx, folder, path, flags, mask, info);
}
#endif
#ifndef STATX_ATTR_MOUNT_ROOT
#define STATX_ATTR_MOUNT_ROOT 0x2000
#endif

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE (1U << 0)
#endif
#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1U << 1)
#endif
static inline int kernel_renameat2(int from_folder, const char *from, int to_folder,
				   const char *to, unsigned flags)
{
	return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

#endif

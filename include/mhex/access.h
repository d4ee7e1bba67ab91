/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ACCESS_H
#define MHEX_ACCESS_H

/* How a file is opened; the order is from the most to the least careful. */
typedef enum {
	ACCESS_VIEW,    /* read-only: every edit is refused */
	ACCESS_PREVIEW, /* edits stay in this process until they are saved */
	ACCESS_LIVE,    /* every edit is in the file at once */
} Access;

/* "view", "preview", "live". */
const char *access_name(Access access);

#endif

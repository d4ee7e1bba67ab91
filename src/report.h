/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_REPORT_H
#define MHEX_REPORT_H

/* "mhex: " and one sentence on standard error. Control bytes, of file names for
 * example, are escaped: it may be a terminal. */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_VERSION_H
#define MHEX_VERSION_H

#include "base/strbuf.h"

/* What --version prints: the version, in a line of its own, then the libraries and
 * features that this program was built with, and its licence. */
void version_print(StrBuf *out);

#endif

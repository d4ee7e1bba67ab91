/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "version.h"

#include <limits.h>
#include <sys/types.h>

#include "analysis/scan.h"

void version_print(StrBuf *out)
{
	strbuf_add_text(out, "mhex " MHEX_VERSION "\n"
			     "Libraries: " MHEX_LIBRARIES "\n");
	strbuf_printf(out, "Features: %zu-bit offsets, wide characters, search by",
		      sizeof(off_t) * CHAR_BIT);
	for (size_t i = 0; i < scan_kernel_count; i++)
		strbuf_printf(out, " %s", scan_kernels[i].name);
	strbuf_add_text(out, "\nLicence: GPL-3.0-or-later; there is no warranty, to the "
			     "extent permitted by law\n");
}

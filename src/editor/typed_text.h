/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_TYPED_TEXT_H
#define MHEX_EDITOR_TYPED_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/frame.h"

enum {
	TYPED_TEXT_MAX = 16 /* bytes of one key */
};

/* The bytes that the text column's character set has for a key's text (UTF-8), so that
 * what one types is what one sees. False: it has no such character. */
bool typed_text_encode(TextCharset charset, const char *text, uint8_t out[TYPED_TEXT_MAX],
		       size_t *length);

#endif

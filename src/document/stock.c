/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the pieces of a document and of its clips are made of. */

#include <stdlib.h>
#include <string.h>

#include "document/document_private.h"

/* The sources that every table begins with, in the order of their ids. */
static bool add_first_sources(Stock *stock)
{
	static const uint8_t zero[1];
	uint32_t id = 0;
	AddBuffer *added = add_buffer_new();
	Source *source = added ? source_new_added(added) : NULL;
	if (!source || !source_table_add(&stock->table, source, &id))
		return false;
	stock->added = added;
	source = source_new_lost();
	if (!source || !source_table_add(&stock->table, source, &id))
		return false;
	source = source_new_fill(zero, sizeof(zero));
	return source && source_table_add(&stock->table, source, &id) &&
	       id == SOURCE_ID_ZERO;
}

Stock *stock_new(void)
{
	Stock *stock = calloc(1, sizeof(*stock));
	if (!stock)
		return NULL;
	stock->refs = 1;
	stock->pool = piece_pool_new();
	stock->table = source_table_new();
	if (stock->pool && stock->table && add_first_sources(stock))
		return stock;
	stock_release(stock);
	return NULL;
}

void stock_tell(Stock *stock)
{
	stock->told = add_buffer_size(stock->added);
}

Stock *stock_retain(Stock *stock)
{
	stock->refs++;
	return stock;
}

void stock_release(Stock *stock)
{
	if (!stock || --stock->refs > 0)
		return;
	/* First the table: its overlays are trees of the pool. */
	source_table_release(stock->table);
	piece_pool_free(stock->pool);
	free(stock);
}

bool stock_fill_source(Stock *stock, const void *pattern, size_t length, uint32_t *id)
{
	const SourceTable *table = stock->table;
	for (uint32_t i = table->count; i-- > 0;) {
		const Source *source = source_table_get(table, i);
		if (source->kind == SOURCE_FILL && source->length == length &&
		    memcmp(source->pattern, pattern, length) == 0) {
			*id = i;
			return true;
		}
	}
	Source *source = source_new_fill(pattern, length);
	return source && source_table_add(&stock->table, source, id);
}

bool stock_add_bytes(Stock *stock, const void *bytes, size_t length, Piece *out)
{
	*out = (Piece){0, length, SOURCE_ID_ADDED};
	return add_buffer_append(stock->added, bytes, length, &out->offset);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flat_document.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

Flat m;

/* ---- The model ---- */

static uint64_t next_random(void)
{
	m.random ^= m.random << 13;
	m.random ^= m.random >> 7;
	m.random ^= m.random << 17;
	return m.random;
}

size_t flat_pick(size_t bound)
{
	return (size_t)(next_random() % (bound + 1));
}

State state_copy(const State *state)
{
	State copy = {malloc(state->size + 1), state->size};
	cr_assert(ne(ptr, copy.bytes, NULL));
	if (state->size > 0)
		memcpy(copy.bytes, state->bytes, state->size);
	return copy;
}

void state_splice(State *state, size_t offset, size_t removed, const uint8_t *bytes,
		  size_t length)
{
	const size_t size = state->size - removed + length;
	uint8_t *made = malloc(size + 1);
	cr_assert(ne(ptr, made, NULL));
	memcpy(made, state->bytes, offset);
	if (length > 0)
		memcpy(made + offset, bytes, length);
	memcpy(made + offset + length, state->bytes + offset + removed,
	       state->size - offset - removed);
	free(state->bytes);
	*state = (State){made, size};
}

State *flat_now(void)
{
	return &m.states.items[m.at];
}

void flat_begin_step(void)
{
	const State copy = state_copy(flat_now());
	while (m.states.count > m.at + 1)
		free(m.states.items[--m.states.count].bytes);
	const bool pushed = ARRAY_PUSH(&m.states, copy);
	cr_assert(pushed);
	m.at++;
}

size_t flat_random_bytes(uint8_t *bytes, size_t max)
{
	const size_t length = flat_pick(max - 1) + 1;
	/* Few values, so that one is often typed where it stands already. */
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)('a' + flat_pick(3));
	return length;
}

/* ---- Edits ---- */

void flat_expect_ok(MhexStatus status, const MhexError *err)
{
	cr_assert(zero(int, (int)status), "%s", err->message);
}

size_t flat_under(size_t offset, size_t length)
{
	const size_t room = flat_now()->size - offset;
	return length < room ? length : room;
}

static void overwrite(void)
{
	uint8_t bytes[PIECE_MAX_BYTES];
	MhexError err = {0};
	const size_t length = flat_random_bytes(bytes, sizeof(bytes));
	const size_t offset = flat_pick(flat_now()->size);
	flat_expect_ok(document_overwrite(m.doc, offset, bytes, length, &err), &err);
	state_splice(flat_now(), offset, flat_under(offset, length), bytes, length);
}

static void insert(void)
{
	uint8_t bytes[PIECE_MAX_BYTES];
	MhexError err = {0};
	const size_t length = flat_random_bytes(bytes, sizeof(bytes));
	const size_t offset = flat_pick(flat_now()->size);
	flat_expect_ok(document_insert(m.doc, offset, bytes, length, &err), &err);
	state_splice(flat_now(), offset, 0, bytes, length);
}

static void fill(void)
{
	uint8_t pattern[8], bytes[PIECE_MAX_BYTES];
	MhexError err = {0};
	const size_t period = flat_random_bytes(pattern, sizeof(pattern));
	const size_t length = flat_pick(PIECE_MAX_BYTES - 1) + 1;
	const size_t offset = flat_pick(flat_now()->size);
	const bool inserted = flat_pick(1);
	for (size_t i = 0; i < length; i++)
		bytes[i] = pattern[i % period];
	flat_expect_ok(document_fill(m.doc, (Range){offset, length}, pattern, period,
				     inserted, &err),
		       &err);
	state_splice(flat_now(), offset, inserted ? 0 : flat_under(offset, length), bytes,
		     length);
}

static void paste(void)
{
	MhexError err = {0};
	const size_t offset = flat_pick(flat_now()->size);
	const bool inserted = flat_pick(1);
	flat_expect_ok(document_paste(m.doc, offset, m.clip, inserted, &err), &err);
	state_splice(flat_now(), offset,
		     inserted ? 0 : flat_under(offset, m.clip_bytes.size),
		     m.clip_bytes.bytes, m.clip_bytes.size);
}

/* Always something, or there would be no step. */
static void delete_some(void)
{
	MhexError err = {0};
	const size_t offset = flat_pick(flat_now()->size);
	const size_t length = flat_under(offset, flat_pick(3 * PIECE_MAX_BYTES));
	if (length == 0) {
		insert();
		return;
	}
	flat_expect_ok(document_delete(m.doc, (Range){offset, length}, &err), &err);
	state_splice(flat_now(), offset, length, NULL, 0);
}

static void edit(void)
{
	const size_t what = flat_pick(9);
	if (what == 0 || flat_now()->size > SIZE_MAX_BYTES)
		delete_some();
	else if (what < 3)
		insert();
	else if (what < 4)
		fill();
	else if (what < 5 && m.clip && m.clip_bytes.size > 0)
		paste();
	else
		overwrite();
}

void flat_one_step(void)
{
	flat_begin_step();
	edit();
}

void flat_grouped_step(void)
{
	flat_begin_step();
	document_begin(m.doc);
	for (size_t i = flat_pick(flat_pick(20) == 0 ? 200 : 6) + 1; i > 0; i--)
		edit();
	document_end(m.doc);
}

void flat_typed_step(void)
{
	flat_begin_step();
	overwrite();
	for (size_t i = flat_pick(10); i > 0; i--) {
		document_join(m.doc);
		overwrite();
	}
}

void flat_copy(void)
{
	const size_t offset = flat_pick(flat_now()->size);
	const size_t length = flat_under(offset, flat_pick(PIECE_MAX_BYTES));
	clip_free(m.clip);
	free(m.clip_bytes.bytes);
	cr_assert(zero(
		int, (int)document_copy(m.doc, (Range){offset, length}, &m.clip, NULL)));
	const State part = {flat_now()->bytes + offset, length};
	m.clip_bytes = state_copy(&part);
}

void flat_undo(void)
{
	for (size_t i = flat_pick(4); i > 0; i--) {
		const MhexStatus status = document_undo(m.doc, NULL, NULL);
		cr_assert(eq(int, (int)status, m.at > 0 ? MHEX_OK : MHEX_E_NOTFOUND));
		m.at -= m.at > 0;
	}
}

void flat_redo(void)
{
	for (size_t i = flat_pick(4); i > 0; i--) {
		const bool can = m.at + 1 < m.states.count;
		const MhexStatus status = document_redo(m.doc, NULL, NULL);
		cr_assert(eq(int, (int)status, can ? MHEX_OK : MHEX_E_NOTFOUND));
		m.at += can;
	}
}

void flat_revert(void)
{
	if (document_is_modified(m.doc)) {
		flat_begin_step();
		state_splice(flat_now(), 0, flat_now()->size, m.saved.bytes,
			     m.saved.size);
	}
	cr_assert(zero(int, (int)document_revert(m.doc, NULL)));
}

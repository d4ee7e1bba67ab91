/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Commands that change all bytes of a range. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "editor/commands.h"
#include "editor/editor_private.h"

/* [in RANGE], else the selection. */
static MhexStatus range_or_selection(const Editor *editor, const CommandArgs *args,
				     Range *range, MhexError *err)
{
	const OpenFile *file = editor_file(editor);
	if (args->has_in)
		*range = args->in;
	else if (file->has_selection)
		*range = selection_or_bytes(editor, 0);
	else
		return mhex_fail(err, MHEX_E_RANGE,
				 "select bytes first, or say \"in RANGE\"");
	return MHEX_OK;
}

HANDLER(cmd_fill)
{
	Range range = {0, 0};
	uint8_t *bytes = NULL;
	size_t length = 0;
	MhexStatus status = range_or_selection(editor, args, &range, err);
	if (!status)
		status = argument_bytes(args, &bytes, &length, err);
	if (!status && range.length > 0)
		status = task_fill(editor, range, bytes, length, err);
	free(bytes);
	return status;
}

/* ---- Transforms ---- */

/* What the command that runs does. */
static TransformKind kind_of(const Editor *editor)
{
	static const struct {
		const char *name;
		TransformKind kind;
	} kinds[] = {
		{"add", TRANSFORM_ADD},
		{"and", TRANSFORM_AND},
		{"not", TRANSFORM_NOT},
		{"or", TRANSFORM_OR},
		{"reverse", TRANSFORM_REVERSE},
		{"rotate", TRANSFORM_ROTATE},
		{"shift-left", TRANSFORM_SHIFT_LEFT},
		{"shift-right", TRANSFORM_SHIFT_RIGHT},
		{"subtract", TRANSFORM_SUBTRACT},
		{"swap", TRANSFORM_SWAP},
		{"xor", TRANSFORM_XOR},
	};
	size_t i = 0;
	while (strcmp(kinds[i].name, editor->command) != 0)
		i++;
	return kinds[i].kind;
}

/* operand, which how has, is taken over, also on failure. */
static MhexStatus transform(Editor *editor, const CommandArgs *args, const Transform *how,
			    uint8_t *operand, MhexError *err)
{
	Range range = {0, 0};
	MhexStatus status = range_or_selection(editor, args, &range, err);
	if (!status && range.length % how->width != 0)
		status = mhex_fail(err, MHEX_E_RANGE,
				   "%" PRIu64
				   " bytes are no whole number of %zu-byte words",
				   range.length, how->width);
	if (status || range.length == 0) {
		free(operand);
		return status;
	}
	return task_range(editor, range, how, operand, err);
}

/* Is it a single number with a fraction? */
static bool is_float(const CommandArgs *args)
{
	NumberType type;
	size_t used = 0;
	return number_type_parse(args->text, args->length, &type, &used) &&
	       type.kind == 'f';
}

HANDLER(cmd_combine)
{
	Transform how = {.kind = kind_of(editor)};
	uint8_t *operand = NULL;
	const MhexStatus status =
		argument_bytes(args, &operand, &how.operand_length, err);
	if (status)
		return status;
	bytes_operand_type(args->text, args->length, &how.width, &how.big_endian);
	how.operand = operand;
	const bool reckons = how.kind == TRANSFORM_ADD || how.kind == TRANSFORM_SUBTRACT;
	if (reckons && how.width > 1 && is_float(args)) {
		free(operand);
		return mhex_fail_at(err, args->caret,
				    "%s reckons with whole numbers only",
				    editor->command);
	}
	return transform(editor, args, &how, operand, err);
}

HANDLER(cmd_shift)
{
	NumberType type = {'u', 1, false};
	size_t used = 0;
	if (args->as && (!number_type_parse(args->as, args->as_length, &type, &used) ||
			 used < args->as_length || type.kind == 'f'))
		return mhex_fail_at(err, args->as_caret,
				    "want a type as u8, u16le or i32be");
	const Transform how = {
		.kind = kind_of(editor),
		.width = type.size,
		.big_endian = type.big_endian,
		.has_sign = type.kind == 'i',
		.count = args->number,
	};
	return transform(editor, args, &how, NULL, err);
}

HANDLER(cmd_turn)
{
	const Transform how = {.kind = kind_of(editor), .width = 1};
	return transform(editor, args, &how, NULL, err);
}

HANDLER(cmd_swap)
{
	const Transform how = {.kind = kind_of(editor),
			       .width = (size_t)(args->text[0] - '0')};
	return transform(editor, args, &how, NULL, err);
}

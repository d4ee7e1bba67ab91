/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/regex_shape.h"

#include <string.h>

#include "analysis/element.h"
#include "analysis/regex.h"
#include "analysis/regex_bytes.h"
#include "base/array.h"

enum {
	DEPTH_MAX = 32,  /* groups within groups; on a worker's small stack, too */
	COPIES_MAX = 64, /* of one byte that {N} repeats */
	ITEMS_MAX = 512,
	WEIGHT_LEAST = 3 /* of a literal that is worth looking for */
};

typedef struct {
	size_t min, max; /* REGEX_UNBOUNDED */
	ByteSet set;     /* what its bytes may be */
} Extent;

/* A part of every match, in order. */
typedef struct {
	Extent extent;
	bool is_byte; /* exactly one */
} Item;

typedef struct {
	const char *text;
	size_t length;
	size_t at;
	uint32_t options; /* those that hold here */
	unsigned depth;
	ARRAY(Item) items;
	unsigned unrecorded; /* within that many lookarounds: its items are none */
	size_t ahead;        /* bytes behind a match that are looked at */
	bool unsure;         /* nothing can be said */
} Parser;

static size_t add(size_t a, size_t b)
{
	return a > REGEX_UNBOUNDED - b ? REGEX_UNBOUNDED : a + b;
}

static size_t multiply(size_t a, size_t b)
{
	if (a == 0 || b == 0)
		return 0;
	return a > REGEX_UNBOUNDED / b ? REGEX_UNBOUNDED : a * b;
}

static void merge_set(ByteSet *set, const ByteSet *other)
{
	for (size_t i = 0; i < sizeof(set->has); i++)
		set->has[i] = set->has[i] || other->has[i];
}

static void append(Extent *extent, const Extent *next)
{
	extent->min = add(extent->min, next->min);
	extent->max = add(extent->max, next->max);
	merge_set(&extent->set, &next->set);
}

static void record(Parser *parser, const Item *item)
{
	/* What is not recorded is at the end: what stands before stays true. */
	if (parser->unrecorded == 0 && parser->items.count < ITEMS_MAX &&
	    !ARRAY_PUSH(&parser->items, *item))
		parser->unsure = true;
}

static void truncate_items(Parser *parser, size_t count)
{
	if (parser->items.count > count)
		parser->items.count = count;
}

static void record_gap(Parser *parser, const Extent *extent)
{
	const Item item = {.extent = *extent};
	record(parser, &item);
}

/* ---- atoms ---- */

static char peek(const Parser *parser, size_t ahead)
{
	return parser->at + ahead < parser->length ? parser->text[parser->at + ahead]
						   : '\0';
}

static bool skip(Parser *parser, const char *word)
{
	const size_t length = strlen(word);
	if (parser->length - parser->at < length ||
	    memcmp(parser->text + parser->at, word, length) != 0)
		return false;
	parser->at += length;
	return true;
}

/* A single byte, as text[begin, at) says it. */
static void take_byte(Parser *parser, size_t begin, Extent *out)
{
	Item item = {.extent = {.min = 1, .max = 1}, .is_byte = true};
	if (!regex_bytes(&item.extent.set, parser->text + begin, parser->at - begin,
			 parser->options)) {
		parser->unsure = true;
		return;
	}
	record(parser, &item);
	*out = item.extent;
}

static void skip_braces(Parser *parser)
{
	while (parser->at < parser->length && peek(parser, 0) != '}')
		parser->at++;
	parser->at += parser->at < parser->length;
}

static void skip_digits(Parser *parser, const char *digits, size_t most)
{
	for (size_t i = 0; i < most && peek(parser, 0) && strchr(digits, peek(parser, 0));
	     i++)
		parser->at++;
}

static void parse_escape(Parser *parser, Extent *out)
{
	const size_t begin = parser->at;
	const char c = peek(parser, 1);
	parser->at += 2;
	if (c == 'b' || c == 'B' || c == 'A' || c == 'z' || c == 'Z')
		return;
	if (c == 'x' && peek(parser, 0) == '{')
		skip_braces(parser);
	else if (c == 'x')
		skip_digits(parser, "0123456789abcdefABCDEF", 2);
	else if (c == '0')
		skip_digits(parser, "01234567", 2);
	else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		 (c >= '1' && c <= '9') || c == '\0')
		parser->unsure = !c || !strchr("dDwWsShHvVNnrtfea", c) ||
				 (c == 'N' && peek(parser, 0) == '{');
	if (!parser->unsure)
		take_byte(parser, begin, out);
}

static void parse_class(Parser *parser, Extent *out)
{
	const size_t begin = parser->at++;
	if (peek(parser, 0) == '^')
		parser->at++;
	if (peek(parser, 0) == ']')
		parser->at++;
	while (parser->at < parser->length && peek(parser, 0) != ']') {
		/* "[:alpha:]" and "\Q": rare, and not worth a mistake. */
		const char c = peek(parser, 0);
		if (c == '[' || (c == '\\' && peek(parser, 1) == 'Q')) {
			parser->unsure = true;
			return;
		}
		parser->at += c == '\\' ? 2 : 1;
	}
	if (parser->at >= parser->length) {
		parser->unsure = true;
		return;
	}
	parser->at++;
	take_byte(parser, begin, out);
}

/* ---- groups ---- */

static void parse_alternatives(Parser *parser, Extent *out);

static void parse_lookaround(Parser *parser, bool ahead)
{
	Extent inside = {0};
	parser->unrecorded++;
	parse_alternatives(parser, &inside);
	parser->unrecorded--;
	if (ahead)
		parser->ahead = add(parser->ahead, inside.max);
}

static bool is_name_end(char c)
{
	return c == '>' || c == '\'' || c == '\0';
}

/* "i-s" of "(?i-s)" or "(?i-s:" */
static void parse_options(Parser *parser)
{
	bool on = true;
	for (char c = peek(parser, 0); c != ')' && c != ':'; c = peek(parser, 0)) {
		const uint32_t option = regex_option(c);
		if (c != '-' && option == 0) {
			parser->unsure = true;
			return;
		}
		if (c == '-')
			on = false;
		else
			parser->options =
				on ? parser->options | option : parser->options & ~option;
		parser->at++;
	}
}

typedef enum {
	GROUP_INSIDE,  /* what follows, up to ")", is part of the match */
	GROUP_LOOK,    /* a lookaround, which has been read */
	GROUP_OPTIONS, /* options for the rest of the group that this stands in */
} GroupKind;

/* Behind "(" */
static GroupKind parse_group_head(Parser *parser)
{
	if (!skip(parser, "?") || skip(parser, ":") || skip(parser, ">"))
		return GROUP_INSIDE;
	const bool ahead = peek(parser, 0) == '=' || peek(parser, 0) == '!';
	if (skip(parser, "=") || skip(parser, "!") || skip(parser, "<=") ||
	    skip(parser, "<!")) {
		parse_lookaround(parser, ahead);
		return GROUP_LOOK;
	}
	if (skip(parser, "P<") || skip(parser, "<") || skip(parser, "'")) {
		while (!is_name_end(peek(parser, 0)))
			parser->at++;
		parser->at++;
		return GROUP_INSIDE;
	}
	parse_options(parser);
	return skip(parser, ":") ? GROUP_INSIDE : GROUP_OPTIONS;
}

static void parse_group(Parser *parser, Extent *out)
{
	const uint32_t options = parser->options;
	parser->at++;
	parser->unsure |= peek(parser, 0) == '*' || ++parser->depth > DEPTH_MAX;
	if (parser->unsure)
		return;
	const GroupKind kind = parse_group_head(parser);
	if (kind == GROUP_INSIDE)
		parse_alternatives(parser, out);
	if (kind != GROUP_OPTIONS)
		parser->options = options;
	parser->depth--;
	parser->unsure |= !skip(parser, ")");
}

static void parse_atom(Parser *parser, Extent *out)
{
	switch (peek(parser, 0)) {
	case '\\':
		parse_escape(parser, out);
		break;
	case '[':
		parse_class(parser, out);
		break;
	case '(':
		parse_group(parser, out);
		break;
	case '^':
	case '$':
		parser->at++;
		break;
	case '*':
	case '+':
	case '?':
		parser->unsure = true;
		break;
	default:
		parser->at++;
		take_byte(parser, parser->at - 1, out);
		break;
	}
}

/* ---- repeats ---- */

static bool read_count(Parser *parser, size_t *count)
{
	const size_t begin = parser->at;
	*count = 0;
	for (char c = peek(parser, 0); c >= '0' && c <= '9'; c = peek(parser, 0)) {
		*count = *count * 10 + (size_t)(c - '0');
		parser->at++;
	}
	return parser->at > begin;
}

/* "{2}", "{2,}", "{2,3}"; anything else in braces is text. */
static bool read_braces(Parser *parser, size_t *low, size_t *high)
{
	const size_t begin = parser->at;
	if (skip(parser, "{") && read_count(parser, low)) {
		*high = *low;
		if (skip(parser, ",") && !read_count(parser, high))
			*high = REGEX_UNBOUNDED;
		if (skip(parser, "}"))
			return true;
	}
	parser->at = begin;
	return false;
}

static bool read_repeat(Parser *parser, size_t *low, size_t *high)
{
	*low = 0;
	*high = REGEX_UNBOUNDED;
	if (skip(parser, "+"))
		*low = 1;
	else if (skip(parser, "?"))
		*high = 1;
	else if (!skip(parser, "*") && !read_braces(parser, low, high))
		return false;
	if (!skip(parser, "?"))
		(void)skip(parser, "+");
	return true;
}

/* The items from first on are now repeated. */
static void repeat_items(Parser *parser, size_t first, const Extent *once, size_t low,
			 size_t high)
{
	const bool is_byte =
		parser->items.count == first + 1 && parser->items.items[first].is_byte;
	size_t copies = low > 0 ? 1 : 0;
	if (is_byte)
		copies = low < COPIES_MAX ? low : COPIES_MAX;
	if (copies == 0)
		truncate_items(parser, first);
	for (size_t i = 1; i < copies; i++) {
		const Item item = parser->items.items[first];
		record(parser, &item);
	}
	if (high == copies)
		return;
	Extent rest = *once;
	rest.min = multiply(once->min, low - copies);
	rest.max = high == REGEX_UNBOUNDED ? multiply(once->max, high)
					   : multiply(once->max, high - copies);
	record_gap(parser, &rest);
}

static void parse_piece(Parser *parser, Extent *out)
{
	const size_t first = parser->items.count;
	size_t low = 0;
	size_t high = 0;
	parse_atom(parser, out);
	if (parser->unsure || !read_repeat(parser, &low, &high))
		return;
	repeat_items(parser, first, out, low, high);
	out->min = multiply(out->min, low);
	out->max = multiply(out->max, high);
}

static void parse_sequence(Parser *parser, Extent *out)
{
	*out = (Extent){0};
	while (!parser->unsure && parser->at < parser->length && peek(parser, 0) != '|' &&
	       peek(parser, 0) != ')') {
		Extent piece = {0};
		parse_piece(parser, &piece);
		append(out, &piece);
	}
}

/* What two alternatives begin with byte by byte, the second one's items being those from
 * second on; returns how many bytes that is. */
static size_t merge_items(Parser *parser, size_t first, size_t second)
{
	Item *items = parser->items.items;
	size_t same = 0;
	while (first + same < second && second + same < parser->items.count &&
	       items[first + same].is_byte && items[second + same].is_byte) {
		merge_set(&items[first + same].extent.set,
			  &items[second + same].extent.set);
		same++;
	}
	truncate_items(parser, first + same);
	return same;
}

static void parse_alternatives(Parser *parser, Extent *out)
{
	const size_t first = parser->items.count;
	size_t same = SIZE_MAX;
	parse_sequence(parser, out);
	while (!parser->unsure && skip(parser, "|")) {
		const size_t second = parser->items.count;
		Extent other = {0};
		parse_sequence(parser, &other);
		same = merge_items(parser, first, second);
		out->min = out->min < other.min ? out->min : other.min;
		out->max = out->max > other.max ? out->max : other.max;
		merge_set(&out->set, &other.set);
	}
	if (same == SIZE_MAX)
		return;
	/* Each of the bytes is one of the shortest, and of the longest. */
	Extent rest = *out;
	rest.min -= same;
	rest.max -= rest.max == REGEX_UNBOUNDED ? 0 : same;
	if (rest.max > 0)
		record_gap(parser, &rest);
}

/* ---- the literal ---- */

/* Of 8 bits, how many are decided. */
static size_t weigh_byte(const PatternElement *element)
{
	size_t bits = 8;
	if (element->kind == ELEMENT_EITHER)
		return 6;
	for (unsigned others = element->high - element->low; others > 0; others /= 2)
		bits--;
	return bits;
}

/* How much the length elements narrow a search. */
static size_t weigh(const PatternElement *elements, size_t length, const Extent *lead)
{
	size_t weight = 0;
	if (lead->min >= REGEX_REACH)
		return 0; /* no match is so long */
	for (size_t i = 0; i < length; i++)
		weight += weigh_byte(&elements[i]);
	/* From each of them it may be far back to where a match begins. */
	const bool far = lead->max == REGEX_UNBOUNDED;
	for (unsigned byte = 0; far && byte < 256; byte++) {
		if (lead->set.has[byte] && element_accepts(&elements[0], (uint8_t)byte))
			return weight / 2;
	}
	return weight;
}

static void use_literal(RegexShape *out, const PatternElement *elements, size_t length,
			const Extent *lead)
{
	out->literal_length = length;
	memcpy(out->literal, elements, length * sizeof(*elements));
	out->lead_min = lead->min;
	out->lead_max = lead->max;
	memcpy(out->lead, lead->set.has, sizeof(out->lead));
}

/* The bytes that items begin with, up to the last one that narrows a search. */
static size_t read_literal(PatternElement *elements, const Item *items, size_t count)
{
	size_t length = 0;
	for (size_t i = 0; i < count && i < REGEX_LITERAL_MAX && items[i].is_byte; i++) {
		byte_set_hull(&items[i].extent.set, &elements[i]);
		if (weigh_byte(&elements[i]) > 0)
			length = i + 1;
		else if (length == 0)
			break;
	}
	return length;
}

/* The stretch of items that narrows most. */
static void choose_literal(RegexShape *out, const Item *items, size_t count)
{
	PatternElement elements[REGEX_LITERAL_MAX];
	Extent lead = {0};
	size_t best = WEIGHT_LEAST - 1;
	for (size_t i = 0; i < count;) {
		const size_t length = read_literal(elements, items + i, count - i);
		const size_t weight = length > 0 ? weigh(elements, length, &lead) : 0;
		if (weight > best) {
			best = weight;
			use_literal(out, elements, length, &lead);
		}
		const size_t next = i + (length > 0 ? length : 1);
		for (; i < next; i++)
			append(&lead, &items[i].extent);
	}
}

void regex_shape(RegexShape *out, const char *text, size_t length, uint32_t options)
{
	Parser parser = {.text = text, .length = length, .options = options};
	Extent all = {0};
	*out = (RegexShape){.reach = REGEX_UNBOUNDED};
	parse_alternatives(&parser, &all);
	if (!parser.unsure && parser.at == length) {
		/* "$" and "\b" look at one byte more. */
		out->reach = add(add(all.max, parser.ahead), 2);
		choose_literal(out, parser.items.items, parser.items.count);
	}
	ARRAY_FREE(&parser.items);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_REGEX_PRIVATE_H
#define MHEX_ANALYSIS_REGEX_PRIVATE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "analysis/matcher.h"
#include "analysis/regex.h"
#include "analysis/regex_shape.h"

enum {
	REGEX_STRETCH = 16 << 10
};

/* What regex.c, which makes an expression ready, and regex_match.c have in common. */
struct Regex {
	pcre2_code *search;  /* the first match from somewhere on */
	pcre2_code *at;      /* a match at one place */
	pcre2_code *careful; /* likewise, and asks all the time whether to go on */
	size_t before;
	size_t sight;   /* what a match sees: REGEX_REACH; tests have less */
	size_t stretch; /* places that are looked at at a time; at most sight */
	RegexShape shape;
	Pattern literal; /* borrows from shape; length 0: none */
	Matcher matcher; /* of it */
};

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/render.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "mhex/byte_state.h"
#include "unit/render/sample.h"

static Sample sample;

TestSuite(render, .timeout = 20);

struct size_case {
	char name[16];
	int cols, rows;
};

ParameterizedTestParameters(render, every_size_class)
{
	static struct size_case cases[] = {
		{"80x24", 80, 24}, {"120x40", 120, 40}, {"40x10", 40, 10},
		{"20x4", 20, 4},   {"1x1", 1, 1},       {"2x2", 2, 2},
	};
	return cr_make_param_array(struct size_case, cases,
				   sizeof(cases) / sizeof(cases[0]));
}

ParameterizedTest(struct size_case *param, render, every_size_class)
{
	sample_init(&sample, param->cols, param->rows);

	cr_expect(sample_is_golden(&sample, param->name));
}

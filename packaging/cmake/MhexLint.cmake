# SPDX-License-Identifier: GPL-3.0-or-later
#
# The lints, as tests with the label "lint". A lint whose tool is missing on this
# machine exits with 77: ctest reports it as skipped, and its output says why.

# mhex_lint(NAME COMMAND...)
function(mhex_lint name)
  add_test(NAME lint.${name} COMMAND ${ARGN})
  set_tests_properties(lint.${name} PROPERTIES LABELS lint TIMEOUT 120
    SKIP_RETURN_CODE 77)
endfunction()

set(lints "${PROJECT_SOURCE_DIR}/packaging/lint")

mhex_lint(layers "${CMAKE_COMMAND}" "-DROOT=${PROJECT_SOURCE_DIR}"
  -P "${PROJECT_SOURCE_DIR}/packaging/cmake/check_layers.cmake")
mhex_lint(checks "${lints}/checks" "${PROJECT_SOURCE_DIR}")
mhex_lint(format "${lints}/format" "${PROJECT_SOURCE_DIR}")
mhex_lint(links "${lints}/links" "${PROJECT_SOURCE_DIR}")
mhex_lint(sizes "${lints}/sizes" "${PROJECT_SOURCE_DIR}")
mhex_lint(spdx "${lints}/spdx" "${PROJECT_SOURCE_DIR}")
mhex_lint(system "${lints}/system" "${PROJECT_SOURCE_DIR}")
mhex_lint(tests "${lints}/tests" "${PROJECT_SOURCE_DIR}")

# Minutes on a cold start, both cores: nothing that is timed runs beside it.
mhex_lint(tidy "${lints}/tidy" "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}")
set_tests_properties(lint.tidy PROPERTIES TIMEOUT 1500 PROCESSORS 2)

mhex_lint(desktop "${lints}/desktop" "${PROJECT_SOURCE_DIR}"
  "${PROJECT_BINARY_DIR}/packaging/desktop/mhex.metainfo.xml")

if(TARGET mhex_doc)
  mhex_lint(man "${lints}/man" "${PROJECT_BINARY_DIR}/doc/mhex.1"
    "${PROJECT_BINARY_DIR}/doc/mhexrc.5")
endif()
if(TARGET mhex AND TARGET mhex_docgen)
  mhex_lint(tables "${lints}/tables" $<TARGET_FILE:mhex> $<TARGET_FILE:mhex_docgen>
    "${PROJECT_BINARY_DIR}/doc/mhex.1" "${PROJECT_BINARY_DIR}/doc/mhexrc.5"
    "${PROJECT_BINARY_DIR}/packaging/completions/mhex.bash"
    "${PROJECT_BINARY_DIR}/packaging/completions/_mhex"
    "${PROJECT_BINARY_DIR}/packaging/completions/mhex.fish")
endif()

# The quick part of packaging/check: no optimization, no tests within the package.
add_test(NAME packaging.quick COMMAND "${CMAKE_COMMAND}" -E env --unset=CFLAGS --unset=LDFLAGS
  "PATH=/usr/lib/ccache:$ENV{PATH}" "MHEX_CHECK_OUT=${PROJECT_BINARY_DIR}/packages" "DEB_BUILD_OPTIONS=nocheck noopt parallel=2"
  "${PROJECT_SOURCE_DIR}/packaging/check" changelog tarball deb-build deb-contents
  versions alpine-syntax nix-parse)
set_tests_properties(packaging.quick PROPERTIES LABELS packaging TIMEOUT 1500 PROCESSORS 2)

# SPDX-License-Identifier: GPL-3.0-or-later

# mhex_driver: what every target of ours is compiled with. An INTERFACE target
# rather than CMAKE_C_FLAGS, so that nothing leaks into anybody else's build. Nothing more
# for what only looks at mhex from outside: a test there starts a process for each of its
# cases, and would start a sanitizer with it.
add_library(mhex_driver INTERFACE)
target_compile_features(mhex_driver INTERFACE c_std_11)
target_compile_definitions(mhex_driver INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64
  MHEX_VERSION="${PROJECT_VERSION}")
target_compile_options(mhex_driver INTERFACE -Wall -Wextra)
if(MHEX_WERROR)
  target_compile_options(mhex_driver INTERFACE -Werror)
endif()

# mhex_flags: the code of mhex, and what links it.
add_library(mhex_flags INTERFACE)
target_link_libraries(mhex_flags INTERFACE mhex_driver)
if(MHEX_SANITIZE)
  # A little optimized, and with line numbers only: the same checks cost less.
  target_compile_options(mhex_flags INTERFACE -fsanitize=${MHEX_SANITIZE}
    -fno-sanitize-recover=all -O1 -g1 -fno-omit-frame-pointer -fno-optimize-sibling-calls)
  target_link_options(mhex_flags INTERFACE -fsanitize=${MHEX_SANITIZE})
  # Each test program has a whole sanitizer in it: lld links them in half the time.
  find_program(MHEX_LLD ld.lld)
  if(MHEX_LLD)
    target_link_options(mhex_flags INTERFACE -fuse-ld=lld)
  endif()
endif()
if(MHEX_BUILD_FUZZERS) # the code under test must be instrumented too
  target_compile_options(mhex_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(MHEX_COVERAGE)
  target_compile_options(mhex_flags INTERFACE --coverage)
  target_link_options(mhex_flags INTERFACE --coverage)
endif()

# mhex_strict: for src/ only; Criterion 2.4's macros do not survive -Wconversion.
add_library(mhex_strict INTERFACE)
target_link_libraries(mhex_strict INTERFACE mhex_flags)
# A Range or a Piece whose numbers were just stored would come back as one vector, and the
# processor waits for that until the stores have reached its cache.
target_compile_options(mhex_strict INTERFACE -fno-tree-slp-vectorize)
target_compile_options(mhex_strict INTERFACE
  -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wcast-qual -Wcast-align
  -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
  -Wwrite-strings -Wundef -Wvla -Wnull-dereference -Wimplicit-fallthrough
  -Wswitch-enum
  $<$<C_COMPILER_ID:GNU>:-Wduplicated-cond -Wduplicated-branches -Wlogical-op>)

# What assert() prints must not tell where a package was built. Not in Debug: there editors
# follow the paths, and compiler caches would see another command in each working tree.
include(CheckCCompilerFlag)
check_c_compiler_flag("-fmacro-prefix-map=a=b" MHEX_HAVE_fmacro_prefix_map)
if(MHEX_HAVE_fmacro_prefix_map)
  target_compile_options(mhex_strict INTERFACE
    "$<$<NOT:$<CONFIG:Debug>>:-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=>")
endif()

# mhex_layer(NAME SOURCES files... USES layers... LIBRARIES targets...)
#
# One layer of libmhex. Its test program links this layer and those below it and
# nothing else, so an upward call fails to link there; lint.layers refuses an
# upward #include.
function(mhex_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;LIBRARIES")
  add_library(mhex_${name} STATIC ${arg_SOURCES})
  target_include_directories(mhex_${name}
    PUBLIC "${PROJECT_SOURCE_DIR}/include"
    PRIVATE "${PROJECT_SOURCE_DIR}/src")
  list(TRANSFORM arg_USES PREPEND mhex_)
  target_link_libraries(mhex_${name} PUBLIC ${arg_USES} ${arg_LIBRARIES} PRIVATE mhex_strict)
endfunction()

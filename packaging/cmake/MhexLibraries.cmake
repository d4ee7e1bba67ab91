# SPDX-License-Identifier: GPL-3.0-or-later
#
# The system's libraries, found by pkg-config, and a sentence for each that is missing.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# mhex_find(PREFIX MODULE PACKAGE PURPOSE)
macro(mhex_find prefix module package purpose)
  pkg_check_modules(${prefix} IMPORTED_TARGET ${module})
  if(NOT ${prefix}_FOUND)
    message(FATAL_ERROR "${module} was not found by pkg-config: ${purpose}. "
      "On Debian: apt-get install ${package}")
  endif()
endmacro()

mhex_find(NCURSES ncursesw libncurses-dev "mhex draws its screen with it")
mhex_find(TERMKEY termkey libtermkey-dev "mhex reads keys with it")
mhex_find(PCRE2 libpcre2-8 libpcre2-dev "mhex searches for regular expressions with it")
# For --version.
set(MHEX_LIBRARIES
  "ncurses ${NCURSES_VERSION}, libtermkey ${TERMKEY_VERSION}, PCRE2 ${PCRE2_VERSION}")
if(BUILD_TESTING AND NOT MHEX_PLAIN_TESTS)
  mhex_find(CRITERION criterion libcriterion-dev
    "the tests are written with it (or configure with -DMHEX_PLAIN_TESTS=ON)")
  mhex_find(VTERM vterm libvterm-dev
    "the end-to-end tests look at the screen with it (or configure with -DMHEX_PLAIN_TESTS=ON)")
  mhex_find(FUSE fuse3 libfuse3-dev
    "the tests make file systems that fail with it (or configure with -DMHEX_PLAIN_TESTS=ON)")
endif()

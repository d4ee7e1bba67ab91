# SPDX-License-Identifier: GPL-3.0-or-later
#
# What doc/CHANGELOG.md tells of releases: MHEX_DATE, the day of this version, for the manual
# pages; MHEX_RELEASES, all of them, for the metainfo of software centres.

set(changelog "${PROJECT_SOURCE_DIR}/doc/CHANGELOG.md")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${changelog}")
file(STRINGS "${changelog}" lines REGEX "^## \\[[0-9.]+\\] - [0-9-]+$")
set(MHEX_DATE "")
set(MHEX_RELEASES "")
foreach(line IN LISTS lines)
  string(REGEX MATCH "\\[([0-9.]+)\\] - ([0-9-]+)" ignored "${line}")
  if(CMAKE_MATCH_1 VERSION_EQUAL PROJECT_VERSION)
    set(MHEX_DATE "${CMAKE_MATCH_2}")
  endif()
  string(APPEND MHEX_RELEASES
    "\n    <release version=\"${CMAKE_MATCH_1}\" date=\"${CMAKE_MATCH_2}\"/>")
endforeach()
if(NOT MHEX_DATE)
  message(FATAL_ERROR "doc/CHANGELOG.md has no release ${PROJECT_VERSION}")
endif()

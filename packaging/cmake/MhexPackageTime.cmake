# SPDX-License-Identifier: GPL-3.0-or-later
#
# Read by cpack before it packs: archives carry the day of the release, not of the build.
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
  execute_process(COMMAND "${CPACK_MHEX_SOURCE}/packaging/changelog" epoch
    OUTPUT_VARIABLE epoch OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(ENV{SOURCE_DATE_EPOCH} "${epoch}")
endif()

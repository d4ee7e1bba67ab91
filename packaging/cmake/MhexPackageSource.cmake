# SPDX-License-Identifier: GPL-3.0-or-later
#
# Run by cpack's External generator: the source tarball is packaging/build-tarball's.
execute_process(COMMAND "${CPACK_MHEX_SOURCE}/packaging/build-tarball" "${CPACK_PACKAGE_DIRECTORY}"
  COMMAND_ERROR_IS_FATAL ANY)

# SPDX-License-Identifier: GPL-3.0-or-later
#
# Read by cpack when all is installed into its folder: the folders that cmake --install makes
# on the way to a file have the umask's mode, and would have it in the package.
file(CHMOD_RECURSE "${CPACK_TEMPORARY_INSTALL_DIRECTORY}" DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE
  OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# SPDX-License-Identifier: GPL-3.0-or-later
#
# Packages by CPack, from a build tree (the preset "release" is what is meant):
#   cmake --build build/release --target package          .tar.gz and .deb of the program
#   cmake --build build/release --target package_source   .tar.xz of the sources
# All end up in the build tree. doc/packaging.md says what distributions take instead.

set(CPACK_PACKAGE_NAME mhex)
set(CPACK_PACKAGE_VENDOR "mhex maintainers")
set(CPACK_PACKAGE_CONTACT "mhex maintainers <maintainers@mhex.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_RESOURCE_FILE_README "${PROJECT_SOURCE_DIR}/README.md")
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR TGZ DEB)

set(CPACK_DEBIAN_PACKAGE_SECTION editors)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)

# Folders that everybody can read, whatever the umask of who packs.
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/MhexPackageModes.cmake")

# Packed as of the day of the release, so that the same sources give the same bytes.
set(CPACK_SOURCE_GENERATOR External)
set(CPACK_PROJECT_CONFIG_FILE "${CMAKE_CURRENT_LIST_DIR}/MhexPackageTime.cmake")
set(CPACK_EXTERNAL_PACKAGE_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/MhexPackageSource.cmake")
set(CPACK_MHEX_SOURCE "${PROJECT_SOURCE_DIR}")

include(CPack)

# SPDX-License-Identifier: GPL-3.0-or-later
#
# What makes a bug harder to exploit, in optimized builds. Added to mhex_driver
# (MhexLayer.cmake); what a distribution passes in CFLAGS and LDFLAGS comes
# first on the command line and is not taken back.

include(CheckCCompilerFlag)
include(CheckLinkerFlag)
include(CheckPIESupported)

check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON) # the program -pie, the layers ready for it

set(optimized "$<CONFIG:Release,RelWithDebInfo,MinSizeRel>")

# A second definition of _FORTIFY_SOURCE is a warning, and a sanitizer checks
# the same calls better.
if(NOT MHEX_SANITIZE AND NOT CMAKE_C_FLAGS MATCHES "_FORTIFY_SOURCE")
  target_compile_definitions(mhex_driver INTERFACE $<${optimized}:_FORTIFY_SOURCE=2>)
endif()

foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection)
  string(MAKE_C_IDENTIFIER "MHEX_HAVE${flag}" have)
  check_c_compiler_flag(${flag} ${have})
  if(${have} AND NOT CMAKE_C_FLAGS MATCHES "${flag}")
    target_compile_options(mhex_driver INTERFACE $<${optimized}:${flag}>)
  endif()
endforeach()

foreach(keyword relro now)
  check_linker_flag(C "LINKER:-z,${keyword}" MHEX_HAVE_LINKER_${keyword})
  if(MHEX_HAVE_LINKER_${keyword})
    target_link_options(mhex_driver INTERFACE $<${optimized}:LINKER:-z,${keyword}>)
  endif()
endforeach()

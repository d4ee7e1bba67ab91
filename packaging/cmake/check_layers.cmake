# SPDX-License-Identifier: GPL-3.0-or-later
#
# cmake -DROOT=<source tree> -P check_layers.cmake
#
# Refuses an #include of a higher layer, and a dangerous system header outside
# the folders that own it.
cmake_minimum_required(VERSION 3.25)

# Lowest first. "program" is src/*.c: main, options, docgen.
set(LAYERS base storage document analysis render editor tui program)

# A public header lies in include/mhex but belongs to a layer.
foreach(pair
    access:base byte_state:base error:base range:base
    document:document
    inspect:analysis pattern:analysis search:analysis
    frame:render grid:render layout:render render:render theme:render
    command:editor editor:editor recover:editor settings:editor)
  string(REPLACE ":" ";" pair "${pair}")
  list(GET pair 0 header)
  list(GET pair 1 layer)
  set(layer_of_mhex/${header}.h ${layer})
endforeach()

# Who may include a dangerous header: layers, or single files.
set(owner_of_curses.h tui)
set(owner_of_ncurses.h tui)
set(owner_of_term.h tui)
set(owner_of_termkey.h tui)
set(owner_of_poll.h tui)
# spool.c waits for input before there is a loop, so that it can be stopped meanwhile.
set(owner_of_sys/select.h tui storage/spool.c)
set(owner_of_sys/epoll.h tui)
set(owner_of_signal.h storage tui)
set(owner_of_sys/mman.h storage)
set(owner_of_sys/inotify.h storage)
set(owner_of_pthread.h base/job.c)
set(owner_of_threads.h base/job.c)

set(checked 0)

function(check_include file layer header)
  if(DEFINED "owner_of_${header}" AND NOT layer IN_LIST "owner_of_${header}"
      AND NOT file IN_LIST "owner_of_${header}")
    message(SEND_ERROR "${file}: <${header}> is not for ${layer}, "
      "only for ${owner_of_${header}}")
  endif()
  if(header MATCHES "^mhex/" AND NOT DEFINED "layer_of_${header}")
    message(SEND_ERROR "${file}: give ${header} a layer in check_layers.cmake")
  endif()
  set(used "${layer_of_${header}}")
  if(NOT used)
    string(REGEX REPLACE "/.*" "" used "${header}")
  endif()
  list(FIND LAYERS "${layer}" rank)
  list(FIND LAYERS "${used}" used_rank)
  if(used_rank GREATER rank)
    message(SEND_ERROR "${file}: ${layer} lies below ${used}: ${header}")
  endif()
  # The renderer knows only plain data.
  if(layer STREQUAL "render" AND used MATCHES "^(storage|document|analysis)$")
    message(SEND_ERROR "${file}: render needs base only: ${header}")
  endif()
endfunction()

function(check_file path name layer)
  file(STRINGS "${path}" includes REGEX "^[ \t]*#[ \t]*include[ \t]")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE "^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"]+).*" "\\1"
      header "${include}")
    check_include("${name}" ${layer} "${header}")
  endforeach()
endfunction()

foreach(layer IN LISTS LAYERS)
  set(folder "${ROOT}/src/${layer}")
  if(layer STREQUAL "program")
    set(folder "${ROOT}/src")
  endif()
  file(GLOB files "${folder}/*.[ch]")
  foreach(file IN LISTS files)
    file(RELATIVE_PATH name "${ROOT}/src" "${file}")
    check_file("${file}" "${name}" ${layer})
    math(EXPR checked "${checked} + 1")
  endforeach()
endforeach()

file(GLOB files "${ROOT}/include/mhex/*.h")
foreach(file IN LISTS files)
  file(RELATIVE_PATH name "${ROOT}/include" "${file}")
  if(NOT DEFINED "layer_of_${name}")
    message(SEND_ERROR "${name}: give it a layer in check_layers.cmake")
  else()
    check_file("${file}" "${name}" ${layer_of_${name}})
  endif()
  math(EXPR checked "${checked} + 1")
endforeach()

# A folder of no known layer would escape all of this.
file(GLOB folders LIST_DIRECTORIES true RELATIVE "${ROOT}/src" "${ROOT}/src/*")
foreach(folder IN LISTS folders)
  if(IS_DIRECTORY "${ROOT}/src/${folder}" AND NOT folder IN_LIST LAYERS)
    message(SEND_ERROR "src/${folder}: not a layer that check_layers.cmake knows")
  endif()
endforeach()

if(checked LESS 10)
  message(SEND_ERROR "only ${checked} files found below ${ROOT}")
endif()
message(STATUS "${checked} files keep the layers apart")

# Each layer is a static library of src/LAYER/*.c that sees the headers of
# include/colonnade/ and links to lower layers only, so that a wrong reference
# fails to link; tests/layers.sh checks the includes.

add_library(colonnade_options INTERFACE)
target_include_directories(colonnade_options INTERFACE ${PROJECT_SOURCE_DIR}/include)
target_compile_definitions(colonnade_options INTERFACE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE
                           COLONNADE_VERSION="${PROJECT_VERSION}")
target_compile_options(colonnade_options INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes
                       -Wmissing-prototypes -Wvla -fno-math-errno -ffp-contract=off)
if(COLONNADE_WERROR)
  target_compile_options(colonnade_options INTERFACE -Werror)
endif()
if(COLONNADE_SANITIZE)
  target_compile_options(colonnade_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                         -fno-omit-frame-pointer)
  target_link_options(colonnade_options INTERFACE -fsanitize=address,undefined)
endif()
if(COLONNADE_COVERAGE)
  target_compile_options(colonnade_options INTERFACE --coverage)
  target_link_options(colonnade_options INTERFACE --coverage)
endif()

# colonnade_layer(NAME [OVER lower layers...] [USES external libraries...])
function(colonnade_layer name)
  cmake_parse_arguments(LAYER "" "" "OVER;USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.c)
  list(FILTER sources EXCLUDE REGEX "/main\\.c$")
  if(NOT sources)
    set(kind INTERFACE)
    add_library(colonnade_${name} INTERFACE)
  else()
    set(kind PUBLIC)
    add_library(colonnade_${name} STATIC ${sources})
  endif()
  target_link_libraries(colonnade_${name} ${kind} colonnade_options)
  foreach(lower IN LISTS LAYER_OVER)
    target_link_libraries(colonnade_${name} ${kind} colonnade_${lower})
  endforeach()
  foreach(external IN LISTS LAYER_USES)
    target_link_libraries(colonnade_${name} ${kind} colonnade_external_${external})
  endforeach()
  colonnade_embed_into(${name})
endfunction()

# Files that are built into a layer's library, as src/LAYER/embed.cmake lists
# them: colonnade_embed(LAYER SYMBOL FILE) defines the C arrays SYMBOL and
# SYMBOL_size.
function(colonnade_embed layer symbol file)
  set(generated ${PROJECT_BINARY_DIR}/embedded/${symbol}.c)
  add_custom_command(OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${PROJECT_SOURCE_DIR}/${file} -DOUTPUT=${generated} -DSYMBOL=${symbol}
            -P ${PROJECT_SOURCE_DIR}/cmake/Embed.cmake
    DEPENDS ${PROJECT_SOURCE_DIR}/${file} ${PROJECT_SOURCE_DIR}/cmake/Embed.cmake
    COMMENT "Embedding ${file}" VERBATIM)
  target_sources(colonnade_${layer} PRIVATE ${generated})
endfunction()

function(colonnade_embed_into name)
  if(EXISTS ${PROJECT_SOURCE_DIR}/src/${name}/embed.cmake)
    include(${PROJECT_SOURCE_DIR}/src/${name}/embed.cmake)
  endif()
endfunction()

function(colonnade_program)
  if(EXISTS ${PROJECT_SOURCE_DIR}/src/cli/main.c)
    add_executable(colonnade ${PROJECT_SOURCE_DIR}/src/cli/main.c)
    target_link_libraries(colonnade PRIVATE colonnade_cli)
    install(TARGETS colonnade RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    install(FILES config.json DESTINATION ${CMAKE_INSTALL_DATADIR}/colonnade OPTIONAL)
    if(EXISTS ${PROJECT_SOURCE_DIR}/cmake/Manual.cmake)
      include(${PROJECT_SOURCE_DIR}/cmake/Manual.cmake)
    endif()
  endif()
endfunction()

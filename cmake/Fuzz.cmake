# libFuzzer. With COLONNADE_FUZZ the layers report their branches to it, with
# both sanitizers, and the programs of tests/fuzz search for inputs; without it
# the same programs only try the inputs that are kept (docs/testing.md).

option(COLONNADE_FUZZ "Build the programs of tests/fuzz with libFuzzer (needs clang)" OFF)

if(COLONNADE_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "COLONNADE_FUZZ needs clang, and the compiler is ${CMAKE_C_COMPILER_ID}: use "
                        "'cmake --preset fuzz', or -DCMAKE_C_COMPILER=clang in a new build folder.")
  endif()
  set(fuzz_sanitizers address,undefined)
  target_compile_options(colonnade_options INTERFACE -fsanitize=fuzzer-no-link,${fuzz_sanitizers}
                         -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(colonnade_options INTERFACE -fsanitize=${fuzz_sanitizers})
endif()

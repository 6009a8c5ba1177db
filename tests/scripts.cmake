# tests/FOLDER/x_test.sh   whole commands, run by tests/script.sh
# Label: the folder's name for fault, large, s3 and slurm, else mpi. Status 77 skips.
# A line "# timeout: SECONDS" in a script overrides the default of 600.
if(NOT TARGET colonnade)
  return()
endif()
# Run by tests/s3/service_test.sh, when its server is up.
add_executable(s3_service ${CMAKE_CURRENT_SOURCE_DIR}/s3/service.c)
target_include_directories(s3_service PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(s3_service PRIVATE colonnade_net PkgConfig::cmocka)

file(GLOB script_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*/*_test.sh)
foreach(script IN LISTS script_tests)
  get_filename_component(stem ${script} NAME_WE)
  get_filename_component(folder ${script} DIRECTORY)
  get_filename_component(folder ${folder} NAME)
  set(label mpi)
  if(folder MATCHES "^(fault|large|s3|slurm)$")
    set(label ${folder})
  endif()
  set(timeout 600)
  file(STRINGS ${script} timeout_line REGEX "^# timeout: [0-9]+" LIMIT_COUNT 1)
  if(timeout_line)
    string(REGEX REPLACE "[^0-9]" "" timeout "${timeout_line}")
  endif()
  set(name ${folder}_${stem})
  add_test(NAME ${name} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/script.sh ${script})
  set_tests_properties(${name} PROPERTIES LABELS ${label} SKIP_RETURN_CODE 77 TIMEOUT ${timeout} PROCESSORS 2
                       ENVIRONMENT
                       "${test_environment};COLONNADE=$<TARGET_FILE:colonnade>;COLONNADE_FAULTS=$<TARGET_FILE:colonnade_faults>;S3_SERVICE=$<TARGET_FILE:s3_service>")
  if(folder STREQUAL "large") # the disk is not enough for two at once
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  endif()
endforeach()

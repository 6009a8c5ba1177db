# The manual page and bash completion, written by the program itself from the
# tables that also drive its parser and --help.
set(COLONNADE_MANUAL ${PROJECT_BINARY_DIR}/colonnade.1)
set(COLONNADE_COMPLETION ${PROJECT_BINARY_DIR}/colonnade.bash)
add_custom_command(OUTPUT ${COLONNADE_MANUAL} ${COLONNADE_COMPLETION}
  COMMAND ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0 $<TARGET_FILE:colonnade> --manual > ${COLONNADE_MANUAL}
  COMMAND ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0 $<TARGET_FILE:colonnade> --completion
          > ${COLONNADE_COMPLETION}
  DEPENDS colonnade
  COMMENT "Writing the manual page and completion" VERBATIM)
add_custom_target(colonnade_manual ALL DEPENDS ${COLONNADE_MANUAL} ${COLONNADE_COMPLETION})

install(FILES ${COLONNADE_MANUAL} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${COLONNADE_COMPLETION} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        RENAME colonnade)

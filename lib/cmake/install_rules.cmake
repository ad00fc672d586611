include(GNUInstallDirs)
if(NOT TARGET cadenced)
    return()
endif()
install(TARGETS cadenced RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# The unit names the program where it is installed, which --prefix decides as late as then. A copy for
# each prefix: two installations at the same time must not take each other's.
install(CODE "
    string(SHA256 place \"\${CMAKE_INSTALL_PREFIX}\")
    set(unit ${CMAKE_BINARY_DIR}/installed/\${place}/cadenced.service)
    file(READ ${CMAKE_SOURCE_DIR}/systemd/cadenced.service text)
    string(REPLACE /usr/bin/cadenced \${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/cadenced text \"\${text}\")
    file(WRITE \${unit} \"\${text}\")
    file(INSTALL \${unit} DESTINATION \${CMAKE_INSTALL_PREFIX}/lib/systemd/system)
    file(REMOVE_RECURSE ${CMAKE_BINARY_DIR}/installed/\${place})")
install(FILES ${CMAKE_SOURCE_DIR}/systemd/cadenced.sysusers
    DESTINATION lib/sysusers.d RENAME cadenced.conf)
install(FILES ${CMAKE_SOURCE_DIR}/systemd/cadenced.toml DESTINATION ${CMAKE_INSTALL_DOCDIR})

include(GNUInstallDirs)
if(NOT TARGET cadenced)
    return()
endif()
install(TARGETS cadenced RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${CMAKE_SOURCE_DIR}/systemd/cadenced.service
    DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)
install(FILES ${CMAKE_SOURCE_DIR}/systemd/cadenced.sysusers
    DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/sysusers.d RENAME cadenced.conf)
install(FILES ${CMAKE_SOURCE_DIR}/systemd/cadenced.toml DESTINATION ${CMAKE_INSTALL_DOCDIR})

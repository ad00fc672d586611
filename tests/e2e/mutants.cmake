# Builds of the daemon with one deliberate fault each (../mutants.cmake).

# killable(NAME [SOURCES …]): the daemon with waypoints that linger, and sources that replace the
# libraries' own.
function(killable name)
    add_executable(${name} ${CMAKE_SOURCE_DIR}/daemon/main.cpp kill_waypoints.cpp ${ARGN})
    target_link_libraries(${name} PRIVATE cadenced_flags cadenced_core)
endfunction()

killable(cadenced-kill)
if(NOT CADENCED_MUTANTS)
    return()
endif()

killable(cadenced-fault-late-in-flight ${mutants}/sqlite_outbox.cpp)
killable(cadenced-fault-resend ${mutants}/delivery.cpp)
killable(cadenced-fault-no-unique ${mutants}/embedded_migrations.cpp)

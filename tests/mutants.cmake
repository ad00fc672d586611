# Deliberate faults, for the tests that must catch them. A fault is a replaced text of one source file, so
# that the daemon's own code knows nothing of it; a text that is not there any more stops the build. A
# program with the fault links the replaced source before the libraries, whose builds keep the original
# apart (SKIP_UNITY_BUILD_INCLUSION).

# mutate(OUTPUT SOURCE FROM TO [FROM TO …]). In both, § stands for a semicolon, which would end a list's
# element.
function(mutate output source)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    file(READ ${source} text)
    set(edits ${ARGN})
    while(edits)
        list(POP_FRONT edits from to)
        string(REPLACE "§" ";" from "${from}")
        string(FIND "${text}" "${from}" found)
        if(found EQUAL -1)
            message(FATAL_ERROR "${source} does not contain '${from}'")
        endif()
        string(REPLACE "§" ";" to "${to}")
        string(REPLACE "${from}" "${to}" text "${text}")
    endwhile()
    file(WRITE ${output}.new "${text}")
    file(COPY_FILE ${output}.new ${output} ONLY_IF_DIFFERENT)
endfunction()

if(NOT CADENCED_MUTANTS)
    return()
endif()

# Those that more than one test has to catch.
set(mutants ${CMAKE_CURRENT_BINARY_DIR}/mutants)
include(embed_migrations)

# The row says inFlight only once the answer has come.
mutate(${mutants}/sqlite_outbox.cpp ${CMAKE_SOURCE_DIR}/lib/ledger/sqlite_outbox.cpp
    "            return ledger::begin_attempt(database, *zones, begin, policy, now)"
    "            database.execute_script(\"SAVEPOINT fault\")§
            auto attempt = ledger::begin_attempt(database, *zones, begin, policy, now)§
            if (attempt && attempt->begun == engine::Begun::Started) {
                database.execute_script(\"ROLLBACK TO fault\")§
                put_off = [zones, begin, policy, now](Database& later) {
                    static_cast<void>(ledger::begin_attempt(later, *zones, begin, policy, now))§
                }§
            }
            database.execute_script(\"RELEASE fault\")§
            return attempt"
    "        return ledger::finish_and_go_on("
    "        if (put_off) std::exchange(put_off, nullptr)(database)§
        return ledger::finish_and_go_on("
    "namespace ledger {
"
    "namespace ledger {
static std::function<void(Database&)> put_off§
")

# A punishment of unknown outcome is sent again.
mutate(${mutants}/delivery.cpp ${CMAKE_SOURCE_DIR}/lib/cadence/delivery.cpp
    "return {DeliveryState::Held, \"outcome_unknown\""
    "return {DeliveryState::Queued, \"outcome_unknown\"")

# The database does not refuse a second punishment of a window.
embed_migrations(${mutants}/embedded_migrations.cpp
    "CREATE UNIQUE INDEX delivery_once" "CREATE INDEX delivery_once")

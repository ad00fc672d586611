# Simulations of a daemon with one deliberate fault each (../mutants.cmake). Each must be caught within a
# thousand seeds, and the test says by which.

# simulate_fault(NAME SENTENCE SOURCE …): SENTENCE is what must be said (a part of it,
# as a regular expression).
function(simulate_fault name sentence)
    add_executable(simulation-${name} $<TARGET_OBJECTS:simulation_main> ${ARGN})
    target_link_libraries(simulation-${name}
        PRIVATE cadenced_flags simulated_life engine ledger OpenSSL::Crypto fmt::fmt)
    set(test Simulation.DeliberateFault_IsCaught.${name})
    add_test(NAME ${test} COMMAND simulation-${name} --seeds 1000 --expect-violation ${sentence})
    set_tests_properties(${test} PROPERTIES TIMEOUT 600)
endfunction()

# simulate_edit(NAME SENTENCE SOURCE FROM TO …): of one source below lib/.
function(simulate_edit name sentence source)
    get_filename_component(file ${source} NAME)
    mutate(${CMAKE_CURRENT_BINARY_DIR}/mutants/${name}/${file} ${CMAKE_SOURCE_DIR}/lib/${source} ${ARGN})
    simulate_fault(${name} ${sentence} ${CMAKE_CURRENT_BINARY_DIR}/mutants/${name}/${file})
endfunction()

simulate_fault(resend "punishment of a window left|was punished" ${mutants}/delivery.cpp)
simulate_fault(late-in-flight "left twice|punished" ${mutants}/sqlite_outbox.cpp)
simulate_fault(no-unique "punishments" ${mutants}/embedded_migrations.cpp)

# A write that was in flight when the daemon died is taken for one that never left.
simulate_edit(trusting-recovery "is said not to be applied|punishment of a window left|was punished" ledger/heartbeats.cpp
    "answer.kind = cadence::AnswerKind::Unknown" "answer.kind = cadence::AnswerKind::NotSent")

# The verdict is durable before its punishment is written.
simulate_edit(two-transactions "has 0 punishments" ledger/due_work.cpp
    "    store_verdict(database, window, verdict, now)"
    "    store_verdict(database, window, verdict, now)§
    database.execute_script(\"COMMIT§ BEGIN IMMEDIATE§ SAVEPOINT unit§ SAVEPOINT part\")")

# Nobody asks whether the platform punishes.
simulate_edit(owner-ignored "that the platform punishes itself|not the daemon.s to punish" cadence/verdict.cpp
    "return platform_punishes ? PunishedBy::Platform : PunishedBy::Daemon"
    "return platform_punishes ? PunishedBy::Daemon : PunishedBy::Daemon")

# Verdicts fall at the window's end, whatever the grace.
simulate_edit(grace-ignored "before its end and grace" cadence/verdict.cpp
    "std::max(end, enrolled_at) + grace" "std::max(end, enrolled_at) + grace * 0")

# A token is thought to live for twenty hours.
simulate_edit(token-life-ignored "older than ten hours" ledger/launches.cpp
    "launch.launched_at + kTokenLife" "launch.launched_at + 2 * kTokenLife")

# Punishments go out in a pause.
simulate_edit(pause-ignored "in a pause" ledger/rows.cpp
    "return row.maybe_instant(0).value_or(now)" "return now")

# Punishments go out under the brake.
simulate_edit(brake-ignored "under the brake" ledger/rows.cpp
    "SELECT 1 FROM brake\"" "SELECT 1 FROM brake WHERE since_ms < 0\"")

# What was asked is answered before the commit that may yet fail.
simulate_edit(early-answer "is lost|handed in on time" ledger/writer.cpp
    "    Result<void> outcome§
}" "    Result<void> outcome§
    bool told{false}§
}"
    "            database_.execute(\"COMMIT\")"
    "            for (Waiting& waiting : group) {
                waiting.told = true§
                waiting.complete(waiting.outcome)§
            }
            database_.execute(\"COMMIT\")"
    "        for (Waiting& waiting : group) waiting.complete(std::move(waiting.outcome))"
    "        for (Waiting& waiting : group) {
            if (!waiting.told) waiting.complete(std::move(waiting.outcome))§
        }")

# Commits don't wait for the disk.
simulate_edit(no-sync "is lost|left twice|punished" ledger/database.cpp
    "{\"synchronous\", \"FULL\", \"2\"}" "{\"synchronous\", \"OFF\", \"0\"}")

# A window that a clock set back has opened again gets another punishment.
simulate_edit(step-back-fires-again "2 punishments|punishment of a window left|was punished" ledger/deliveries.cpp
    "'punishment', 1, ?5" "'punishment', (SELECT count(*) + 1 FROM delivery WHERE window = ?3 AND kind = 'punishment'), ?5")

# Punishments go out though the platform's clock and ours disagree.
simulate_edit(skew-ignored "clock and the daemon.s disagreed" engine/platform_gate.cpp
    "return skew_ > kTolerableSkew || skew_ < -kTolerableSkew"
    "return skew_ > 1000 * kTolerableSkew || skew_ < -1000 * kTolerableSkew")

# The minute in which a write may still arrive is taken for over after ten seconds.
simulate_edit(two-looks "was punished|and that is wrong" cadence/settlement.cpp
    "given_up_at + kReads.back() &&" "given_up_at + kReads.front() &&")

# A punishment that was applied twice is alarmed, and nothing takes one of the two back.
simulate_edit(double-kept "nothing takes one of the two back" ledger/late_arrivals.cpp
    "    owe_undo_of_doubled(database, watched.delivery, seen.times - 1, now)"
    "    static_cast<void>(seen.times)")

# One that was applied once is taken for doubled.
simulate_edit(double-imagined "not owed|said to be doubled and is not" cadence/settlement.cpp
    "if (band->contains(own_time(read))) return times"
    "if (before->contains(own_time(read))) return times")

# Nobody adds up what was punished on one day.
simulate_edit(cap-ignored "than the cap allows" ledger/attempt_checks.cpp
    "if (sent + seconds > caps.punishment_seconds_per_day.count())"
    "if (sent * 0 + seconds > caps.punishment_seconds_per_day.count())")

# What a clock has stamped stays as it is, whoever sets that clock right.
simulate_edit(stamps-trusted "handed in on time" ledger/stamps.cpp
    "if (!(times == stamped.times)) stamping.stamp(stamped, times)"
    "if (false) stamping.stamp(stamped, times)")

// The cells of the crash matrix: at which named point the daemon dies, of which kind of write, and
// what the platform or the network does to the first one that leaves.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace e2e {

// Kinds of writes whose outcome is known in different ways.
enum class WriteUnderTest {
    AddTime,   // the lock tells it
    Freeze,    // the lock tells it
    Pillory,   // nothing tells of it: of unknown outcome it is held
    Progress,  // cannot be read: of unknown outcome it is sent once more
    Undo,      // of time that a late proof made undeserved
    Unfreeze,  // the same of a freeze
};
[[nodiscard]] const char* to_string(WriteUnderTest kind);
[[nodiscard]] bool takes_back(WriteUnderTest kind);

struct FaultMode {
    const char* name;
    const char* fault;  // of the sandbox, met by one write; empty: none
    bool hides_outcome{false};
    bool for_few{false};  // means the same to every kind: of add_time and progress alone
};
// A token that serves everything but the write.
inline constexpr const char* kDeadToken = "dead-token";
[[nodiscard]] const std::vector<FaultMode>& fault_modes();

struct CrashCell {
    std::string point;  // a name of kill_waypoints.cpp
    WriteUnderTest kind;
    const FaultMode* mode;

    // Its own lock session, so that no cell disturbs another.
    [[nodiscard]] std::string session() const;
    // What CADENCED_TEST_CRASH_AT says, one life after the other.
    [[nodiscard]] std::vector<std::string> charges() const;
    [[nodiscard]] std::string path() const { return "/v1/sessions/" + session(); }
    // The lock session as a backend enrols it, `now_ms` being the wall clock: one missed day, or a
    // requirement that takes proofs.
    [[nodiscard]] nlohmann::json enrolment(std::int64_t now_ms) const;
    // The faults as the sandbox is told them.
    [[nodiscard]] nlohmann::json faults() const;
    // Requests that a token serves before it dies; 0: all its life.
    [[nodiscard]] int token_uses() const;
};

struct CrashChoice {
    std::vector<std::string> points;  // of each: empty means all
    std::vector<std::string> kinds;
    std::vector<std::string> modes;
};

// In rows: the cells of one are died in one after the other by one daemon.
[[nodiscard]] std::vector<std::vector<CrashCell>> crash_rows(const CrashChoice& choice);

}  // namespace e2e

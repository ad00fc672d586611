// A wearer's day, and what the platform says of its own requirement.
#pragma once

#include <string>
#include <vector>

#include "ledger/launches.hpp"
#include "tests/ledger/ledger_fixture.hpp"

namespace ledger_test {

class IntakeTest : public LedgerTest {
  protected:
    static engine::PlatformRequirement own(const std::string& metric = "check_in") {
        engine::PlatformRequirement requirement;
        requirement.enabled = true;
        requirement.metric = metric;
        requirement.punishment = {cadence::PunishmentType::Freeze, 3600s, ""};
        return requirement;
    }

    cadence::RequirementSpec with_late(cadence::LateProof late) {
        auto spec = daily();
        spec.rules.late_proof = late;
        return spec;
    }

    // A day was missed and judged; now it is the next morning.
    void miss_a_day(const cadence::RequirementSpec& spec) {
        must_put(session({spec}));
        live_until(utc(2026, 6, 2, 10h));
        must_work_off();
        ASSERT_EQ(windows().front(), "2026-06-01..2026-06-02 missed count_not_reached");
        ASSERT_EQ(deliveries(), Lines{"punishment add_time waiting "});
    }

    const Instant yesterday = utc(2026, 6, 1, 12h);
};

}  // namespace ledger_test

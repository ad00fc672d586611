// The faults by name: what each is, which fields it takes, and how they are read.
#pragma once

#include <span>
#include <string_view>

#include "tests/sandbox/fault_rule.hpp"
#include "tests/sandbox/fields.hpp"

namespace sandbox {

struct FaultName {
    std::string_view name;
    FaultKind kind;
    Part part;
    Effectual effectual;
    void (*read)(FaultRule&, Fields&);  // the fields of this fault alone
    std::string_view fields;            // for the reference; those with a * must be there
    std::string_view help;              // for the reference
};

[[nodiscard]] std::span<const FaultName> fault_names();

}  // namespace sandbox

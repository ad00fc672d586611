// Readers of the fields that several faults have in common. Private to the faults' JSON.
#pragma once

#include "tests/sandbox/fault_rule.hpp"
#include "tests/sandbox/fields.hpp"

namespace sandbox {

// "at" (and "how" of read_break): where, and of which part.
void read_at(Position& at, Fields& fields, const char* name);
void read_delay(FaultRule& rule, Fields& fields);
// "status", "body", "code", "shape", "contentType", "headers": what is said instead of the truth.
void read_canned(FaultRule& rule, Fields& fields);
void read_apply(FaultRule& rule, Fields& fields);

void read_break(FaultRule& rule, Fields& fields);
void read_stall(FaultRule& rule, Fields& fields);
void read_drip(FaultRule& rule, Fields& fields);
void read_corrupt(FaultRule& rule, Fields& fields);
void read_reshape(FaultRule& rule, Fields& fields);
void read_tls(FaultRule& rule, Fields& fields);

[[nodiscard]] bool is_header_text(const std::string& text);

}  // namespace sandbox

// What a backend developer reads: the page of --help, and the reference of GET /help.
#pragma once

#include <string>

namespace sandbox {

[[nodiscard]] std::string lesson_text();     // after the options of --help
[[nodiscard]] std::string reference_text();  // every control call, field and fault

}  // namespace sandbox

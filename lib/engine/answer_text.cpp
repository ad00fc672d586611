#include "engine/answer_text.hpp"

#include <fmt/format.h>

#include "cadence/printable.hpp"

namespace engine {

std::string text_of(const cadence::Answer& answer) {
    // The platform's own word, most often one of its codes.
    auto const code = answer.code.empty() ? std::string{} : cadence::to_log_value(answer.code);
    return fmt::format("outcome={} status={} code={} ms={} detail={}", to_string(answer.kind),
                       answer.http_status, code, answer.elapsed.count(),
                       cadence::to_quoted(answer.detail));
}

}  // namespace engine

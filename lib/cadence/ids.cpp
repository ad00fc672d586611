#include "cadence/ids.hpp"

#include <algorithm>
#include <string_view>

namespace cadence {
namespace {

bool consists_of(const std::string& text, std::size_t longest, std::string_view punctuation) {
    if (text.empty() || text.size() > longest) return false;
    return std::all_of(text.begin(), text.end(), [punctuation](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               punctuation.find(c) != std::string_view::npos;
    });
}

}  // namespace

bool is_session_id(const std::string& text) { return consists_of(text, 128, "._~-"); }
bool is_proof_id(const std::string& text) { return consists_of(text, 128, "._:~-"); }
bool is_metric(const std::string& text) { return consists_of(text, 64, "_:-"); }

}  // namespace cadence

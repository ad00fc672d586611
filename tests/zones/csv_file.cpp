#include "tests/zones/csv_file.hpp"

#include <array>
#include <charconv>
#include <stdexcept>

namespace oracle {
namespace {

// Commas behind the last column belong to it: it is a comment.
std::vector<std::string_view> split(std::string_view line, std::size_t most) {
    std::vector<std::string_view> fields;
    while (fields.size() + 1 < most) {
        const auto comma = line.find(',');
        if (comma == std::string_view::npos) break;
        fields.push_back(line.substr(0, comma));
        line.remove_prefix(comma + 1);
    }
    fields.push_back(line);
    return fields;
}

}  // namespace

CsvFile::CsvFile(const std::string& name)
    : file_(gzopen((CADENCED_SOURCE_DIR "/tests/data/oracle/" + name).c_str(), "rb")) {
    if (!file_ || !read_line()) throw std::runtime_error("cannot read the oracle's " + name);
    for (const auto column : split(line_, line_.size())) columns_.emplace_back(column);
}

bool CsvFile::next() {
    if (!read_line()) return false;
    fields_ = split(line_, columns_.size());
    if (fields_.size() != columns_.size()) throw std::runtime_error("too few fields: " + line_);
    return true;
}

std::string_view CsvFile::text(std::string_view column) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i] == column) return fields_[i];
    }
    throw std::runtime_error("no column " + std::string(column));
}

std::int64_t CsvFile::number(std::string_view column) const {
    const auto digits = text(column);
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || stop != digits.data() + digits.size()) {
        throw std::runtime_error("no number in " + std::string(column) + ": " + line_);
    }
    return value;
}

bool CsvFile::read_line() {
    std::array<char, 4096> buffer{};
    if (gzgets(file_.get(), buffer.data(), static_cast<int>(buffer.size())) == nullptr) {
        int error = Z_OK;
        const char* const message = gzerror(file_.get(), &error);
        if (error != Z_OK && error != Z_STREAM_END) throw std::runtime_error(message);
        return false;
    }
    line_ = buffer.data();
    while (!line_.empty() && (line_.back() == '\n' || line_.back() == '\r')) line_.pop_back();
    return true;
}

}  // namespace oracle

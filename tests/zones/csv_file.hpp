// Reads the oracle's tables: comma-separated, a header line, no quoting; gzip or plain.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace oracle {

class CsvFile {
  public:
    // A file of tests/data/oracle. Throws std::runtime_error when it cannot be opened or has no
    // header.
    explicit CsvFile(const std::string& name);

    // The next row; false at the end. Throws std::runtime_error when the row has too few fields.
    bool next();

    [[nodiscard]] const std::string& line() const { return line_; }
    // The current row's field; the view lives until next(). Throws std::runtime_error for a wrong
    // name.
    [[nodiscard]] std::string_view text(std::string_view column) const;
    [[nodiscard]] std::int64_t number(std::string_view column) const;

  private:
    struct Close {
        void operator()(gzFile file) const { gzclose(file); }
    };

    bool read_line();

    std::unique_ptr<gzFile_s, Close> file_;
    std::string line_;
    std::vector<std::string> columns_;
    std::vector<std::string_view> fields_;
};

}  // namespace oracle

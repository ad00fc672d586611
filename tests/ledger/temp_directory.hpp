// A directory of its own for one test, gone with all that is in it when the test ends.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace ledger_test {

class TempDirectory {
  public:
    TempDirectory();
    ~TempDirectory();
    TempDirectory(const TempDirectory&) = delete;
    TempDirectory& operator=(const TempDirectory&) = delete;

    [[nodiscard]] std::string path(const std::string& name = {}) const;
    // Every file in it, by name, byte for byte.
    [[nodiscard]] std::map<std::string, std::string> contents() const;

  private:
    std::filesystem::path path_;
};

[[nodiscard]] std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& bytes);

}  // namespace ledger_test

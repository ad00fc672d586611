#include "tests/ledger/temp_directory.hpp"

#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace ledger_test {

TempDirectory::TempDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "ledger-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
}

TempDirectory::~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string TempDirectory::path(const std::string& name) const {
    return name.empty() ? path_.string() : (path_ / name).string();
}

std::map<std::string, std::string> TempDirectory::contents() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
        files[entry.path().filename().string()] = read_file(entry.path().string());
    }
    return files;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << bytes;
}

}  // namespace ledger_test

// A text that is put together first and read afterwards, and whose length nobody knows before: the
// end of it stays in memory, what comes before that in a file without a name. Loop's thread; the
// file is never synced, but the system makes a writer wait when its disk cannot follow, and a
// reader for what it no longer has in memory.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "cadence/error.hpp"

namespace cadenced::wire {

// What the files of several texts may take together, in bytes. Loop's thread.
class TextRoom {
  public:
    explicit TextRoom(std::size_t bytes) : left_(bytes) {}
    [[nodiscard]] bool take(std::size_t bytes) {
        if (bytes > left_) return false;
        left_ -= bytes;
        return true;
    }
    void give_back(std::size_t bytes) { left_ += bytes; }

  private:
    std::size_t left_;
};

class LongText {
  public:
    // The file is made in `directory` when it is needed, and gone when this is, however we end.
    LongText(std::string directory, std::shared_ptr<TextRoom> room)
        : directory_(std::move(directory)), room_(std::move(room)) {}
    LongText(const LongText&) = delete;
    LongText& operator=(const LongText&) = delete;
    ~LongText();

    // Puts what is there already into the file first where it is full. Errors: StorageBusy (the
    // file cannot be made or written, or other texts have taken all the room).
    [[nodiscard]] cadence::Result<void> append(std::string_view text);
    [[nodiscard]] std::size_t size() const { return stored_ + memory_.size(); }
    [[nodiscard]] bool fits_in_memory() const { return file_ < 0; }

    // The next piece from the beginning on; empty at the end. Nothing may be appended any more.
    // Errors: StorageBusy.
    [[nodiscard]] cadence::Result<std::string> read();

  private:
    static constexpr std::size_t kInMemory = std::size_t{64} * 1024;

    [[nodiscard]] cadence::Result<void> store();

    std::string directory_;
    std::shared_ptr<TextRoom> room_;
    std::string memory_;
    int file_{-1};
    std::size_t stored_{0};
    std::size_t read_{0};  // of what is stored
};

}  // namespace cadenced::wire

// A disk in memory that forgets at a power cut what was not synced: each 512-byte sector that was
// written since the file's last sync may or may not have reached the platter, as the dice fall.
// Costs no system call. Knows nothing of SQLite (disk_vfs.hpp does).
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/dice.hpp"

namespace simulation {

class Disk {
  public:
    using Bytes = std::vector<unsigned char>;

    enum class Outcome { Done, Full, Failed };
    // What ails it: no room for writes; or each read, write or sync fails with `failure_rate`.
    struct Trouble {
        bool full{false};
        double failure_rate{0};
        bool only_reads{false};  // fail
        bool only_syncs{false};  // fail
    };

    class File {
      public:
        [[nodiscard]] Outcome read(void* target, std::size_t size, std::size_t at,
                                   std::size_t& got) const;
        [[nodiscard]] Outcome write(const void* source, std::size_t size, std::size_t at);
        [[nodiscard]] Outcome truncate(std::size_t size);
        [[nodiscard]] Outcome sync();
        [[nodiscard]] std::size_t size() const { return now_.size(); }
        [[nodiscard]] bool dead() const { return dead_; }
        // The log's index, which is shared memory and never on the disk.
        std::vector<std::unique_ptr<unsigned char[]>> shared_memory;

      private:
        friend class Disk;
        // A stretch of the file that has changed, or its new size.
        struct Change {
            std::size_t at;
            std::size_t size{0};
            bool truncates{false};
        };
        // What is there now replaces what was.
        void make_durable(const Change& change);
        void cut(Dice& dice);

        Disk* disk_{nullptr};
        Bytes now_;
        Bytes durable_;
        std::vector<Change> unsynced_;
        bool synced_once_{false};
        bool dead_{false};  // its machine lost power; what still holds it can do nothing with it
    };

    explicit Disk(Dice dice) : dice_(dice) {}

    void put(const std::string& name, const Bytes& image);  // durable at once
    [[nodiscard]] Bytes image_of(const std::string& name) const;
    [[nodiscard]] std::shared_ptr<File> find(const std::string& name) const;
    [[nodiscard]] std::shared_ptr<File> create(const std::string& name);
    [[nodiscard]] Outcome remove(const std::string& name);

    // The power goes: files that are open are dead, and what was not synced may be lost.
    void lose_power();
    // Before the n-th write, sync or deletion from now on `then` is called, which may lose power.
    void after_operations(int count, std::function<void()> then);

    Trouble trouble;
    std::function<void()> hit;  // told whenever the trouble has struck

  private:
    enum class Operation { Read, Write, Sync, Other };
    [[nodiscard]] Outcome operate(Operation operation);
    [[nodiscard]] bool strikes(Operation operation);

    Dice dice_;
    std::map<std::string, std::shared_ptr<File>> files_;
    int countdown_{0};
    std::function<void()> then_;
};

}  // namespace simulation

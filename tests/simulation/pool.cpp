#include "tests/simulation/pool.hpp"

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

namespace simulation {
namespace {

// Each block says before its first byte how large it is. Sizes come in steps of 64 bytes.
constexpr std::size_t kHead = 16;
constexpr std::size_t kStep = 64;
constexpr std::size_t kLargest = 8192;

struct Free {
    Free* next;
};

std::array<Free*, kLargest / kStep + 1> shelves{};

std::size_t& size_of(void* block) {
    return *reinterpret_cast<std::size_t*>(static_cast<char*>(block) - kHead);
}

int round_up(int size) {
    return static_cast<int>((static_cast<std::size_t>(size) + kStep - 1) / kStep * kStep);
}

void* allocate(int wanted) {
    auto const size = static_cast<std::size_t>(round_up(wanted));
    if (size <= kLargest) {
        auto*& shelf = shelves.at(size / kStep);
        if (shelf != nullptr) {
            void* const block = shelf;
            shelf = shelf->next;
            return block;
        }
    }
    auto* const memory = static_cast<char*>(std::malloc(size + kHead));
    if (memory == nullptr) return nullptr;
    auto* const block = memory + kHead;
    size_of(block) = size;
    return block;
}

void release(void* block) {
    auto const size = size_of(block);
    if (size > kLargest) return std::free(static_cast<char*>(block) - kHead);
    auto*& shelf = shelves.at(size / kStep);
    shelf = new (block) Free{shelf};
}

void* resize(void* block, int wanted) {
    auto const old = size_of(block);
    if (old >= static_cast<std::size_t>(wanted)) return block;
    void* const larger = allocate(wanted);
    if (larger == nullptr) return nullptr;
    std::memcpy(larger, block, old);
    release(block);
    return larger;
}

int size_in_use(void* block) { return block == nullptr ? 0 : static_cast<int>(size_of(block)); }

int start(void* /*data*/) { return SQLITE_OK; }

void stop(void* /*data*/) {}

sqlite3_mem_methods methods{allocate, release, resize, size_in_use, round_up, start, stop, nullptr};

}  // namespace

void use_pool_for_sqlite() { sqlite3_config(SQLITE_CONFIG_MALLOC, &methods); }

}  // namespace simulation

#include "tests/bench/parts/allocations.hpp"

#include <cstdlib>
#include <new>

namespace {
// One thread measures; a count that is not atomic costs the measured next to nothing.
long counted = 0;
}  // namespace

void* operator new(std::size_t size) {
    ++counted;
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace bench {

long allocations() { return counted; }

}  // namespace bench

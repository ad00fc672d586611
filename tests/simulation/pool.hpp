// Memory for SQLite in a process of one thread: what it gives back it gets again, by size, without
// looking for it. A fifth of a life is spent in the allocator otherwise.
#pragma once

namespace simulation {

// Before SQLite is used for the first time.
void use_pool_for_sqlite();

}  // namespace simulation

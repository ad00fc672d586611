// SQLite's way to the simulated disk: the default VFS of the whole program, so that the ledger's
// own code opens its file there. One connection at a time (the writer's), so the locks of the log's
// index are granted as they are asked for.
#pragma once

#include "tests/simulation/disk.hpp"

namespace simulation {

// Registers the VFS as SQLite's default, once.
void use_disk_vfs();

// The disk that files are opened on from now on, and where the random numbers that SQLite asks for
// begin, so that two lives of one seed write the same bytes. Outlives every file that is open.
void mount(Disk& disk, std::uint64_t seed);

}  // namespace simulation

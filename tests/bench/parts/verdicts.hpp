// The pure decisions over one window.
#pragma once

namespace bench {

// Registers "verdict", plain and in the midst of pauses and outages, and "who punishes".
void measure_verdicts();

}  // namespace bench

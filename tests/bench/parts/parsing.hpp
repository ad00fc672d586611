// JSON as it comes in, read by our parsers and, as the baseline, by the JSON library alone.
#pragma once

namespace bench {

// Registers "proof line" and "context", each with "… bare".
void measure_parsing();

}  // namespace bench

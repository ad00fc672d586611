// Chastify's extension session API as the engine's Platform: reads a lock session's context,
// submits progress, and acts on the lock. Loop's thread. It decides nothing about deliveries: each
// exchange becomes an Answer (interpret.hpp), and no answer holds a secret.
#pragma once

#include <memory>
#include <string>

#include "cadence/secret.hpp"
#include "engine/clock.hpp"
#include "engine/platform.hpp"
#include "net/https_pool.hpp"

namespace chastify {

// Calls in any 60 seconds, per developer key and lock session. The lower of the two sets of figures
// that the platform publishes.
struct Limits {
    int action{20};
    int write{60};
    int read{120};
};

struct Options {
    cadence::Secret credential;  // the developer key; may be empty: then nothing can be sent
    Limits limits;
    cadence::Duration timeout{std::chrono::seconds{15}};  // of connecting, and of each request
    std::string host{};  // with its port; where the pool's connections lead
    int connections{8};  // of the pool
};

class Chastify : public engine::Platform {
  public:
    // A reload. Holds from the next request on, also of channels that are open.
    virtual void replace(cadence::Secret credential, Limits limits) = 0;
};

// The pool and the clock must outlive it, and it its channels.
[[nodiscard]] std::unique_ptr<Chastify> make_chastify(net::HttpsPool& pool, Options options,
                                                      const engine::Clock& clock);

}  // namespace chastify

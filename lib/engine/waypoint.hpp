// Named points between two states. In the daemon passing one does nothing; the programs of the
// crash tests link a definition of their own that lingers or dies there.
#pragma once

#include "cadence/ids.hpp"

namespace engine {

enum class Waypoint {
    Recovered,          // a start has called unknown what was in flight; nothing else has begun
    VerdictWritten,     // a window is judged, its punishment is a row; nobody has been told
    LaunchWritten,      // the token is durable; who handed it in does not know
    ProofWritten,       // the proof is durable; who handed it in does not know
    BeforeInFlight,     // decided to send, the baseline is read; the row still says queued
    InFlightUnsent,     // inFlight is durable; not a byte has left
    AnsweredUnwritten,  // the answer is here; the row still says inFlight
    OutcomeWritten,     // what came of it is durable; the next one may be inFlight with it
    LockReadUnwritten,  // the lock was looked at for an unknown write; the row does not know
    ReadingWritten,     // that is durable, and what follows from it; the next reading is to come
    Draining,           // asked to stop, a write is on its way
};

// `session`: whose state it is; empty where it is everybody's.
void pass(Waypoint waypoint, const cadence::SessionId& session);

}  // namespace engine

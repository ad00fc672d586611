// Named points between two states of a delivery. In the daemon passing one does nothing; the
// programs of the crash tests link a definition of their own that lingers or dies there.
#pragma once

namespace engine {

enum class Waypoint {
    BeforeInFlight,     // decided to send; the row still says queued
    InFlightUnsent,     // inFlight is durable; not a byte has left
    AnsweredUnwritten,  // the answer is here; the row still says inFlight
};

void pass(Waypoint waypoint);

}  // namespace engine

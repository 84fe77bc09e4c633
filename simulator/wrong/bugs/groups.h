// The groups of bugs, each in the file named like it. bug.cpp puts them together.
#pragma once

#include <span>

#include "simulator/wrong/bugs/bug.h"

namespace certdrill::simulator::bugs {

std::span<const Bug> expiry_bugs();
std::span<const Bug> validation_bugs();
std::span<const Bug> key_bugs();
std::span<const Bug> rollout_bugs();
std::span<const Bug> node_bugs();
std::span<const Bug> read_back_bugs();
std::span<const Bug> concurrency_bugs();
std::span<const Bug> name_bugs();
std::span<const Bug> absence_bugs();
std::span<const Bug> body_bugs();
std::span<const Bug> answer_bugs();
std::span<const Bug> access_bugs();
std::span<const Bug> batch_bugs();
std::span<const Bug> removal_bugs();
std::span<const Bug> rotation_bugs();

}  // namespace certdrill::simulator::bugs

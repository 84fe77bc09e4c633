// What on this machine would be in the way of a simulated cluster: ports that are taken and by whom,
// loopback addresses that cannot be had, limits, the clock, the folder for temporary files.
//
// It looks and changes nothing; a port is bound for a moment and let go.
#pragma once

#include <string>
#include <vector>

namespace certdrill::command {

enum class Health {
  fine,
  worth_knowing,  // certdrill works; something will be seen
  in_the_way,     // something will not start, or will mislead
};

struct Finding {
  Health health = Health::fine;
  std::string subject;   // "ports"
  std::string sentence;  // what is, and what to do where it is not fine
};

std::vector<Finding> examine_machine();

// Prints them. The exit code: 0 where nothing is in the way, else 1.
int report(const std::vector<Finding>& findings);

}  // namespace certdrill::command

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "certs/read/text.h"
#include "rehearsal/report/report.h"

namespace certdrill::rehearsal {
namespace {

constexpr double kWidth = 1000;
constexpr double kLeft = 84;  // where time begins
constexpr double kRight = 14;
constexpr double kLaneHeight = 34;
constexpr double kBand = 10;  // of what is presented, at the lane's foot
constexpr double kAxis = 24;

class Picture {
 public:
  explicit Picture(const Evidence& evidence)
      : evidence_(evidence),
        nodes_(evidence.after.nodes.size()),
        end_(std::max({Milliseconds{200}, evidence.after.at, evidence.after_again.at})) {}

  std::string draw() {
    for (std::size_t lane = 0; lane < nodes_; ++lane) draw_lane(lane);
    for (const RequestSeen& request : evidence_.requests) draw_request(request);
    draw_axis();
    return fmt::format(
        "<svg class=timeline viewBox=\"0 0 {:.0f} {:.0f}\" role=img aria-label=\"Timeline of {}\">"
        "{}</svg>\n",
        kWidth, foot() + kAxis, escaped(evidence_.drill), svg_);
  }

 private:
  double foot() const { return static_cast<double>(nodes_) * kLaneHeight; }
  double x_of(Milliseconds at) const {
    const auto clamped = std::clamp(at, Milliseconds{0}, end_);
    return kLeft + (kWidth - kLeft - kRight) * static_cast<double>(clamped.count()) /
                       static_cast<double>(end_.count());
  }

  void draw_band(double y, Milliseconds from, Milliseconds to, Shown shown) {
    if (shown == Shown::no_port || to <= from) return;
    svg_ += fmt::format(
        "<rect class=\"shown-{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\"/>",
        to_string(shown), x_of(from), y, std::max(1.0, x_of(to) - x_of(from)), kBand);
  }

  // What the node presented, from look to look.
  void draw_lane(std::size_t lane) {
    const double top = static_cast<double>(lane) * kLaneHeight;
    const int uid = evidence_.after.nodes[lane].uid;
    svg_ += fmt::format("<text class=lane x=\"0\" y=\"{:.1f}\">node {}</text>", top + 21, uid);
    const double y = top + kLaneHeight - kBand - 2;
    std::map<Milliseconds, Shown> looks;
    for (const Look& look : evidence_.looks)
      if (look.node == uid) looks[look.at] = look.shown;
    looks[evidence_.after.at] = evidence_.after.nodes[lane].shown;
    if (evidence_.again) looks[evidence_.after_again.at] = evidence_.after_again.nodes[lane].shown;
    Milliseconds from{0};
    Shown shown = looks.begin()->second;
    for (const auto& [at, next] : looks) {
      if (next == shown) continue;
      draw_band(y, from, at, shown);
      from = at;
      shown = next;
    }
    draw_band(y, from, end_ + Milliseconds{1}, shown);
  }

  static std::string_view class_of(const RequestSeen& request) {
    if (request.lost) return "lost";
    if (request.status < 300) return "ok";
    return request.is_refused() ? "refused" : "transient";
  }

  void draw_request(const RequestSeen& request) {
    const double top = static_cast<double>(request.node - 1) * kLaneHeight;
    const double x = x_of(request.begin);
    const double width = std::max(3.0, x_of(request.end) - x);
    const auto answer = request.lost ? "lost" : std::to_string(request.status);
    svg_ += fmt::format(
        "<g class=\"request {}{}\"><title>{} {} at {:.2f} s, {} ({})</title><rect x=\"{:.1f}\" "
        "y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" rx=\"1.5\"/>",
        class_of(request), request.is_change() ? "" : " read", escaped(request.method),
        escaped(certs::printable(request.path, 80)),
        static_cast<double>(request.begin.count()) / 1000, answer, escaped(request.answered_by), x,
        top + (request.is_change() ? 4 : 12), width, request.is_change() ? 16 : 8);
    // Labels that would cover each other are left out; the tooltip has them.
    double& free_from = label_free_from_[request.node];
    if (request.is_change() && x >= free_from) {
      const bool at_the_edge = x + width + 30 > kWidth;
      svg_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>",
                          at_the_edge ? x - 3 : x + width + 3, top + 16,
                          at_the_edge ? "end" : "start", answer);
      free_from = x + width + 32;
    }
    svg_ += "</g>";
  }

  void draw_axis() {
    const double y = foot() + 4;
    const auto mark = [&](Milliseconds at, std::string_view text, std::string_view kind) {
      svg_ += fmt::format(
          "<line class={0} x1=\"{1:.1f}\" x2=\"{1:.1f}\" y1=\"0\" y2=\"{2:.1f}\"/><text class=axis "
          "x=\"{3:.1f}\" y=\"{4:.1f}\" text-anchor=\"{5}\">{6}</text>",
          kind, x_of(at), y, x_of(at), y + 14,
          at == Milliseconds{0}    ? "start"
          : x_of(at) > kWidth - 90 ? "end"
                                   : "middle",
          text);
    };
    mark(Milliseconds{0}, "0 s", "tick");
    // So many that they can be read, and none under the exit's words.
    Milliseconds step{100};
    for (const int factor : {2, 5, 10, 20, 50, 100, 200, 300, 600})
      if (end_ / step > 10) step = Milliseconds{100} * factor;
    for (Milliseconds at = step; at < end_; at += step)
      if (std::abs(x_of(at) - x_of(evidence_.run.end)) > 90)
        mark(at, fmt::format("{:g} s", static_cast<double>(at.count()) / 1000), "tick");
    const auto ended = [](const CommandRun& run) {
      return fmt::format(
          "{} at {:.1f} s",
          run.timed_out ? std::string("ended") : fmt::format("exit {}", run.exit_status),
          static_cast<double>(run.end.count()) / 1000);
    };
    mark(evidence_.run.end, ended(evidence_.run), "exit");
    if (evidence_.again) mark(evidence_.again->end, ended(*evidence_.again), "exit");
  }

  const Evidence& evidence_;
  const std::size_t nodes_;
  const Milliseconds end_;
  std::map<int, double> label_free_from_;
  std::string svg_;
};

}  // namespace

std::string timeline_of(const Evidence& evidence) { return Picture(evidence).draw(); }

}  // namespace certdrill::rehearsal

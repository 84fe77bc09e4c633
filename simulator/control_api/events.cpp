// GET /sim/v1/events: the feed as server-sent events.
#include <array>
#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "simulator/control_api/control_api.h"
#include "simulator/engine/engine.h"
#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kEventQuery{Parameter{
    "since", "First what came after this id; default: from now on", "integer", 0, INT64_MAX}};
constexpr std::chrono::milliseconds kLook{100};  // how soon a client that left is noticed
constexpr int kLooksPerHeartbeat = 50;

Json event_json(const NumberedEvent& numbered) {
  const FeedEvent& event = numbered.event;
  Json json{{"id", numbered.id},
            {"kind", to_string(event.kind)},
            {"time", certs::format_instant(event.time)}};
  if (event.node != 0) json["node"] = event.node;
  if (event.certificate) json["certificate"] = to_string(*event.certificate);
  if (event.generation != 0) json["generation"] = event.generation;
  if (event.status != 0) json["status"] = event.status;
  if (!event.name.empty()) json["name"] = event.name;
  if (!event.detail.empty()) json["detail"] = event.detail;
  return json;
}

std::string wire_text(const Feed::Batch& batch) {
  std::string text;
  if (batch.missed > 0)
    text = fmt::format(": {} events before these are no longer kept\n\n", batch.missed);
  for (const auto& numbered : batch.events) {
    text +=
        fmt::format("id: {}\nevent: {}\ndata: {}\n\n", numbered.id, to_string(numbered.event.kind),
                    event_json(numbered).dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  return text;
}

// Asked again and again, it gives what there is each time.
Stream watcher(const Feed& feed, std::uint64_t since) {
  // `quiet`: looks since something was written; -1: nothing ever was.
  return [&feed, since, quiet = -1]() mutable -> std::optional<std::string> {
    if (quiet < 0) {
      quiet = 0;
      return ": certdrill events\n\n";
    }
    const auto batch = feed.after(since, kLook);
    std::string text = wire_text(batch);
    if (!batch.events.empty()) since = batch.events.back().id;
    if (text.empty() && ++quiet == kLooksPerHeartbeat) text = ": heartbeat\n\n";
    if (!text.empty()) quiet = 0;
    return text;
  };
}

// From ?since=ID, or from the header that a browser's or library's reconnect sends; otherwise from
// now on. The error is a sentence.
tl::expected<std::uint64_t, std::string> first_id(const Feed& feed, const Call& call) {
  const auto asked = call.query.find("since");
  const std::string text = asked != call.query.end()
                               ? asked->second
                               : std::string(call.header("Last-Event-ID").value_or(""));
  if (asked == call.query.end() && text.empty()) return feed.last_id();
  return integer_of("since", text, {0, INT64_MAX}).map([](std::int64_t id) {
    return static_cast<std::uint64_t>(id);
  });
}

Answer get_events(Engine& engine, const Call& call, std::string_view /*parameter*/) {
  const auto since = first_id(engine.feed(), call);
  if (!since) return invalid_request(since.error());
  return {.content_type = "text/event-stream", .stream = watcher(engine.feed(), *since)};
}

constexpr std::array kEventRoutes{
    ControlRoute{
        "GET", "/sim/v1/events", BodyRule::none, get_events,
        doc("What happens, as server-sent events",
            answers(200, "For as long as the client listens; the data of each is an Event as JSON",
                    "", "text/event-stream")),
        kEventQuery},
};

}  // namespace

std::span<const ControlRoute> event_routes() { return kEventRoutes; }

}  // namespace certdrill::simulator

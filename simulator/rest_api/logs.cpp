// GET /v1/logs?stime=&etime=&order=&limit=&offset=
#include <algorithm>
#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

#include "contract/nearest_name.h"
#include "simulator/rest_api/endpoint.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 5> kParameters{"stime", "etime", "order", "limit", "offset"};

Answer invalid(const std::string& description) {
  return error_answer(400, "invalid_request", description);
}

std::optional<std::size_t> parse_count(const std::string& text) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return count;
}

tl::expected<LogQuery, Answer> read_query(const Call& call) {
  LogQuery query;
  for (const auto& [name, value] : call.query) {
    if (name == "stime" || name == "etime") {
      const auto instant = certs::parse_instant(value);
      if (!instant) return tl::unexpected(invalid(name + ": " + instant.error()));
      (name == "stime" ? query.from : query.to) = *instant;
    } else if (name == "order") {
      if (value != "asc" && value != "desc") {
        return tl::unexpected(invalid("order must be asc or desc, not '" + value + "'."));
      }
      query.descending = value == "desc";
    } else if (name == "limit" || name == "offset") {
      const auto count = parse_count(value);
      if (!count)
        return tl::unexpected(invalid(name + " must be a number from 0, not '" + value + "'."));
      (name == "limit" ? query.limit : query.offset) = *count;
    } else {
      return tl::unexpected(invalid("Unknown query parameter '" + name + "'" +
                                    contract::did_you_mean(name, kParameters) +
                                    "; the parameters are stime, etime, order, limit and offset."));
    }
  }
  return query;
}

}  // namespace

Answer get_logs(const Scene& scene, const Call& call, std::string_view /*parameter*/) {
  const auto query = read_query(call);
  if (!query) return query.error();
  auto json = nlohmann::ordered_json::array();
  for (const auto& event : scene.cluster.log().find(*query)) {
    nlohmann::ordered_json entry{{"time", certs::format_instant(event.time)},
                                 {"type", event.type},
                                 {"severity", to_string(event.severity)}};
    for (const auto& [name, value] : event.fields) entry[name] = value;
    json.push_back(std::move(entry));
  }
  return json_answer(json.dump());
}

}  // namespace certdrill::simulator

#include "simulator/engine/rest_face.h"

#include <chrono>
#include <optional>

namespace certdrill::simulator {
namespace {

std::optional<std::string> header(const httplib::Request& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::nullopt : std::optional(found->second);
}

Call read_call(const Exchange& exchange) {
  const httplib::Request& request = exchange.request;
  return Call{.method = request.method,
              .path = request.path,
              .query = request.params,
              .authorization = header(request, "Authorization"),
              .content_type = header(request, "Content-Type"),
              .body = request.body,
              .node = static_cast<int>(exchange.connection.tag)};
}

void write_answer(Answer answer, httplib::Response& response) {
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.set_header(name, value);
  if (answer.body.empty()) return;
  response.body = std::move(answer.body);
  if (!response.has_header("Content-Type")) response.set_header("Content-Type", "application/json");
}

}  // namespace

void RestFace::operator()(Exchange& exchange) const {
  const Call call = read_call(exchange);
  // A change waits for a rollout that runs, and for the disk; the other connections must not wait
  // with it.
  std::optional<BlockingSection> blocking;
  if (call.method != "GET" && cluster_.may_block()) blocking.emplace(exchange.loop);
  const auto pass = gate_.enter();
  const auto begun = std::chrono::steady_clock::now();
  const auto now = clock_.now();
  recorder_.came_in(call, now);
  const auto sleep = [&](Milliseconds duration) { gate_.sleep_for(exchange.loop, duration); };
  auto served = front_.serve(call, header(exchange.request, "X-Certdrill-Drill"), sleep);
  recorder_.was_answered(call, served.answer, now,
                         std::chrono::duration_cast<std::chrono::microseconds>(
                             std::chrono::steady_clock::now() - begun));
  write_answer(std::move(served.answer), exchange.response);
  exchange.delivery = served.delivery;
}

}  // namespace certdrill::simulator

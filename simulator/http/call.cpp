#include "simulator/http/call.h"

#include <nlohmann/json.hpp>

namespace certdrill::simulator {

Answer error_answer(int status, std::string_view error_code, std::string_view description) {
  const nlohmann::ordered_json json{{"error_code", error_code}, {"description", description}};
  // A description may quote a misspelt name that is no UTF-8.
  return {status,
          json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace),
          {},
          std::string(error_code)};
}

Answer body_error(const std::string& why) {
  return error_answer(400, "invalid_request", "The request body " + why + ".");
}

Answer json_answer(std::string body) {
  return {200, std::move(body), {}, {}};
}

}  // namespace certdrill::simulator

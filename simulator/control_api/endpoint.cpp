#include "simulator/control_api/endpoint.h"

namespace certdrill::simulator {

using Json = nlohmann::ordered_json;

ControlAnswer control_answer(const Json& json, int status) {
  // Texts may quote what a client sent, which need not be UTF-8.
  return {.status = status,
          .body = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n",
          .headers = {}};
}

ControlAnswer control_error(int status, std::string_view error_code, std::string_view description) {
  return control_answer({{"error_code", error_code}, {"description", description}}, status);
}

ControlAnswer invalid_request(std::string_view description) {
  return control_error(400, "invalid_request", description);
}

}  // namespace certdrill::simulator

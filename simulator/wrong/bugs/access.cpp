// Bugs about who may do what.
#include <algorithm>
#include <array>

#include <httplib.h>
#include <openssl/evp.h>

#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

// The user's name in "Basic ..."; empty where there is none.
std::string name_in(const std::string& authorization) {
  const std::string text = authorization.substr(authorization.find(' ') + 1);
  std::string decoded(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(decoded.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  return size < 0 ? std::string{} : decoded.substr(0, decoded.find(':'));
}

// The answer that the same request would get from another user.
Answer served_for(const Request& request, const User& user) {
  Call call = request.call;
  const auto credentials =
      httplib::make_basic_authentication_header(user.username, user.password).second;
  call.headers.set("Authorization", credentials);
  return request.next(request.scene, call);
}

Answer served_for_administrator(const Request& request, const Memory& memory) {
  return served_for(request, *std::ranges::find(memory.users, Role::admin, &User::role));
}

Answer update_needs_no_credentials(const Request& request, Memory& memory) {
  const bool anonymous = request.call.method == "PUT" && !request.call.header("Authorization");
  return anonymous ? served_for_administrator(request, memory) : served(request);
}

Answer any_password_will_do(const Request& request, Memory& memory) {
  const auto authorization = request.call.header("Authorization");
  if (!authorization) return served(request);
  const auto user =
      std::ranges::find(memory.users, name_in(std::string(*authorization)), &User::username);
  return user == memory.users.end() ? served(request) : served_for(request, *user);
}

constexpr std::string_view kNodes = "nodes";
constexpr std::string_view kCluster = "cluster";
constexpr std::string_view kLogs = "logs";
constexpr std::string_view kPut = "PUT";
constexpr std::string_view kPost = "POST";

template <const auto& endpoint>
Answer needs_no_credentials(const Request& request, Memory& memory) {
  const bool anonymous = !request.call.header("Authorization");
  return anonymous && is_call(request.call, endpoint) ? served_for_administrator(request, memory)
                                                      : served(request);
}

template <const auto& method>
Answer viewers_may(const Request& request, Memory& memory) {
  auto answer = served(request);
  const bool lacks_update_cluster =
      request.call.method == method && answer.error_code == "insufficient_permissions";
  return lacks_update_cluster ? served_for_administrator(request, memory) : answer;
}

Answer forbidden_shows_a_key(const Request& request) {
  auto answer = served(request);
  if (answer.error_code != "insufficient_permissions") return answer;
  const auto api = (*request.scene.cluster.store())[contract::CertificateName::api];
  return describing_openly(answer, api->key_text);
}

Answer viewers_may_not_read(const Request& request, Memory& memory) {
  auto answer = served(request);
  if (!is_reading(request.call) || answer.status != 200) return answer;
  const auto user = std::ranges::find(memory.users, answer.notes.user, &User::username);
  if (user == memory.users.end() || user->role == Role::admin) return answer;
  return telling(std::move(answer), error_answer(403, "insufficient_permissions",
                                                 "Only administrators may read certificates."));
}

constexpr auto kAccessBugs = std::to_array<Bug>({
    {"update-needs-no-credentials", "PUT is served without an Authorization header",
     update_needs_no_credentials},
    {"any-password-will-do", "only the user's name is checked", any_password_will_do},
    {"unauthenticated-answers-403", "missing or wrong credentials are answered 403",
     FaultTexts{"kind=answer,stage=after,instead_of=unauthorized,status=403,endpoint=any,"
                "error_code=insufficient_permissions,description=\"You may not do this.\""}},
    {"nodes-need-no-credentials", "GET /v1/nodes is served to anybody",
     needs_no_credentials<kNodes>},
    {"cluster-needs-no-credentials", "GET /v1/cluster is served to anybody",
     needs_no_credentials<kCluster>},
    {"logs-need-no-credentials", "GET /v1/logs is served to anybody", needs_no_credentials<kLogs>},
    {"viewers-may-update", "PUT does not ask for update_cluster", viewers_may<kPut>},
    {"viewers-may-rotate", "POST does not ask for update_cluster", viewers_may<kPost>},
    {"forbidden-shows-a-key", "the error of a 403 holds a private key", forbidden_shows_a_key},
    {"viewers-may-not-read", "reading certificates is answered 403 for every role but admin",
     viewers_may_not_read},
});

}  // namespace

std::span<const Bug> access_bugs() { return kAccessBugs; }

}  // namespace certdrill::simulator::bugs

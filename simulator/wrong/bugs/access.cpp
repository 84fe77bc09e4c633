// Bugs about who may do what.
#include <algorithm>
#include <array>

#include <httplib.h>
#include <openssl/evp.h>

#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

std::string credentials_of(const User& user) {
  return httplib::make_basic_authentication_header(user.username, user.password).second;
}

// The user's name in "Basic ..."; empty where there is none.
std::string name_in(const std::string& authorization) {
  const std::string text = authorization.substr(authorization.find(' ') + 1);
  std::string decoded(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(decoded.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  return size < 0 ? std::string{} : decoded.substr(0, decoded.find(':'));
}

// A bug that lets some requests pass as if another user had sent them.
class ActsForAnother : public PlantedBug {
 public:
  explicit ActsForAnother(const Ground& ground) : users_(ground.users) {}

 protected:
  Answer served_for(const Request& request, const User& user) const {
    Call call = request.call;
    const auto credentials = credentials_of(user);
    call.headers.set("Authorization", credentials);
    return request.next(request.scene, call);
  }

  // REQUIRES: there is one, as in every simulator.
  const User& administrator() const { return *std::ranges::find(users_, Role::admin, &User::role); }

  const std::vector<User> users_;
};

class UpdateNeedsNoCredentials final : public ActsForAnother {
 public:
  using ActsForAnother::ActsForAnother;
  Answer serve(const Request& request) override {
    const bool anonymous = request.call.method == "PUT" && !request.call.header("Authorization");
    return anonymous ? served_for(request, administrator()) : served(request);
  }
};

class AnyPasswordWillDo final : public ActsForAnother {
 public:
  using ActsForAnother::ActsForAnother;
  Answer serve(const Request& request) override {
    const auto authorization = request.call.header("Authorization");
    if (!authorization) return served(request);
    const auto user =
        std::ranges::find(users_, name_in(std::string(*authorization)), &User::username);
    return user == users_.end() ? served(request) : served_for(request, *user);
  }
};

template <const auto& method>
class ReadingNeedsNoCredentials final : public ActsForAnother {
 public:
  using ActsForAnother::ActsForAnother;
  Answer serve(const Request& request) override {
    const bool anonymous = !request.call.header("Authorization");
    return anonymous && is_call(request.call, method) ? served_for(request, administrator())
                                                      : served(request);
  }
};
constexpr std::string_view kNodes = "nodes";
constexpr std::string_view kCluster = "cluster";
constexpr std::string_view kLogs = "logs";

template <const auto& method>
class ViewersMay final : public ActsForAnother {
 public:
  using ActsForAnother::ActsForAnother;
  Answer serve(const Request& request) override {
    auto answer = served(request);
    const bool lacks_update_cluster =
        request.call.method == method && answer.error_code == "insufficient_permissions";
    return lacks_update_cluster ? served_for(request, administrator()) : answer;
  }
};
constexpr std::string_view kPut = "PUT";
constexpr std::string_view kPost = "POST";

Answer forbidden_shows_a_key(const Request& request) {
  auto answer = served(request);
  if (answer.error_code != "insufficient_permissions") return answer;
  const auto api = (*request.scene.cluster.store())[contract::CertificateName::api];
  return telling(answer, error_answer(answer.status, answer.error_code, api->key_text));
}

class ViewersMayNotRead final : public PlantedBug {
 public:
  explicit ViewersMayNotRead(const Ground& ground) : users_(ground.users) {}

  Answer serve(const Request& request) override {
    auto answer = served(request);
    if (!is_reading(request.call) || answer.status != 200) return answer;
    const User* user =
        users_.authenticate(std::string(request.call.header("Authorization").value_or("")));
    if (user == nullptr || user->role == Role::admin) return answer;
    return telling(std::move(answer), error_answer(403, "insufficient_permissions",
                                                   "Only administrators may read certificates."));
  }

 private:
  const Users users_;
};

constexpr auto kAccessBugs = std::to_array<Bug>({
    {"update-needs-no-credentials", "PUT is served without an Authorization header",
     remembering<UpdateNeedsNoCredentials>},
    {"any-password-will-do", "only the user's name is checked", remembering<AnyPasswordWillDo>},
    {"unauthenticated-answers-403", "missing or wrong credentials are answered 403",
     FaultTexts{"kind=answer,stage=after,instead_of=unauthorized,status=403,endpoint=any,"
                "error_code=insufficient_permissions,description=\"You may not do this.\""}},
    {"nodes-need-no-credentials", "GET /v1/nodes is served to anybody",
     remembering<ReadingNeedsNoCredentials<kNodes>>},
    {"cluster-needs-no-credentials", "GET /v1/cluster is served to anybody",
     remembering<ReadingNeedsNoCredentials<kCluster>>},
    {"logs-need-no-credentials", "GET /v1/logs is served to anybody",
     remembering<ReadingNeedsNoCredentials<kLogs>>},
    {"viewers-may-update", "PUT does not ask for update_cluster", remembering<ViewersMay<kPut>>},
    {"viewers-may-rotate", "POST does not ask for update_cluster", remembering<ViewersMay<kPost>>},
    {"forbidden-shows-a-key", "the error of a 403 holds a private key", forbidden_shows_a_key},
    {"viewers-may-not-read", "reading certificates is answered 403 for every role but admin",
     remembering<ViewersMayNotRead>},
});

}  // namespace

std::span<const Bug> access_bugs() { return kAccessBugs; }

}  // namespace certdrill::simulator::bugs

// Bugs about who may do what.
#include <algorithm>
#include <array>
#include <utility>

#include <httplib.h>
#include <openssl/evp.h>

#include "simulator/wrong/bugs/groups.h"
#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

// REQUIRES: there is one, as in every simulator.
const User& administrator_of(const std::vector<User>& users) {
  return *std::ranges::find(users, Role::admin, &User::role);
}

std::string credentials_of(const User& user) {
  return httplib::make_basic_authentication_header(user.username, user.password).second;
}

Answer served_for(const Request& request, const User& user) {
  Call call = request.call;
  const std::string credentials = credentials_of(user);
  call.headers.set("Authorization", credentials);
  return served_call(request, call);
}

// The user's name in "Basic ..."; empty where there is none.
std::string name_in(const std::string& authorization) {
  const auto space = authorization.find(' ');
  if (space == std::string::npos) return {};
  const std::string text = authorization.substr(space + 1);
  std::string decoded(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(decoded.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  const auto colon = decoded.find(':');
  return size < 0 || colon == std::string::npos ? std::string{} : decoded.substr(0, colon);
}

class UpdateNeedsNoCredentials final : public PlantedBug {
 public:
  explicit UpdateNeedsNoCredentials(const Ground& ground) : users_(ground.users) {}

  Answer serve(const Request& request) override {
    const bool anonymous = request.call.method == "PUT" && !request.call.header("Authorization");
    return anonymous ? served_for(request, administrator_of(users_)) : served(request);
  }

 private:
  const std::vector<User> users_;
};

class AnyPasswordWillDo final : public PlantedBug {
 public:
  explicit AnyPasswordWillDo(const Ground& ground) : users_(ground.users) {}

  Answer serve(const Request& request) override {
    const auto authorization = request.call.header("Authorization");
    if (!authorization) return served(request);
    const auto user =
        std::ranges::find(users_, name_in(std::string(*authorization)), &User::username);
    return user == users_.end() ? served(request) : served_for(request, *user);
  }

 private:
  const std::vector<User> users_;
};

Answer unauthenticated_answers_403(const Request& request) {
  auto answer = served(request);
  if (answer.status != 401) return answer;
  answer.headers.clear();
  return telling(std::move(answer),
                 error_answer(403, "insufficient_permissions", "You may not do this."));
}

class ViewersMayUpdate final : public PlantedBug {
 public:
  explicit ViewersMayUpdate(const Ground& ground) : users_(ground.users) {}

  Answer serve(const Request& request) override {
    auto answer = served(request);
    const bool lacks_update_cluster =
        request.call.method != "GET" && answer.error_code == "insufficient_permissions";
    return lacks_update_cluster ? served_for(request, administrator_of(users_)) : answer;
  }

 private:
  const std::vector<User> users_;
};

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

constexpr std::array<Bug, 5> kBugs{{
    {"update-needs-no-credentials", "PUT is served without an Authorization header",
     remembering<UpdateNeedsNoCredentials>},
    {"any-password-will-do", "only the user's name is checked", remembering<AnyPasswordWillDo>},
    {"unauthenticated-answers-403", "missing or wrong credentials are answered 403",
     serving<unauthenticated_answers_403>},
    {"viewers-may-update", "update_cluster is not asked for", remembering<ViewersMayUpdate>},
    {"viewers-may-not-read", "reading certificates is answered 403 for every role but admin",
     remembering<ViewersMayNotRead>},
}};

}  // namespace

std::span<const Bug> access_bugs() {
  return kBugs;
}

}  // namespace certdrill::simulator::bugs

// Who may: 401 without or with wrong credentials, and 403 for a role that may only look.
#include <fmt/format.h>

#include "conformance/cases/cases.h"
#include "conformance/run/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace authentication_cases {

HttpRequest as(const std::optional<Credentials>& credentials, HttpRequest request) {
  request.credentials = credentials;
  return request;
}

HttpRequest read_as(Trial& trial, const std::optional<Credentials>& credentials) {
  return as(credentials, trial.request("GET", path_of("get_certificates")));
}

HttpRequest delete_as(Trial& trial, const std::optional<Credentials>& credentials) {
  return as(credentials, trial.request("DELETE", path_of("delete_certificate", trial.name_text())));
}

void reading_needs_credentials(Trial& trial) {
  trial.password_user();
  trial.expect_status(trial.send(read_as(trial, std::nullopt)), {401},
                      "reading without credentials");
}

Credentials with_wrong_password(Trial& trial) {
  Credentials wrong = trial.password_user();
  wrong.password += "-wrong";
  return wrong;
}

void wrong_password(Trial& trial) {
  trial.expect_status(trial.send(read_as(trial, with_wrong_password(trial))), {401},
                      "reading with a wrong password");
}

void empty_password(Trial& trial) {
  const Credentials empty{trial.password_user().username, ""};
  trial.expect_status(trial.send(read_as(trial, empty)), {401}, "reading with an empty password");
}

void unknown_user(Trial& trial) {
  const Credentials nobody{"nobody@certdrill.invalid", trial.password_user().password};
  trial.expect_status(trial.send(read_as(trial, nobody)), {401},
                      "reading as a user that does not exist");
}

void malformed_header(Trial& trial) {
  trial.password_user();
  HttpRequest request = read_as(trial, std::nullopt);
  request.authorization = "Basic %%%";
  trial.expect_status(trial.send(request), {401, 400},
                      "an Authorization header that cannot be decoded");
}

// With a certificate that would be taken, so that a server that forgets to ask would show it.
void update_as(Trial& trial, const std::optional<Credentials>& credentials, int status,
               const std::string& what) {
  const Snapshot before = trial.with_valid_sibling();
  const TestCertificate other = trial.valid(1);
  const HttpRequest request = trial.request("PUT", path_of(trial.call()), other.body(trial.call()));
  trial.expect_status(trial.send(as(credentials, request), other.note()), {status}, what);
  trial.expect_unchanged(before, what);
}

void update_needs_credentials(Trial& trial) {
  trial.password_user();
  update_as(trial, std::nullopt, 401, "an update without credentials");
}

void update_with_wrong_password(Trial& trial) {
  update_as(trial, with_wrong_password(trial), 401, "an update with a wrong password");
}

void viewer_may_not_update(Trial& trial) {
  update_as(trial, trial.session().options.viewer(), 403,
            "an update by a user without update_cluster");
}

void viewer_sees_no_key(Trial& trial) {
  HttpRequest request =
      trial.request("PUT", path_of(trial.call()), trial.valid(1).body(trial.call()));
  request.credentials = trial.session().options.viewer();
  const HttpAnswer answer = trial.send(request, trial.valid(1).note());
  trial.expect_status(answer, {403}, "an update by a user without update_cluster");
  trial.expect(answer.body.find("PRIVATE KEY") == std::string::npos, "a 403 without a private key",
               "it holds one");
}

void viewer_may_not_rotate(Trial& trial) {
  const Installed before = trial.installed();
  trial.expect_status(
      trial.send(as(trial.session().options.viewer(), trial.request("POST", path_of("rotate")))),
      {403}, "rotating by a user without update_cluster");
  trial.expect_same(before, trial.installed(), "nothing is rotated");
}

// What a user may look at with view_cluster_info and the like; nobody else.
template <const auto& endpoint>
void needs_credentials(Trial& trial) {
  trial.password_user();
  trial.expect_status(trial.send(as(std::nullopt, trial.request("GET", path_of(endpoint)))), {401},
                      fmt::format("GET {} without credentials", path_of(endpoint)));
}
constexpr std::string_view kNodes = "nodes";
constexpr std::string_view kCluster = "cluster";
constexpr std::string_view kLogs = "logs";

void viewer_may_read(Trial& trial) {
  trial.expect_status(trial.send(read_as(trial, trial.session().options.viewer())), {200},
                      "reading as a user who may look");
}

void viewer_may_not_delete(Trial& trial) {
  const Snapshot before = trial.with_valid_sibling();
  trial.expect_status(trial.send(delete_as(trial, trial.session().options.viewer())), {403},
                      "a deletion by a user without update_cluster");
  trial.expect_unchanged(before, "the deletion by a user without update_cluster");
}

void delete_needs_credentials(Trial& trial) {
  trial.password_user();
  const Snapshot before = trial.with_valid_sibling();
  trial.expect_status(trial.send(delete_as(trial, std::nullopt)), {401},
                      "a deletion without credentials");
  trial.expect_unchanged(before, "the deletion without credentials");
}

}  // namespace authentication_cases

void add_authentication_cases(std::vector<Case>& into) {
  using namespace authentication_cases;
  const Needs viewer{.viewer = true};
  Needs viewer_deletes = changes_of(Subject::optional);
  viewer_deletes.viewer = true;
  Needs viewer_rotates = changes_of(contract::CertificateName::data_internode_encryption);
  viewer_rotates.viewer = true;
  add_cases(
      {{"read/401/no-credentials", "Reading the certificates needs credentials.",
        contract::kAuthentication, reading_needs_credentials},
       {"read/401/wrong-password", "A wrong password is refused.", contract::kAuthentication,
        wrong_password},
       {"read/401/empty-password", "An empty password is refused.", contract::kAuthentication,
        empty_password},
       {"read/401/unknown-user", "A user that does not exist is refused.",
        contract::kAuthentication, unknown_user},
       {"read/401/malformed-header", "An Authorization header that cannot be decoded is refused.",
        "401 when the credentials are wrong; an invalid header is 400.", malformed_header},
       {"nodes/401/no-credentials", "Reading the nodes needs credentials.",
        contract::kAuthentication, needs_credentials<kNodes>},
       {"cluster/401/no-credentials", "Reading the cluster needs credentials.",
        contract::kAuthentication, needs_credentials<kCluster>},
       {"logs/401/no-credentials", "Reading the event log needs credentials.",
        contract::kAuthentication, needs_credentials<kLogs>},
       {"rotate/403/viewer-may-not", "A user without update_cluster rotates nothing.",
        contract::kPermission, viewer_may_not_rotate, Level::must, viewer_rotates},
       {"read/200/viewer-may-read", "A user who may look reads the certificates.",
        contract::kViewing, viewer_may_read, Level::must, viewer},
       {"delete/401/no-credentials", "A deletion without credentials deletes nothing.",
        contract::kAuthentication, delete_needs_credentials, Level::must,
        changes_of(Subject::optional)},
       {"delete/403/viewer-may-not", "A user without update_cluster deletes nothing.",
        contract::kPermission, viewer_may_not_delete, Level::must, viewer_deletes}},
      into);

  Needs by_viewer = changes_of(Subject::any);
  by_viewer.viewer = true;
  add_for_both_calls(
      {{"401/no-credentials", "A valid update without credentials changes nothing.",
        contract::kAuthentication, update_needs_credentials},
       {"401/wrong-password", "A valid update with a wrong password changes nothing.",
        contract::kAuthentication, update_with_wrong_password},
       {"403/viewer-may-not-update",
        "A valid update by a user without update_cluster changes nothing.", contract::kPermission,
        viewer_may_not_update, Level::must, by_viewer},
       {"403/viewer-sees-no-key", "The 403 for a role holds no private key.", contract::kErrorBody,
        viewer_sees_no_key, Level::must, by_viewer}},
      into, changes_of(Subject::any));
}

}  // namespace certdrill::conformance

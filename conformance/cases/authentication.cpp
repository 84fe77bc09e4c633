// Who may: 401 without or with wrong credentials, and 403 for a role that may only look.
#include "conformance/cases/cases.h"
#include "conformance/settings.h"
#include "conformance/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace {

const std::string read_path = "/v1/cluster/certificates";

HttpRequest anonymous(std::string method, std::string path, std::string body = "") {
  HttpRequest request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.body = std::move(body);
  return request;
}

HttpRequest as_viewer(Trial& trial, std::string method, std::string path, std::string body = "") {
  HttpRequest request = anonymous(std::move(method), std::move(path), std::move(body));
  request.credentials = viewer_credentials(trial.session().options);
  return request;
}

// A user with a password; without one, a client certificate lets every request in.
Credentials own(Trial& trial) {
  if (!trial.session().cluster.credentials() || !trial.session().options.client_cert.empty()) {
    throw CaseStopped{Outcome::could_not_run,
                      "the client certificate authenticates every request; --username"};
  }
  return *trial.session().cluster.credentials();
}

void reading_needs_credentials(Trial& trial) {
  own(trial);
  trial.expect_status(trial.send(anonymous("GET", read_path)), {401},
                      "reading without credentials");
}

void wrong_password(Trial& trial) {
  HttpRequest request = anonymous("GET", read_path);
  request.credentials = own(trial);
  request.credentials->password += "-wrong";
  trial.expect_status(trial.send(request), {401}, "reading with a wrong password");
}

void empty_password(Trial& trial) {
  HttpRequest request = anonymous("GET", read_path);
  request.credentials = Credentials{own(trial).username, ""};
  trial.expect_status(trial.send(request), {401}, "reading with an empty password");
}

void unknown_user(Trial& trial) {
  HttpRequest request = anonymous("GET", read_path);
  request.credentials = Credentials{"nobody@certdrill.invalid", own(trial).password};
  trial.expect_status(trial.send(request), {401}, "reading as a user that does not exist");
}

void malformed_header(Trial& trial) {
  own(trial);
  HttpRequest request = anonymous("GET", read_path);
  request.authorization = "Basic %%%not-base64%%%";
  trial.expect_status(trial.send(request), {401, 400},
                      "an Authorization header that cannot be decoded");
}

// With a certificate that would be taken, so that a server that forgets to ask would show it.
void update_without(Trial& trial, const std::optional<Credentials>& credentials,
                    const std::string& what) {
  own(trial);
  const Snapshot before = trial.with_valid_sibling();
  const TestCertificate other = trial.valid(1);
  HttpRequest request =
      anonymous("PUT", std::string(std::string(contract::endpoint_of(trial.call()).path)),
                other.body(trial.call()));
  request.credentials = credentials;
  trial.expect_status(trial.send(request, other.note()), {401}, what);
  trial.expect_unchanged(before, what);
}

void update_needs_credentials(Trial& trial) {
  update_without(trial, std::nullopt, "an update without credentials");
}

void update_with_wrong_password(Trial& trial) {
  Credentials wrong = own(trial);
  wrong.password += "-wrong";
  update_without(trial, wrong, "an update with a wrong password");
}

void viewer_may_not_update(Trial& trial) {
  const Snapshot before = trial.with_valid_sibling();
  const TestCertificate other = trial.valid(1);
  const HttpAnswer answer = trial.send(
      as_viewer(trial, "PUT", std::string(std::string(contract::endpoint_of(trial.call()).path)),
                other.body(trial.call())),
      other.note());
  trial.expect_status(answer, {403}, "an update by a user without update_cluster");
  trial.expect_unchanged(before, "the update by a user without update_cluster");
}

void viewer_may_read(Trial& trial) {
  trial.expect_status(trial.send(as_viewer(trial, "GET", read_path)), {200},
                      "reading as a user who may look");
}

void viewer_may_not_delete(Trial& trial) {
  const Snapshot before = trial.with_valid_sibling();
  const HttpAnswer answer =
      trial.send(as_viewer(trial, "DELETE", read_path + "/" + trial.name_text()));
  trial.expect_status(answer, {403}, "a deletion by a user without update_cluster");
  trial.expect_unchanged(before, "the deletion by a user without update_cluster");
}

void delete_needs_credentials(Trial& trial) {
  own(trial);
  const Snapshot before = trial.with_valid_sibling();
  const HttpAnswer answer = trial.send(anonymous("DELETE", read_path + "/" + trial.name_text()));
  trial.expect_status(answer, {401}, "a deletion without credentials");
  trial.expect_unchanged(before, "the deletion without credentials");
}

}  // namespace

void add_authentication_cases(std::vector<Case>& into) {
  const auto add = [&](std::string id, std::string checks, std::string_view sentence, Needs needs,
                       void (*run)(Trial&)) {
    into.push_back({.id = std::move(id),
                    .checks = std::move(checks),
                    .contract = std::string(sentence),
                    .needs = needs,
                    .run = run});
  };
  add("read/401/no-credentials", "Reading the certificates needs credentials.",
      contract::kAuthentication, {}, reading_needs_credentials);
  add("read/401/wrong-password", "A wrong password is refused.", contract::kAuthentication, {},
      wrong_password);
  add("read/401/empty-password", "An empty password is refused.", contract::kAuthentication, {},
      empty_password);
  add("read/401/unknown-user", "A user that does not exist is refused.", contract::kAuthentication,
      {}, unknown_user);
  add("read/401/malformed-header", "An Authorization header that cannot be decoded is refused.",
      "401 when the credentials are wrong; an invalid header is 400.", {}, malformed_header);
  add("read/200/viewer-may-read", "A user who may look reads the certificates.", contract::kViewing,
      {.viewer = true}, viewer_may_read);
  add("delete/401/no-credentials", "A deletion without credentials deletes nothing.",
      contract::kAuthentication, changes_of(Subject::optional), delete_needs_credentials);
  Needs viewer_deletes = changes_of(Subject::optional);
  viewer_deletes.viewer = true;
  add("delete/403/viewer-may-not", "A user without update_cluster deletes nothing.",
      contract::kPermission, viewer_deletes, viewer_may_not_delete);

  Needs by_viewer = changes_of(Subject::any);
  by_viewer.viewer = true;
  add_for_both_calls(
      {{"401/no-credentials", Level::must, "A valid update without credentials changes nothing.",
        contract::kAuthentication, changes_of(Subject::any), update_needs_credentials},
       {"401/wrong-password", Level::must, "A valid update with a wrong password changes nothing.",
        contract::kAuthentication, changes_of(Subject::any), update_with_wrong_password},
       {"403/viewer-may-not-update", Level::must,
        "A valid update by a user without update_cluster changes nothing.", contract::kPermission,
        by_viewer, viewer_may_not_update}},
      into);
}

}  // namespace certdrill::conformance

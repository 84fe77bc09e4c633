// certdrill-rladmin: the one command of the vendor's command-line tool that replaces certificates, so
// that scripts which call `rladmin` can be rehearsed unchanged.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "certs/read/text.h"
#include "contract/nearest_name.h"
#include "rehearsal/rladmin/words.h"

namespace certdrill::rladmin {
namespace {

constexpr int kReplaced = 0;
constexpr int kNotReplaced = 1;
constexpr int kBadUse = 2;

constexpr auto kFooter =
    "Commands:\n"
    "  cluster certificate set NAME certificate_file FILE [key_file FILE]\n"
    "  cluster certificate set internal dpine_certificate_file FILE dpine_key_file FILE\n"
    "                                   cpine_certificate_file FILE cpine_key_file FILE\n"
    "\n"
    "The password is in --password-file or in CERTDRILL_PASSWORD.\n"
    "Exit codes: 0 replaced; 1 not replaced, standard error says why; 2 bad use.\n";

int say(int exit_code, const std::string& sentence) {
  fmt::print(stderr, "rladmin: {}\n", certs::without_keys(sentence));
  return exit_code;
}

std::string unknown_option(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::string name = word.substr(0, word.find('='));  // its value may be a secret
  return fmt::format("unknown option '{}'{}", name, contract::did_you_mean(name, known));
}

// The first line, as editors leave one behind.
bool read_password(const std::string& path, std::string& password) {
  std::ifstream file(path);
  std::getline(file, password);
  if (password.ends_with('\r')) password.pop_back();
  return !password.empty();
}

int run(int argc, const char* const* argv) {
  CLI::App app("Replaces certificates of a cluster by its REST API, as the vendor's rladmin does.");
  app.footer(kFooter);
  Connection connection;
  std::string password_file;
  app.add_option("--url", connection.url, "REST address of a node: https://HOST:PORT")
      ->envname("CERTDRILL_URL");
  app.add_option("--username", connection.username, "Who may update")
      ->envname("CERTDRILL_USERNAME");
  app.add_option("--password-file", password_file, "A file whose first line is the password");
  app.add_option("--ca", connection.ca_file, "PEM file that the REST certificate verifies with")
      ->envname("CERTDRILL_CA");
  app.add_option("--verify-as", connection.verify_as,
                 "The name that the REST certificate must carry; default: the host of --url");
  app.allow_extras();
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return kReplaced;
  } catch (const CLI::ParseError& error) {
    return say(kBadUse, error.what());
  }
  const std::vector<std::string> words = app.remaining();
  for (const auto& word : words) {
    if (word.starts_with("-")) return say(kBadUse, unknown_option(app, word));
  }
  const auto replacements = read_words(words);
  if (!replacements) return say(kBadUse, replacements.error());
  if (connection.url.empty() || connection.username.empty())
    return say(kBadUse,
               "--url and --username (or CERTDRILL_URL and CERTDRILL_USERNAME) are needed");
  if (const char* password = std::getenv("CERTDRILL_PASSWORD"); password != nullptr)
    connection.password = password;
  if (!password_file.empty() && !read_password(password_file, connection.password))
    return say(kBadUse, fmt::format("the first line of {} is no password: it is empty, or the file "
                                    "cannot be read",
                                    password_file));

  if (const auto done = replace(connection, *replacements); !done)
    return say(kNotReplaced, done.error());
  for (const auto& each : *replacements)
    fmt::print("Set {} certificate to contents of file {}\n", each.name, each.certificate_file);
  return kReplaced;
}

}  // namespace
}  // namespace certdrill::rladmin

int main(int argc, char** argv) { return certdrill::rladmin::run(argc, argv); }

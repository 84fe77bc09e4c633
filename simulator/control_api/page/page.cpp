// GET /: the page that shows the cluster and drives it, by the control API alone.
//
// page.html is all of it. Its policy names its one script and its one style by their digests:
// nothing else runs, whatever a certificate's subject or a fault's name may hold.
#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "simulator/control_api/control_api.h"

namespace certdrill::simulator {

std::string_view room_page();  // the file page.html

namespace {

// "'sha256-...'" of what stands between the first <tag> and its </tag>. REQUIRES: they are there.
std::string source_of(std::string_view page, std::string_view tag) {
  const auto opening = fmt::format("<{}>", tag);
  const auto begin = page.find(opening) + opening.size();
  const auto text = page.substr(begin, page.find(fmt::format("</{}>", tag), begin) - begin);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, (SHA256_DIGEST_LENGTH + 2) / 3 * 4 + 1> base64;
  EVP_EncodeBlock(base64.data(), digest.data(), SHA256_DIGEST_LENGTH);
  return fmt::format("'sha256-{}'", reinterpret_cast<const char*>(base64.data()));
}

const std::string& page_policy() {
  static const std::string policy = fmt::format(
      "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; img-src data:; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      source_of(room_page(), "script"), source_of(room_page(), "style"));
  return policy;
}

Answer get_page(Engine& /*engine*/, const Call& /*call*/, std::string_view /*parameter*/) {
  return {.body = std::string(room_page()),
          .headers = {{"Content-Security-Policy", page_policy()},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"}},
          .content_type = "text/html; charset=utf-8"};
}

constexpr std::array kPageRoutes{
    ControlRoute{.method = "GET",
                 .path = "/",
                 .body = BodyRule::none,
                 .handler = get_page,
                 .doc = doc("The page for a browser; it holds nothing secret, so it needs no token",
                            answers(200, "The page", "", "text/html")),
                 .open = true},
};

}  // namespace

std::span<const ControlRoute> page_routes() { return kPageRoutes; }

}  // namespace certdrill::simulator

#include "tests/differential/openssl_verify.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include "certs/read/openssl.h"
#include "tests/support/temporary_folder.h"

namespace certdrill::differential {
namespace {

using certs::Certificate;
using Chain = std::vector<Certificate>;

// The last of those that are there for the first time.
const Certificate& anchor_of(const Chain& chain) {
  std::size_t anchor = 0;
  for (std::size_t i = 1; i < chain.size(); ++i)
    if (std::none_of(chain.begin(), chain.begin() + static_cast<std::ptrdiff_t>(i),
                     [&](const Certificate& earlier) {
                       return X509_cmp(earlier.x509(), chain[i].x509()) == 0;
                     }))
      anchor = i;
  return chain[anchor];
}

int remember(int ok, X509_STORE_CTX* context) {
  if (ok == 1) return 1;
  auto* errors = static_cast<std::vector<OpensslError>*>(X509_STORE_CTX_get_app_data(context));
  const int depth = X509_STORE_CTX_get_error_depth(context);
  const int length = sk_X509_num(X509_STORE_CTX_get0_chain(context));
  errors->push_back({X509_STORE_CTX_get_error(context), depth, depth > 0 && depth + 1 == length});
  return 1;
}

void verify(const Chain& chain, certs::Instant now, unsigned long flags, int purpose,
            std::vector<OpensslError>& errors) {
  const certs::OpensslErrorScope scope;
  const std::unique_ptr<X509_STORE, certs::Freer<X509_STORE_free>> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), anchor_of(chain).x509());
  const auto free_stack = [](STACK_OF(X509) * stack) { sk_X509_free(stack); };
  const std::unique_ptr<STACK_OF(X509), decltype(free_stack)> others(sk_X509_new_null());
  for (const Certificate& one : chain) sk_X509_push(others.get(), one.x509());
  const std::unique_ptr<X509_STORE_CTX, certs::Freer<X509_STORE_CTX_free>> context(
      X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), chain.front().x509(), others.get());
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters, now.time_since_epoch().count());
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | flags);
  if (purpose != 0) X509_VERIFY_PARAM_set_purpose(parameters, purpose);
  X509_STORE_CTX_set_app_data(context.get(), &errors);
  X509_STORE_CTX_set_verify_cb(context.get(), remember);
  if (X509_verify_cert(context.get()) != 1 && errors.empty())
    errors.push_back({X509_STORE_CTX_get_error(context.get()), 0, false});
}

}  // namespace

std::vector<OpensslError> openssl_verify(const Chain& chain, certs::Instant now, bool strict) {
  std::vector<OpensslError> errors;
  if (!strict) {
    verify(chain, now, 0, 0, errors);
    return errors;
  }
  for (const int purpose : {X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT})
    verify(chain, now, X509_V_FLAG_X509_STRICT, purpose, errors);
  return errors;
}

bool openssl_command_verifies(const Chain& chain, certs::Instant now, bool strict) {
  const support::TemporaryFolder folder;
  std::string all;
  for (const Certificate& one : chain) all += one.pem();
  support::write_all(folder.path() / "leaf.pem", chain.front().pem());
  support::write_all(folder.path() / "chain.pem", all);
  support::write_all(folder.path() / "anchor.pem", anchor_of(chain).pem());
  const auto runs = [&](const std::string& options) {
    const std::string command = fmt::format(
        "cd {} && openssl verify -partial_chain -no-CApath -no-CAstore -attime {} {} -CAfile "
        "anchor.pem -untrusted chain.pem leaf.pem >/dev/null 2>&1",
        folder.path().string(), now.time_since_epoch().count(), options);
    return std::system(command.c_str()) == 0;
  };
  if (!strict) return runs("");
  return runs("-x509_strict -purpose sslserver") && runs("-x509_strict -purpose sslclient");
}

}  // namespace certdrill::differential

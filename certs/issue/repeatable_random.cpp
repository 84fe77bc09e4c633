// RAND_set_rand_method() is deprecated in favour of providers, which are set for a whole process or
// library context; nothing else lets one thread draw from another source than the next.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#include "certs/issue/repeatable_random.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>

#include <openssl/rand.h>

namespace certdrill::certs {
namespace {

// Of this thread; null outside of any scope.
thread_local RepeatableRandom* current_scope = nullptr;

int report_ready() { return 1; }

// The method is OpenSSL's for the rest of the process, since others draw while a scope begins or
// ends. At exit OpenSSL's own comes back, before OpenSSL cleans up after itself.
void install_once(int (*draw)(unsigned char*, int)) {
  static std::once_flag once;
  std::call_once(once, [draw] {
    static RAND_METHOD method{};
    method.bytes = draw;
    method.pseudorand = draw;
    method.status = report_ready;
    RAND_poll();  // OpenSSL registers its cleaning up before we do
    RAND_set_rand_method(&method);
    std::atexit([] { RAND_set_rand_method(RAND_OpenSSL()); });
  });
}

}  // namespace

RepeatableRandom::RepeatableRandom(std::uint64_t seed, std::string_view label)
    : stream_(EVP_CIPHER_CTX_new()), outer_(current_scope) {
  std::string material;
  for (int shift = 56; shift >= 0; shift -= 8) material.push_back(static_cast<char>(seed >> shift));
  material.append(label);
  std::array<unsigned char, EVP_MAX_MD_SIZE> key{};
  const std::array<unsigned char, 16> counter{};
  require(EVP_Digest(material.data(), material.size(), key.data(), nullptr, EVP_sha256(),
                     nullptr) == 1 &&
              EVP_EncryptInit_ex2(stream_.get(), EVP_aes_256_ctr(), key.data(), counter.data(),
                                  nullptr) == 1,
          "start a stream of random numbers from a seed");
  install_once(draw);
  current_scope = this;
}

RepeatableRandom::~RepeatableRandom() { current_scope = outer_; }

int RepeatableRandom::draw(unsigned char* bytes, int count) {
  if (current_scope == nullptr) return RAND_OpenSSL()->bytes(bytes, count);
  std::memset(bytes, 0, static_cast<std::size_t>(count));
  int written = 0;
  return EVP_EncryptUpdate(current_scope->stream_.get(), bytes, &written, bytes, count);
}

}  // namespace certdrill::certs

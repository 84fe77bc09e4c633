#include "certs/issue/seeded_stream.h"

#include <array>

#include "certs/read/openssl_require.h"

namespace certdrill::certs {

SeededStream::SeededStream(std::uint64_t seed, std::string_view purpose, std::string_view label)
    : cipher_(EVP_CIPHER_CTX_new()) {
  std::string material;
  for (int shift = 56; shift >= 0; shift -= 8) material.push_back(static_cast<char>(seed >> shift));
  material.append(purpose).push_back('\0');
  material.append(label);
  std::array<unsigned char, EVP_MAX_MD_SIZE> key{};
  const std::array<unsigned char, 16> counter{};
  require(EVP_Digest(material.data(), material.size(), key.data(), nullptr, EVP_sha256(),
                     nullptr) == 1 &&
              EVP_EncryptInit_ex2(cipher_.get(), EVP_aes_256_ctr(), key.data(), counter.data(),
                                  nullptr) == 1,
          "start a stream from a seed");
}

std::string SeededStream::bytes(std::size_t count) {
  std::string buffer(count, '\0');
  auto* data = reinterpret_cast<unsigned char*>(buffer.data());
  int written = 0;
  require(EVP_EncryptUpdate(cipher_.get(), data, &written, data, static_cast<int>(count)) == 1,
          "take bytes from a stream");
  return buffer;
}

BignumHandle SeededStream::number(int bits) {
  const int size = (bits + 7) / 8;
  const std::string data = bytes(static_cast<std::size_t>(size));
  BignumHandle number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(data.data()), size, nullptr));
  require(number && BN_rshift(number.get(), number.get(), size * 8 - bits) == 1,
          "take a number from a stream");
  return number;
}

BignumHandle SeededStream::number_below(const BIGNUM* limit) {
  for (;;) {
    BignumHandle candidate = number(BN_num_bits(limit));
    if (!BN_is_zero(candidate.get()) && BN_cmp(candidate.get(), limit) < 0) return candidate;
  }
}

}  // namespace certdrill::certs

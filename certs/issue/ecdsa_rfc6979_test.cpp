// The vectors are those of RFC 6979, A.2.5 (P-256) and A.2.6 (P-384).
#include "certs/issue/ecdsa_rfc6979.h"

#include <array>
#include <ostream>

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>

#include "certs/issue/issue.h"
#include "certs/issue/key_from_numbers.h"

namespace certdrill::certs {
namespace {

struct Vector {
  const char* name;
  const char* curve;
  const char* x;
  const char* public_x;
  const char* public_y;
  const char* digest;
  std::string_view message;
  const char* k;
  const char* r;
  const char* s;
};

void PrintTo(const Vector& vector, std::ostream* out) {
  *out << vector.name;
}

BignumHandle hex(const char* digits) {
  BIGNUM* number = nullptr;
  EXPECT_GT(BN_hex2bn(&number, digits), 0);
  return BignumHandle(number);
}

std::string to_hex(const BIGNUM* number) {
  char* text = BN_bn2hex(number);
  std::string result(text);
  OPENSSL_free(text);
  return result;
}

std::string digest_of(std::string_view message, const EVP_MD* md) {
  std::array<char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(message.data(), message.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
             md, nullptr);
  return {digest.data(), size};
}

constexpr const char* p256_x = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
constexpr const char* p256_ux = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6";
constexpr const char* p256_uy = "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299";
constexpr const char* p384_x =
    "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D8"
    "96D5724E4C70A825F872C9EA60D2EDF5";
constexpr const char* p384_ux =
    "EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64"
    "DEF8F0EA9055866064A254515480BC13";
constexpr const char* p384_uy =
    "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1"
    "288B231C3AE0D4FE7344FD2533264720";

constexpr Vector vectors[] = {
    {"p256_sha256_sample", "P-256", p256_x, p256_ux, p256_uy, "SHA256", "sample",
     "A6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60",
     "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
     "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"},
    {"p256_sha256_test", "P-256", p256_x, p256_ux, p256_uy, "SHA256", "test",
     "D16B6AE827F17175E040871A1C7EC3500192C4C92677336EC2537ACAEE0008E0",
     "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
     "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"},
    {"p256_sha1_sample", "P-256", p256_x, p256_ux, p256_uy, "SHA1", "sample",
     "882905F1227FD620FBF2ABF21244F0BA83D0DC3A9103DBBEE43A1FB858109DB4",
     "61340C88C3AAEBEB4F6D667F672CA9759A6CCAA9FA8811313039EE4A35471D32",
     "6D7F147DAC089441BB2E2FE8F7A3FA264B9C475098FDCF6E00D7C996E1B8B7EB"},
    {"p256_sha512_sample", "P-256", p256_x, p256_ux, p256_uy, "SHA512", "sample",
     "5FA81C63109BADB88C1F367B47DA606DA28CAD69AA22C4FE6AD7DF73A7173AA5",
     "8496A60B5E9B47C825488827E0495B0E3FA109EC4568FD3F8D1097678EB97F00",
     "2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE"},
    {"p384_sha384_sample", "P-384", p384_x, p384_ux, p384_uy, "SHA384", "sample",
     "94ED910D1A099DAD3254E9242AE85ABDE4BA15168EAF0CA87A555FD56D10FBCA2907E3E83BA95368623B8C4686915"
     "CF9",
     "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FAB"
     "E46",
     "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628"
     "AC8"},
};

class Rfc6979 : public testing::TestWithParam<Vector> {};

TEST_P(Rfc6979, MatchesTheVector) {
  const Vector& vector = GetParam();
  const EVP_MD* md = EVP_get_digestbyname(vector.digest);
  ASSERT_NE(md, nullptr);
  const std::string digest = digest_of(vector.message, md);
  const BignumHandle x = hex(vector.x);
  const std::string point_hex = std::string("04") + vector.public_x + vector.public_y;
  const BignumHandle point_number = hex(point_hex.c_str());
  std::string point(point_hex.size() / 2, '\0');
  BN_bn2bin(point_number.get(), reinterpret_cast<unsigned char*>(point.data()));
  const KeyHandle key = key_from_numbers(
      "EC", EVP_PKEY_KEYPAIR, {{OSSL_PKEY_PARAM_PRIV_KEY, x.get()}}, vector.curve, point);
  BIGNUM* order = nullptr;
  ASSERT_EQ(EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_EC_ORDER, &order), 1);
  const BignumHandle order_handle(order);
  EXPECT_EQ(to_hex(rfc6979_nonce(order, x.get(), digest, md).get()), vector.k);

  const std::string der = sign_ecdsa_rfc6979(key.get(), digest, md);
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &data, static_cast<long>(der.size()));
  ASSERT_NE(signature, nullptr);
  EXPECT_EQ(to_hex(ECDSA_SIG_get0_r(signature)), vector.r);
  EXPECT_EQ(to_hex(ECDSA_SIG_get0_s(signature)), vector.s);
  ECDSA_SIG_free(signature);

  const KeyContextHandle verifier(EVP_PKEY_CTX_new(key.get(), nullptr));
  ASSERT_EQ(EVP_PKEY_verify_init(verifier.get()), 1);
  EXPECT_EQ(EVP_PKEY_verify(verifier.get(), reinterpret_cast<const unsigned char*>(der.data()),
                            der.size(), reinterpret_cast<const unsigned char*>(digest.data()),
                            digest.size()),
            1);
}

INSTANTIATE_TEST_SUITE_P(AppendixA2, Rfc6979, testing::ValuesIn(vectors),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace certdrill::certs

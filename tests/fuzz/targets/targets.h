// The functions of the targets, each in the file named like it, and their dictionaries.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace certdrill::fuzz {

void run_bundle(std::string_view input);
std::vector<std::string> bundle_seeds();
void run_certificate(std::string_view input);
std::vector<std::string> certificate_seeds();
void run_bodies(std::string_view input);
std::vector<std::string> bodies_seeds();
void run_control(std::string_view input);
std::vector<std::string> control_seeds();
void run_http(std::string_view input);
std::vector<std::string> http_seeds();
void run_redis(std::string_view input);
std::vector<std::string> redis_seeds();
void run_tls(std::string_view input);
std::vector<std::string> tls_seeds();
void run_hostile(std::string_view input);
std::vector<std::string> hostile_seeds();
void run_hostile_wire(std::string_view input);
std::vector<std::string> hostile_wire_seeds();
void run_journal(std::string_view input);
std::vector<std::string> journal_seeds();
void run_manifest(std::string_view input);
std::vector<std::string> manifest_seeds();
void run_config(std::string_view input);
std::vector<std::string> config_seeds();

using Words = std::string_view;

inline constexpr std::array kPemWords{Words("-----BEGIN CERTIFICATE-----\n"),
                                      Words("-----END CERTIFICATE-----\n"),
                                      Words("-----BEGIN PRIVATE KEY-----\n"),
                                      Words("-----END PRIVATE KEY-----\n"),
                                      Words("RSA "),
                                      Words("EC "),
                                      Words("ENCRYPTED "),
                                      Words("TRUSTED "),
                                      Words("X509 "),
                                      Words("PARAMETERS"),
                                      Words("Proc-Type: 4,ENCRYPTED\n"),
                                      Words("DEK-Info: AES-256-CBC,00\n\n"),
                                      Words("-----"),
                                      Words("\r\n"),
                                      Words("\xEF\xBB\xBF"),
                                      Words("=="),
                                      Words(std::string_view("\0", 1))};

inline constexpr std::array kRestWords{Words("\"name\""),
                                       Words("\"certificate\""),
                                       Words("\"key\""),
                                       Words("\"certificates\""),
                                       Words("\"proxy\""),
                                       Words("\"mtls_trusted_ca\""),
                                       Words("\"data_internode_encryption\""),
                                       Words("\\n"),
                                       Words("\\u0000"),
                                       Words("\\ud800"),
                                       Words("null"),
                                       Words("true"),
                                       Words("1e999"),
                                       Words("-----BEGIN CERTIFICATE-----"),
                                       Words("-----END CERTIFICATE-----"),
                                       Words("[]"),
                                       Words("{}"),
                                       Words("\"error_code\""),
                                       Words("\"description\""),
                                       Words("\"uid\""),
                                       Words("\"addr\""),
                                       Words("\"nodes\""),
                                       Words("\"rest\""),
                                       Words("https://"),
                                       Words("_cert"),
                                       Words("_key")};

inline constexpr std::array kControlWords{Words("/sim/v1/"),
                                          Words("GET "),
                                          Words("PUT "),
                                          Words("POST "),
                                          Words("DELETE "),
                                          Words("\"kind\""),
                                          Words("\"match\""),
                                          Words("\"nodes\""),
                                          Words("\"name\""),
                                          Words("\"times\""),
                                          Words("\"after\""),
                                          Words("\"every\""),
                                          Words("\"ttl_ms\""),
                                          Words("\"probability\""),
                                          Words("\"seed\""),
                                          Words("\"endpoint\""),
                                          Words("\"submitted\""),
                                          Words("\"status\""),
                                          Words("\"mode\""),
                                          Words("\"certificate\""),
                                          Words("\"now\""),
                                          Words("\"set\""),
                                          Words("\"advance\""),
                                          Words("9999-12-31T23:59:59Z"),
                                          Words("9223372036854775807"),
                                          Words("-1"),
                                          Words("1e308"),
                                          Words("null"),
                                          Words("\"certificates\""),
                                          Words("\"store\""),
                                          Words("\"held\""),
                                          Words("\"presented\""),
                                          Words("\\u0000"),
                                          Words("?include_keys=true")};

inline constexpr std::array kHttpWords{Words("\r\n"),
                                       Words("\r\n\r\n"),
                                       Words("HTTP/1.1"),
                                       Words("HTTP/1.0"),
                                       Words("Host: a\r\n"),
                                       Words("Content-Length: "),
                                       Words("Transfer-Encoding: chunked\r\n"),
                                       Words("0\r\n\r\n"),
                                       Words("Connection: close\r\n"),
                                       Words("Connection: keep-alive\r\n"),
                                       Words("Expect: 100-continue\r\n"),
                                       Words("Authorization: Basic YTphZG1pbg==\r\n"),
                                       Words("Content-Type: application/json\r\n"),
                                       Words("x-api-version: 2\r\n"),
                                       Words("OPTIONS * "),
                                       Words("GET "),
                                       Words("PUT "),
                                       Words("HEAD "),
                                       Words("%00"),
                                       Words("%"),
                                       Words("?"),
                                       Words("Location: "),
                                       Words("Date: "),
                                       Words("Allow: PUT\r\n"),
                                       Words("Set-Cookie: a=b\r\n"),
                                       Words("Content-Encoding: gzip\r\n"),
                                       Words("\x1E")};

inline constexpr std::array kRedisWords{Words("*1\r\n"),
                                        Words("$4\r\n"),
                                        Words("PING"),
                                        Words("HELLO"),
                                        Words("AUTH"),
                                        Words("CLIENT"),
                                        Words("SETNAME"),
                                        Words("SELECT"),
                                        Words("INFO"),
                                        Words("COMMAND"),
                                        Words("ECHO"),
                                        Words("RESET"),
                                        Words("QUIT"),
                                        Words("\r\n"),
                                        Words("$-1\r\n"),
                                        Words("*-1\r\n"),
                                        Words("*2147483647\r\n"),
                                        Words("$9223372036854775807\r\n")};

inline constexpr std::array kConfigWords{Words("--fault="),
                                         Words("--drill="),
                                         Words("--nodes="),
                                         Words("--down="),
                                         Words("--now="),
                                         Words("--cluster-name="),
                                         Words("--username="),
                                         Words("--config"),
                                         Words("kind="),
                                         Words("match="),
                                         Words("nodes=2+3"),
                                         Words("times="),
                                         Words("seed="),
                                         Words("probability="),
                                         Words("submitted="),
                                         Words("\"fault\""),
                                         Words("\"down\""),
                                         Words("\"include-keys\""),
                                         Words("9999-12-31T23:59:59Z"),
                                         Words("-9223372036854775808"),
                                         Words("1e400"),
                                         Words("[["),
                                         Words("]]"),
                                         Words("'''"),
                                         Words("\"\"\""),
                                         Words("null"),
                                         Words(","),
                                         Words("+")};

}  // namespace certdrill::fuzz

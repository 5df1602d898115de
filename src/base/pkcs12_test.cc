// SPDX-License-Identifier: Apache-2.0
#include "base/pkcs12.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <cstdio>
#include <string>

#include "base/file.h"

namespace tidemark {
namespace {

using testing::HasSubstr;
using testing::Not;

X509* self_signed(EVP_PKEY* key) {
  X509* const certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, key, EVP_sha256());
  return certificate;
}

// A store with a certificate and, if wanted, its key, under `password`.
std::string store(const std::string& name, const char* password, bool with_key) {
  const std::string path = testing::TempDir() + name;
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = self_signed(key);
  STACK_OF(X509)* const others = sk_X509_new_null();
  if (!with_key) sk_X509_push(others, certificate);
  PKCS12* const made = PKCS12_create(password, "test", with_key ? key : nullptr,
                                     with_key ? certificate : nullptr, others, 0, 0, 0, 0, 0);
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  i2d_PKCS12_fp(file, made);
  std::fclose(file);
  PKCS12_free(made);
  sk_X509_free(others);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return path;
}

std::string content(const Result<std::string>& path) {
  EXPECT_TRUE(path) << path.error().text();
  const auto text = read_file(*path, 1U << 20U);
  EXPECT_TRUE(text && *text);
  return text && *text ? **text : std::string();
}

TEST(Pkcs12, GivesCertificateAndKeyAsPem) {
  const std::string pem = content(pem_of_pkcs12(store("key.p12", "secret", true), "secret"));
  EXPECT_THAT(pem, HasSubstr("-----BEGIN CERTIFICATE-----"));
  EXPECT_THAT(pem, HasSubstr("-----BEGIN PRIVATE KEY-----"));
}

TEST(Pkcs12, GivesTheCertificatesOfATrustStore) {
  const std::string pem = content(pem_of_pkcs12(store("trust.p12", "secret", false), "secret"));
  EXPECT_THAT(pem, HasSubstr("-----BEGIN CERTIFICATE-----"));
  EXPECT_THAT(pem, Not(HasSubstr("PRIVATE KEY")));
}

TEST(Pkcs12, SaysThatThePasswordIsWrongWithoutSayingIt) {
  const auto wrong = pem_of_pkcs12(store("wrong.p12", "secret", true), "hunter2");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind(), ErrorKind::kRejected);
  EXPECT_THAT(wrong.error().text(), HasSubstr("wrong.p12 cannot be opened with the password"));
  EXPECT_THAT(wrong.error().text(), Not(HasSubstr("hunter2")));
}

TEST(Pkcs12, RefusesOtherFiles) {
  EXPECT_THAT(pem_of_pkcs12("/nonexistent.p12", "").error().text(), HasSubstr("does not exist"));
  EXPECT_THAT(pem_of_pkcs12("/etc/passwd", "").error().text(), HasSubstr("no PKCS#12 file"));
}

}  // namespace
}  // namespace tidemark

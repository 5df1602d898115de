// SPDX-License-Identifier: Apache-2.0
#include "base/pkcs12.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>

#include "base/c_handle.h"
#include "base/file.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kStoreBytesMax = 16U << 20U;

void free_certificates(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }

using Store = CHandle<PKCS12, PKCS12_free>;
using Key = CHandle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = CHandle<X509, X509_free>;
using Certificates = CHandle<STACK_OF(X509), free_certificates>;
using Provider = CHandle<OSSL_PROVIDER, OSSL_PROVIDER_unload>;
using Memory = CHandle<BIO, BIO_free_all>;

struct Content {
  Key key;
  Certificate own;  // the one that belongs to the key
  Certificates others;
};

bool parse(PKCS12* store, const char* password, Content& out) {
  EVP_PKEY* key = nullptr;
  X509* own = nullptr;
  STACK_OF(X509)* others = nullptr;
  const bool done = PKCS12_parse(store, password, &key, &own, &others) == 1;
  out.key.reset(key);
  out.own.reset(own);
  out.others.reset(others);
  ERR_clear_error();
  return done;
}

// Stores from before Java 16 and OpenSSL 3 are locked with RC2, which only the legacy provider knows.
void load_old_ciphers() {
  static const Provider standard(OSSL_PROVIDER_load(nullptr, "default"));
  static const Provider legacy(OSSL_PROVIDER_load(nullptr, "legacy"));
  ERR_clear_error();
}

Result<Content> open(const std::string& path, const std::string& password) {
  const auto bytes = TRY(read_file(path, kStoreBytesMax));
  if (!bytes)
    return fail(ErrorKind::kRejected, fmt::format("{} does not exist", path), "name a file");
  const Memory source(BIO_new_mem_buf(bytes->data(), static_cast<int>(bytes->size())));
  const Store store(d2i_PKCS12_bio(source.get(), nullptr));
  ERR_clear_error();
  if (!store)
    return fail(ErrorKind::kRejected, fmt::format("{} is no PKCS#12 file", path),
                "give a PKCS#12 or a PEM file");
  Content out;
  if (parse(store.get(), password.c_str(), out)) return out;
  load_old_ciphers();
  if (parse(store.get(), password.c_str(), out)) return out;
  return fail(
      ErrorKind::kRejected,
      fmt::format("{} cannot be opened with the password that is configured", path),
      fmt::format("set the store's password; `openssl pkcs12 -in {} -info` tries it", path));
}

std::string pem_text(const Content& content) {
  const Memory out(BIO_new(BIO_s_mem()));
  if (content.own) PEM_write_bio_X509(out.get(), content.own.get());
  for (int i = 0; i < sk_X509_num(content.others.get()); ++i)
    PEM_write_bio_X509(out.get(), sk_X509_value(content.others.get(), i));
  if (content.key)
    PEM_write_bio_PrivateKey(out.get(), content.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

Result<std::string> pem_of_pkcs12(const std::string& path, const std::string& password) {
  const Content content = TRY(open(path, password));
  UniqueFd fd(::memfd_create("pem", 0));
  if (!fd.valid()) return std::unexpected(storage_error("keep in memory", path, errno));
  const WriteOutcome outcome = write_all(fd.get(), pem_text(content));
  if (outcome.error_number != 0)
    return std::unexpected(storage_error("keep in memory", path, outcome.error_number));
  return fmt::format("/proc/self/fd/{}", fd.release());
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "encode/text_hash.h"

#include <openssl/evp.h>

#include <array>
#include <utility>

#include "base/ascii.h"
#include "base/assert.h"
#include "base/c_handle.h"
#include "base/hex.h"
#include "base/utf8.h"

namespace tidemark {
namespace {

struct Algorithm {
  std::string_view java;
  const char* openssl;
};
constexpr auto kAlgorithms = std::to_array<Algorithm>({{"MD5", "MD5"},
                                                       {"SHA", "SHA1"},
                                                       {"SHA1", "SHA1"},
                                                       {"SHA-1", "SHA1"},
                                                       {"SHA-224", "SHA224"},
                                                       {"SHA-256", "SHA256"},
                                                       {"SHA-384", "SHA384"},
                                                       {"SHA-512", "SHA512"},
                                                       {"SHA-512/224", "SHA512-224"},
                                                       {"SHA-512/256", "SHA512-256"},
                                                       {"SHA3-224", "SHA3-224"},
                                                       {"SHA3-256", "SHA3-256"},
                                                       {"SHA3-384", "SHA3-384"},
                                                       {"SHA3-512", "SHA3-512"}});
constexpr std::string_view kAccepted =
    "MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512, SHA-512/224, SHA-512/256, SHA3-224, SHA3-256, "
    "SHA3-384 or SHA3-512";

// java.io.ObjectStreamConstants.
constexpr std::string_view kStreamHeader("\xAC\xED\x00\x05", 4);
constexpr char kString = 0x74;  // u16 size
constexpr char kLongString = 0x7C;  // u64 size
constexpr std::size_t kStringSizeMax = 0xFFFF;

void append_be(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
  }
}

// One for each thread: making one allocates.
EVP_MD_CTX* context() {
  thread_local const CHandle<EVP_MD_CTX, EVP_MD_CTX_free> mine(EVP_MD_CTX_new());
  ASSERT(mine != nullptr, "out of memory");
  return mine.get();
}

}  // namespace

void append_java_serialised(std::string& out, std::string_view text) {
  out += kStreamHeader;
  const std::size_t type_at = out.size();
  out += kString;
  out.append(2, '\0');
  const std::size_t at = out.size();
  append_modified_utf8(out, text);
  const std::size_t size = out.size() - at;
  std::string length;
  if (size <= kStringSizeMax) {
    append_be(length, size, 2);
  } else {
    out[type_at] = kLongString;
    append_be(length, size, 8);
  }
  out.replace(type_at + 1, 2, length);
}

Result<TextHash> TextHash::make(std::string_view algorithm, std::string salt, Form form) {
  const std::string wanted = upper(algorithm);
  for (const auto& [java, openssl] : kAlgorithms) {
    if (java != wanted) continue;
    const EVP_MD* const digest = EVP_get_digestbyname(openssl);
    std::array<unsigned char, EVP_MAX_MD_SIZE> trial{};
    if (digest == nullptr || EVP_Digest("", 0, trial.data(), nullptr, digest, nullptr) != 1) {
      return fail(ErrorKind::kUnsupported,
                  "the cryptographic library does not offer " + std::string(algorithm),
                  "choose another algorithm, such as SHA-256");
    }
    const auto size = 2 * static_cast<std::size_t>(EVP_MD_get_size(digest));
    return TextHash(digest, size, std::move(salt), form);
  }
  return fail(ErrorKind::kRejected, "unknown hash algorithm " + std::string(algorithm),
              "one of " + std::string(kAccepted));
}

char* TextHash::write(char* out, std::string_view text) const {
  thread_local std::string serialised;
  if (form_ == Form::kJavaSerialised) {
    serialised.clear();
    append_java_serialised(serialised, text);
    text = serialised;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_MD_CTX* const state = context();
  const bool done = EVP_DigestInit_ex(state, digest_, nullptr) == 1 &&
                    EVP_DigestUpdate(state, salt_.data(), salt_.size()) == 1 &&
                    EVP_DigestUpdate(state, text.data(), text.size()) == 1 &&
                    EVP_DigestFinal_ex(state, digest.data(), &size) == 1;
  ASSERT(done && 2 * size == size_, "a digest that worked at the start fails");
  return write_hex(out, {reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace tidemark

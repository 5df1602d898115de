// SPDX-License-Identifier: Apache-2.0
// Salted digests of texts as lower-case hex, for column.mask.hash.*.
// Source:  Debezium, MaskStrings: digest(salt, value), where v2 takes the text's UTF-8 bytes and v1
//          the bytes of java.io.ObjectOutputStream.writeObject(String)
// Thread:  immutable; any thread
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

struct evp_md_st;  // OpenSSL's EVP_MD

namespace tidemark {

class TextHash {
 public:
  enum class Form { kJavaSerialised, kPlain };

  // `algorithm` as java.security.MessageDigest names it, in any case: MD5, SHA-1, SHA-224, SHA-256,
  // SHA-384, SHA-512, SHA-512/224, SHA-512/256, SHA3-224, SHA3-256, SHA3-384, SHA3-512.
  // Errors: kRejected for another name, kUnsupported where the library does not offer it.
  static Result<TextHash> make(std::string_view algorithm, std::string salt, Form form);

  // Hex digits of a digest.
  std::size_t size() const { return size_; }
  // Unchecked: size() bytes.
  char* write(char* out, std::string_view text) const;

 private:
  TextHash(const evp_md_st* digest, std::size_t size, std::string salt, Form form)
      : digest_(digest), size_(size), salt_(std::move(salt)), form_(form) {}

  const evp_md_st* digest_;  // the library's, never freed
  std::size_t size_;
  std::string salt_;
  Form form_;
};

// What ObjectOutputStream.writeObject(text) writes for well-formed UTF-8. Appends.
void append_java_serialised(std::string& out, std::string_view text);

}  // namespace tidemark

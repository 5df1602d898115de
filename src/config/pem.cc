// SPDX-License-Identifier: Apache-2.0
#include "config/pem.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "base/pkcs12.h"
#include "config/config_file.h"

namespace tidemark {
namespace {

constexpr std::string_view kJksMagic = "\xFE\xED\xFE\xED";
constexpr char kSequence = '\x30';  // what DER, and so PKCS#12, begins with

std::unexpected<Complaint> complaint(std::string problem, std::string allowed,
                                     bool not_there_yet = false) {
  return std::unexpected(Complaint{std::move(problem), std::move(allowed), not_there_yet});
}

std::expected<std::string, Complaint> text_of(const std::string& path) {
  auto text = read_text_file(path);
  if (!text) return complaint(text.error().message(), text.error().remedy());
  return *std::move(text);
}

std::expected<std::string, Complaint> checked_pem(StoreKind kind, const std::string& path) {
  const auto text = text_of(path);
  if (!text) return text;
  if (text->find("-----BEGIN CERTIFICATE-----") == std::string::npos &&
      text->find("-----BEGIN TRUSTED CERTIFICATE-----") == std::string::npos) {
    return complaint("holds no certificate", "a file with -----BEGIN CERTIFICATE-----");
  }
  if (kind == StoreKind::kKey && text->find("PRIVATE KEY-----") == std::string::npos) {
    return complaint("holds no private key",
                     "one PEM file with both certificate and key (cat cert key), or PKCS#12");
  }
  return path;
}

}  // namespace

std::expected<std::string, Complaint> pem_of_store(StoreKind kind, const std::string& path,
                                                   const std::string& password) {
  const auto text = text_of(path);
  if (!text) return text;
  if (text->starts_with(kJksMagic)) {
    return complaint(
        "is a JKS file",
        fmt::format("a PKCS#12 file; convert: keytool -importkeystore -srckeystore {0} "
                    "-destkeystore {0}.p12 -deststoretype PKCS12",
                    path),
        true);
  }
  if (!text->starts_with(kSequence)) return checked_pem(kind, path);
  const auto pem = pem_of_pkcs12(path, password);
  if (!pem) return complaint(pem.error().message(), pem.error().remedy());
  return checked_pem(kind, *pem);
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "config/pem.h"

#include <fmt/format.h>

#include "config/config_file.h"

namespace tidemark {
namespace {

constexpr std::string_view kJksMagic = "\xFE\xED\xFE\xED";

std::string convert_pkcs12(StoreKind kind, std::string_view path, std::string_view pem) {
  return fmt::format("openssl pkcs12 -in {} {} -out {}", path,
                     kind == StoreKind::kTrust ? "-nokeys" : "-nodes", pem);
}

}  // namespace

std::optional<Complaint> check_store(StoreKind kind, const std::string& path) {
  const auto text = read_text_file(path);
  if (!text) return Complaint{text.error().message(), text.error().remedy(), false};
  const std::string pem = path + ".pem";
  if (text->starts_with(kJksMagic)) {
    return Complaint{
        "is a JKS file",
        fmt::format("a PEM file; convert: keytool -importkeystore -srckeystore {} -destkeystore "
                    "{}.p12 -deststoretype PKCS12 && {}",
                    path, path, convert_pkcs12(kind, path + ".p12", pem)),
        true};
  }
  if (text->starts_with('\x30')) {  // DER: a SEQUENCE
    return Complaint{"is a PKCS#12 (or DER) file",
                     fmt::format("a PEM file; convert: {}", convert_pkcs12(kind, path, pem)), true};
  }
  if (text->find("-----BEGIN CERTIFICATE-----") == std::string::npos &&
      text->find("-----BEGIN TRUSTED CERTIFICATE-----") == std::string::npos) {
    return Complaint{"holds no PEM certificate", "a file with -----BEGIN CERTIFICATE-----", false};
  }
  if (kind == StoreKind::kKey && text->find("PRIVATE KEY-----") == std::string::npos) {
    return Complaint{"holds no private key",
                     "one PEM file with both certificate and key (cat cert key)", false};
  }
  return std::nullopt;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "kafka/security.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/ascii.h"
#include "base/file.h"
#include "base/pkcs12.h"
#include "kafka/jaas.h"

namespace tidemark::kafka {
namespace {

constexpr std::string_view kJksMagic = "\xFE\xED\xFE\xED";
constexpr char kDerSequence = '\x30';  // what PKCS#12 begins with
constexpr std::uint64_t kStoreBytesMax = 16U << 20U;

constexpr std::string_view kNoSaslLibrary = "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or GSSAPI";

// ---- SASL ----------------------------------------------------------------------------------------------

void with_password(const JaasEntry& entry, Translation& out) {
  for (const std::string_view name : {"username", "password"}) {
    const auto found = entry.options.find(name);
    if (found == entry.options.end() || found->second.empty()) {
      out.refuse("sasl.jaas.config", fmt::format("has no {}", name),
                 fmt::format("{} required username=\"..\" password=\"..\";", entry.module));
    } else {
      out.set(fmt::format("sasl.{}", name), found->second);
    }
  }
  const auto token = entry.options.find("tokenauth");
  if (token != entry.options.end() && lower(token->second) == "true")
    out.refuse("sasl.jaas.config", "asks for delegation tokens (tokenauth)",
               "a user and a password");
}

void with_keytab(const JaasEntry& entry, Translation& out) {
  const auto option = [&](std::string_view name) {
    const auto found = entry.options.find(name);
    return found == entry.options.end() ? std::string() : found->second;
  };
  if (!option("keyTab").empty()) out.set("sasl.kerberos.keytab", option("keyTab"));
  if (!option("principal").empty()) out.set("sasl.kerberos.principal", option("principal"));
  if (!option("serviceName").empty() && out.java("sasl.kerberos.service.name").empty())
    out.set("sasl.kerberos.service.name", option("serviceName"));
}

void translate_login(const std::string& mechanism, Translation& out) {
  const std::string text = out.java("sasl.jaas.config");
  if (text.empty()) {
    if (mechanism != "GSSAPI")
      out.refuse("sasl.jaas.config", fmt::format("is missing, and {} needs a user", mechanism),
                 "<login module> required username=\"..\" password=\"..\";");
    return;
  }
  const auto entry = parse_jaas(text);
  if (!entry) {
    return out.refuse("sasl.jaas.config", entry.error(),
                      "<login module> required username=\"..\" password=\"..\";");
  }
  struct Login {
    std::string_view module;
    std::string_view mechanisms;
  };
  static constexpr std::array<Login, 3> kLogins{
      {{"PlainLoginModule", "PLAIN"},
       {"ScramLoginModule", "SCRAM-SHA-256 SCRAM-SHA-512"},
       {"Krb5LoginModule", "GSSAPI"}}};
  const auto* const login =
      std::ranges::find_if(kLogins, [&](const Login& l) { return l.module == entry->module; });
  if (login == kLogins.end()) {
    return out.refuse("sasl.jaas.config",
                      fmt::format("names {}, which is not known here", entry->module),
                      "PlainLoginModule, ScramLoginModule or Krb5LoginModule");
  }
  if (login->mechanisms.find(mechanism) == std::string_view::npos) {
    return out.refuse("sasl.jaas.config",
                      fmt::format("names {}, and sasl.mechanism is {}", entry->module, mechanism),
                      fmt::format("the login module of {}", mechanism));
  }
  mechanism == "GSSAPI" ? with_keytab(*entry, out) : with_password(*entry, out);
}

void translate_sasl(Translation& out) {
  std::string mechanism = out.java("sasl.mechanism");
  if (mechanism.empty()) mechanism = "GSSAPI";
  static constexpr std::array<std::string_view, 4> kKnown{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512",
                                                          "GSSAPI"};
  if (std::ranges::find(kKnown, mechanism) == kKnown.end()) {
    return out.refuse("sasl.mechanism", fmt::format("\"{}\" is not possible here", mechanism),
                      std::string(kNoSaslLibrary));
  }
  out.set("sasl.mechanism", mechanism);
  translate_login(mechanism, out);
}

// ---- TLS -----------------------------------------------------------------------------------------------

// A PEM file made of the store that `head`.location names; empty where there is none or it is a problem.
std::string store_file(std::string_view head, Translation& out) {
  const std::string property = fmt::format("{}.location", head);
  const std::string path = out.java(property);
  if (path.empty()) return {};
  const auto bytes = read_file(path, kStoreBytesMax);
  if (!bytes) {
    out.refuse(property, bytes.error().message(), bytes.error().remedy());
    return {};
  }
  if (!*bytes) {
    out.refuse(property, fmt::format("{} does not exist", path), "a PKCS#12 or PEM file");
    return {};
  }
  if ((*bytes)->starts_with(kJksMagic)) {
    out.refuse(property, fmt::format("{} is a JKS file", path),
               fmt::format("a PKCS#12 file; convert: keytool -importkeystore -srckeystore {0} "
                           "-destkeystore {0}.p12 -deststoretype PKCS12",
                           path));
    return {};
  }
  if (!(*bytes)->starts_with(kDerSequence)) {
    if ((*bytes)->find("-----BEGIN ") != std::string::npos) return path;
    out.refuse(property, fmt::format("{} is neither PKCS#12 nor PEM", path),
               "a PKCS#12 or PEM file");
    return {};
  }
  auto pem = pem_of_pkcs12(path, out.java(fmt::format("{}.password", head)));
  if (pem) return *std::move(pem);
  out.refuse(property, pem.error().message(), pem.error().remedy());
  return {};
}

void check_store_type(std::string_view property, Translation& out) {
  const std::string type = lower(out.java(property));
  if (type.empty() || type == "pkcs12" || type == "pem" || type == "jks") return;
  out.refuse(property, fmt::format("\"{}\" is not possible here", type), "PKCS12 or PEM");
}

void translate_key_store(Translation& out) {
  const std::string chain = out.java("ssl.keystore.certificate.chain");
  const std::string key = out.java("ssl.keystore.key");
  if (chain.empty() != key.empty()) {
    return out.refuse(chain.empty() ? "ssl.keystore.certificate.chain" : "ssl.keystore.key",
                      "is missing beside the other", "both, as PEM");
  }
  if (const std::string password = out.java("ssl.key.password"); !password.empty())
    out.set("ssl.key.password", password);
  if (!chain.empty()) {
    out.set("ssl.certificate.pem", chain);
    out.set("ssl.key.pem", key);
    return;
  }
  const std::string file = store_file("ssl.keystore", out);
  if (file.empty()) return;
  out.set("ssl.certificate.location", file);
  out.set("ssl.key.location", file);
}

void translate_trust_store(Translation& out) {
  if (const std::string pem = out.java("ssl.truststore.certificates"); !pem.empty())
    return out.set("ssl.ca.pem", pem);
  const std::string file = store_file("ssl.truststore", out);
  if (!file.empty()) out.set("ssl.ca.location", file);
}

void translate_tls(Translation& out) {
  check_store_type("ssl.truststore.type", out);
  check_store_type("ssl.keystore.type", out);
  translate_trust_store(out);
  translate_key_store(out);
  // Kafka's default is https; an empty text switches the check of the host name off.
  const std::string identification = lower(out.java("ssl.endpoint.identification.algorithm"));
  const bool off = out.given("ssl.endpoint.identification.algorithm") && identification.empty();
  if (!off && !identification.empty() && identification != "https")
    out.refuse("ssl.endpoint.identification.algorithm", "is not known here",
               "https, or nothing at all");
  out.set("ssl.endpoint.identification.algorithm", off ? "none" : "https");
  const std::string protocols = out.java("ssl.enabled.protocols");
  if (!protocols.empty() && protocols.find("TLSv1.2") == std::string::npos)
    out.refuse("ssl.enabled.protocols", "leaves out TLSv1.2, which cannot be switched off here",
               "TLSv1.2,TLSv1.3");
}

}  // namespace

void translate_security(Translation& out) {
  std::string protocol = lower(out.java("security.protocol"));
  if (protocol.empty()) protocol = "plaintext";
  static constexpr std::array<std::string_view, 4> kKnown{"plaintext", "ssl", "sasl_plaintext",
                                                          "sasl_ssl"};
  if (std::ranges::find(kKnown, protocol) == kKnown.end()) {
    return out.refuse("security.protocol", fmt::format("\"{}\" is not known", protocol),
                      "PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL");
  }
  out.set("security.protocol", protocol);
  if (protocol.starts_with("sasl")) translate_sasl(out);
  if (protocol.ends_with("ssl")) translate_tls(out);
}

}  // namespace tidemark::kafka

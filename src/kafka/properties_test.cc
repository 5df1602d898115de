// SPDX-License-Identifier: Apache-2.0
#include "kafka/properties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/file.h"

namespace tidemark::kafka {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

LibrarySettings translated(const ClientProperties& properties,
                           ClientKind kind = ClientKind::kProducer) {
  auto out = translate(kind, properties);
  if (out) return *std::move(out);
  ADD_FAILURE() << out.error().front().property << ": " << out.error().front().problem;
  return {};
}

// "property: problem (allowed)" of the only problem there is.
std::string problem(const ClientProperties& properties, ClientKind kind = ClientKind::kProducer) {
  const auto out = translate(kind, properties);
  if (out) return "none";
  EXPECT_EQ(out.error().size(), 1u);
  const ClientProblem& first = out.error().front();
  return first.property + ": " + first.problem + " (" + first.allowed + ")";
}

ClientProperties sasl(std::string mechanism, std::string jaas) {
  return {{"security.protocol", "SASL_PLAINTEXT"},
          {"sasl.mechanism", std::move(mechanism)},
          {"sasl.jaas.config", std::move(jaas)}};
}

TEST(ClientProperties, TakesTheNamesOfTheLibrary) {
  const auto out =
      translated({{"bootstrap.servers", " a:1,b:2 "},
                  {"linger.ms", "20"},
                  {"compression.type", "ZSTD"},
                  {"compression.zstd.level", "19"},
                  {"compression.gzip.level", "3"},
                  {"max.request.size", "2000000"},
                  {"send.buffer.bytes", "-1"},
                  {"key.serializer", "org.apache.kafka.common.serialization.StringSerializer"}});
  EXPECT_THAT(out, Contains(Pair("bootstrap.servers", "a:1,b:2")));
  EXPECT_THAT(out, Contains(Pair("linger.ms", "20")));
  EXPECT_THAT(out, Contains(Pair("compression.type", "zstd")));
  EXPECT_THAT(out, Contains(Pair("compression.level", "12")));
  EXPECT_THAT(out, Contains(Pair("message.max.bytes", "2000000")));
  EXPECT_THAT(out, Contains(Pair("socket.send.buffer.bytes", "0")));
  EXPECT_FALSE(out.contains("key.serializer"));
}

TEST(ClientProperties, LeavesToTheConsumerWhereItBeginsAndWhatItCommits) {
  EXPECT_EQ(translated({{"auto.offset.reset", "earliest"},
                        {"enable.auto.commit", "true"},
                        {"isolation.level", "read_uncommitted"}},
                       ClientKind::kConsumer),
            translated({}, ClientKind::kConsumer));
}

TEST(ClientProperties, KeepsTheOrderOfMessagesWhateverTheAcks) {
  const auto plain = translated({});
  EXPECT_THAT(plain, Contains(Pair("enable.idempotence", "true")));
  EXPECT_THAT(plain, Contains(Pair("acks", "-1")));
  const auto one = translated({{"acks", "1"}});
  EXPECT_THAT(one, Contains(Pair("enable.idempotence", "false")));
  EXPECT_THAT(one, Contains(Pair("max.in.flight.requests.per.connection", "1")));
  const auto connect =
      translated({{"enable.idempotence", "false"}, {"max.in.flight.requests.per.connection", "1"}});
  EXPECT_THAT(connect, Contains(Pair("max.in.flight.requests.per.connection", "1")));
  EXPECT_THAT(problem({{"acks", "1"}, {"enable.idempotence", "true"}}), HasSubstr("acks"));
  EXPECT_THAT(problem({{"max.in.flight.requests.per.connection", "6"}}), HasSubstr("1 to 5"));
}

TEST(ClientProperties, RefusesByNameAndSaysWhatToDo) {
  EXPECT_EQ(problem({{"linger.msec", "1"}}),
            "linger.msec: is no property of Kafka's producer (did you mean linger.ms?)");
  EXPECT_EQ(problem({{"linger.ms", "soon"}}), "linger.ms: \"soon\" is not in its range (>= 0)");
  EXPECT_THAT(problem({{"partitioner.class", "com.acme.Mine"}}), HasSubstr("leave it away"));
  EXPECT_THAT(problem({{"compression.type", "brotli"}}),
              HasSubstr("none, gzip, snappy, lz4, zstd"));
  EXPECT_THAT(problem({{"transactional.id", "x"}}), HasSubstr("exactly-once"));
  EXPECT_THAT(problem({{"linger.ms", "1"}}, ClientKind::kConsumer), HasSubstr("consumer"));
  EXPECT_EQ(problem({{"partitioner.class", ""}}), "none");
}

TEST(ClientProperties, ReadsTheLoginOfAJaasLine) {
  const auto out =
      translated(sasl("SCRAM-SHA-512",
                      "org.apache.kafka.common.security.scram.ScramLoginModule required\n"
                      "  username=\"tide\" password=\"a \\\"b\\\\;c\";"));
  EXPECT_THAT(out, Contains(Pair("security.protocol", "sasl_plaintext")));
  EXPECT_THAT(out, Contains(Pair("sasl.mechanism", "SCRAM-SHA-512")));
  EXPECT_THAT(out, Contains(Pair("sasl.username", "tide")));
  EXPECT_THAT(out, Contains(Pair("sasl.password", "a \"b\\;c")));
}

TEST(ClientProperties, TakesAKeytabForKerberos) {
  const auto out = translated(sasl("GSSAPI",
                                   "com.sun.security.auth.module.Krb5LoginModule required "
                                   "useKeyTab=true keyTab=\"/etc/k\" principal=\"me@X\";"));
  EXPECT_THAT(out, Contains(Pair("sasl.kerberos.keytab", "/etc/k")));
  EXPECT_THAT(out, Contains(Pair("sasl.kerberos.principal", "me@X")));
}

TEST(ClientProperties, RefusesALoginItCannotUseWithoutQuotingIt) {
  const std::string secret = "hunter2";
  for (const std::string& jaas :
       {"PlainLoginModule required username=\"u\" password=\"" + secret + "\"",
        "PlainLoginModule required username=\"u\" password=\"" + secret,
        "PlainLoginModule maybe username=\"u\" password=\"" + secret + "\";",
        "PlainLoginModule required password=\"" + secret + "\";",
        "PlainLoginModule required username \"" + secret + "\";",
        "ScramLoginModule required username=\"u\" password=\"" + secret + "\";",
        "OAuthBearerLoginModule required password=\"" + secret + "\";",
        "PlainLoginModule required username=\"u\" password=\"" + secret + "\"; more"}) {
    const std::string said = problem(sasl("PLAIN", jaas));
    EXPECT_THAT(said, HasSubstr("sasl.jaas.config: "));
    EXPECT_THAT(said, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(problem(sasl("PLAIN", "")), HasSubstr("PLAIN needs a user"));
  EXPECT_THAT(problem(sasl("OAUTHBEARER", "x")), HasSubstr("SCRAM-SHA-256"));
}

TEST(ClientProperties, TakesPemStoresAndNamesTheCommandForJks) {
  const std::string path = testing::TempDir() + "tls-store";
  ASSERT_TRUE(replace_file(path, "-----BEGIN CERTIFICATE-----\n", Durability::kNone));
  const auto out = translated({{"security.protocol", "SSL"},
                               {"ssl.truststore.location", path},
                               {"ssl.keystore.certificate.chain", "chain"},
                               {"ssl.keystore.key", "key"}});
  EXPECT_THAT(out, Contains(Pair("ssl.ca.location", path)));
  EXPECT_THAT(out, Contains(Pair("ssl.certificate.pem", "chain")));
  EXPECT_THAT(out, Contains(Pair("ssl.key.pem", "key")));
  EXPECT_THAT(out, Contains(Pair("ssl.endpoint.identification.algorithm", "https")));
  ASSERT_TRUE(replace_file(path, "\xFE\xED\xFE\xED", Durability::kNone));
  EXPECT_THAT(problem({{"security.protocol", "SSL"}, {"ssl.truststore.location", path}}),
              HasSubstr("keytool -importkeystore"));
  EXPECT_THAT(problem({{"security.protocol", "SSL"}, {"ssl.keystore.key", "key"}}),
              HasSubstr("ssl.keystore.certificate.chain: is missing"));
}

TEST(ClientProperties, ChecksHostNamesUnlessToldNotTo) {
  const auto out =
      translated({{"security.protocol", "SSL"}, {"ssl.endpoint.identification.algorithm", ""}});
  EXPECT_THAT(out, Contains(Pair("ssl.endpoint.identification.algorithm", "none")));
}

TEST(ClientProperties, AreReadAsNumbersWhereTheyAre) {
  const ClientProperties given{{"buffer.memory", "7"}, {"linger.ms", ""}};
  EXPECT_EQ(number_or(given, "buffer.memory", 9), 7);
  EXPECT_EQ(number_or(given, "linger.ms", 9), 9);
  EXPECT_EQ(number_or(given, "max.request.size", kRequestBytesMax), 1'048'576);
}

}  // namespace
}  // namespace tidemark::kafka

// SPDX-License-Identifier: Apache-2.0
#include "kafka/library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

namespace tidemark::kafka {
namespace {

using testing::HasSubstr;
using testing::Not;

std::unique_ptr<Library> client(ClientKind kind) {
  // Nobody listens on the first port.
  auto out = Library::make(kind, {{"bootstrap.servers", "127.0.0.1:1"}});
  EXPECT_TRUE(out) << out.error().text();
  return out ? *std::move(out) : nullptr;
}

// What is logged until the outage is.
std::string said_by(ClientKind kind) {
  testing::internal::CaptureStderr();
  const auto library = client(kind);
  if (library == nullptr) return {};
  // A consumer asks for no broker by itself.
  const rd_kafka_metadata_t* raw = nullptr;
  rd_kafka_metadata(library->get(), 0, nullptr, &raw, 2'000);
  const Metadata metadata(raw);
  library->poll(100);
  return testing::internal::GetCapturedStderr();
}

TEST(Library, SaysWhatWaitsForABroker) {
  for (const auto& [kind, what] :
       {std::pair(ClientKind::kProducer, "records wait"),
        std::pair(ClientKind::kConsumer, "nothing is read"),
        std::pair(ClientKind::kAdmin, "topics are neither looked at nor made")}) {
    const std::string log = said_by(kind);
    EXPECT_THAT(log, HasSubstr("event=kafka.unreachable brokers=127.0.0.1:1"));
    EXPECT_THAT(log, HasSubstr(what));
  }
}

struct Fatal {
  rd_kafka_resp_err_t code;
  ErrorKind kind;
  const char* remedy;
};

// Those with which the library ends a producer.
class FatalError : public testing::TestWithParam<Fatal> {};

TEST_P(FatalError, SaysWhatToDo) {
  const auto library = client(ClientKind::kProducer);
  ASSERT_NE(library, nullptr);
  EXPECT_FALSE(library->fatal());
  ASSERT_EQ(rd_kafka_test_fatal_error(library->get(), GetParam().code, "the broker's words"),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  const auto error = library->fatal();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), GetParam().kind);
  EXPECT_THAT(error->message(), HasSubstr("the producer cannot go on"));
  EXPECT_THAT(error->remedy(), HasSubstr(GetParam().remedy));
  EXPECT_THAT(error->remedy(), Not(HasSubstr("see that the brokers run")));
}

INSTANTIATE_TEST_SUITE_P(
    OfAProducer, FatalError,
    testing::Values(
        Fatal{RD_KAFKA_RESP_ERR__FENCED, ErrorKind::kConflict, "stop one of the two"},
        Fatal{RD_KAFKA_RESP_ERR_PRODUCER_FENCED, ErrorKind::kConflict, "stop one of the two"},
        Fatal{RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, ErrorKind::kConflict,
              "stop one of the two"},
        Fatal{RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, ErrorKind::kRetryable, "transactional id"},
        Fatal{RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED, ErrorKind::kRetryable,
              "transactional id"},
        Fatal{RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, ErrorKind::kRetryable,
              "producer.id.expiration.ms"},
        Fatal{RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, ErrorKind::kRetryable,
              "transactional.id.expiration.ms"},
        Fatal{RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, ErrorKind::kRetryable,
              "unclean.leader.election.enable"},
        Fatal{RD_KAFKA_RESP_ERR__INCONSISTENT, ErrorKind::kRetryable, "librdkafka"},
        Fatal{RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE, ErrorKind::kRetryable, "librdkafka"},
        Fatal{RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ErrorKind::kServer,
              "IdempotentWrite"},
        Fatal{RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, ErrorKind::kServer,
              "on the transactional id"},
        Fatal{RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, ErrorKind::kRejected,
              "transaction.max.timeout.ms"},
        Fatal{RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, ErrorKind::kServer, "newer broker"},
        Fatal{RD_KAFKA_RESP_ERR__AUTHENTICATION, ErrorKind::kServer, "sasl.mechanism"},
        Fatal{RD_KAFKA_RESP_ERR__SSL, ErrorKind::kServer, "ssl.truststore.location"}),
    [](const auto& test) { return std::string(rd_kafka_err2name(test.param.code)); });

}  // namespace
}  // namespace tidemark::kafka

// SPDX-License-Identifier: Apache-2.0
#include "kafka/library.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/log.h"

namespace tidemark::kafka {
namespace {

constexpr int kScramWorksFrom = 0x020601ff;  // docs/decisions/0006
constexpr std::size_t kTextBytes = 512;

std::string login_remedy(std::string_view mechanism) {
  std::string out = "check user, password and sasl.mechanism";
  if (mechanism.starts_with("SCRAM") && rd_kafka_version() < kScramWorksFrom) {
    out += fmt::format(
        "; brokers of Kafka 4 also refuse the right password from librdkafka {}, which is older "
        "than 2.6.1: use PLAIN over TLS, or a newer librdkafka in the library path",
        rd_kafka_version_str());
  }
  return out;
}

std::string_view while_away(ClientKind kind) {
  switch (kind) {
    case ClientKind::kProducer:
      return "records wait until a broker answers";
    case ClientKind::kConsumer:
      return "nothing is read from topics until a broker answers";
    case ClientKind::kAdmin:
      return "topics are neither looked at nor made until a broker answers";
  }
  return "";
}

log::Level level_of(int syslog_level) {
  // What the library calls an error is mostly one try of many to connect: outages are told by note().
  return syslog_level <= 2 ? log::Level::kError : log::Level::kDebug;
}

}  // namespace

bool is_fenced(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
      return true;
    default:
      return false;
  }
}

namespace {

struct Meaning {
  ErrorKind kind;
  std::string_view remedy;
};

Meaning meaning_of(rd_kafka_resp_err_t code) {
  using K = ErrorKind;
  switch (code) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return {
          K::kServer,
          "create the topic, or let it be created: topic.creation.default.partitions and "
          "topic.creation.default.replication.factor, or the broker's auto.create.topics.enable"};
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return {K::kServer, "grant the user Write, Describe and Create on the topic (kafka-acls)"};
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return {K::kServer, "grant the user Read on the group (kafka-acls)"};
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return {K::kServer, "grant the user IdempotentWrite and Create on the cluster (kafka-acls)"};
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return {K::kServer, "grant the user Write and Describe on the transactional id (kafka-acls)"};
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return {
          K::kServer,
          "raise max.message.bytes of the topic and max.request.size of the producer, or leave the "
          "large column out (column.exclude.list); with many small records: lower batch.size"};
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
      return {K::kRejected,
              "lower the producer's transaction.timeout.ms to the broker's "
              "transaction.max.timeout.ms"};
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      return {K::kServer, "choose another name: letters, digits, '.', '_' and '-', up to 249"};
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
      return {K::kServer, "a compacted topic takes records with a key only"};
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
      return {K::kServer, "set a replication factor of at most the number of brokers"};
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
      return {K::kServer, "correct the settings of the topic (topic.creation.*)"};
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
      return {K::kServer, "check user, password and sasl.mechanism"};
    case RD_KAFKA_RESP_ERR__SSL:
      return {K::kServer,
              "check security.protocol, ssl.truststore.location and ssl.keystore.location"};
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
      return {K::kServer, "use a newer broker, or leave the feature out"};
    case RD_KAFKA_RESP_ERR_SECURITY_DISABLED:
    case RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
      return {K::kServer, "correct the client's properties"};
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
      return {K::kRetryable,
              "see that the topic has enough replicas in sync (min.insync.replicas)"};
    // The end of a producer; the next one goes on behind the last commit.
    case RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING:
      return {K::kRetryable,
              "let the brokers remember producers for longer than they are silent "
              "(producer.id.expiration.ms, transactional.id.expiration.ms)"};
    case RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER:
      return {K::kRetryable,
              "see whether the topic was made anew, or a broker lost records that it had "
              "acknowledged (unclean.leader.election.enable, min.insync.replicas)"};
    case RD_KAFKA_RESP_ERR_INVALID_TXN_STATE:
    case RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED:
      return {K::kRetryable,
              "see what the brokers' logs say of this transactional id, and that nothing else uses "
              "it"};
    case RD_KAFKA_RESP_ERR__INCONSISTENT:
    case RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE:
      return {K::kRetryable, "where it comes again, put a newer librdkafka in the library path"};
    default:
      return {K::kRetryable, "see that the brokers run and can be reached from here"};
  }
}

}  // namespace

Error to_error(rd_kafka_resp_err_t code, std::string_view what, std::string_view detail) {
  if (is_fenced(code)) {
    return {ErrorKind::kConflict,
            fmt::format("{}: another producer with the same transactional id has taken over", what),
            "stop one of the two, or give each a name (and topic.prefix) of its own"};
  }
  const Meaning meaning = meaning_of(code);
  return {
      meaning.kind,
      fmt::format("{}: {}{}{}", what, rd_kafka_err2str(code), detail.empty() ? "" : ": ", detail),
      std::string(meaning.remedy)};
}

Result<LibrarySettings> library_settings(ClientKind kind, const ClientProperties& properties) {
  auto settings = translate(kind, properties);
  if (settings) return *std::move(settings);
  std::string all;
  std::string allowed;
  for (const ClientProblem& problem : settings.error()) {
    all += fmt::format("{}{} {}", all.empty() ? "" : "; ", problem.property, problem.problem);
    allowed +=
        fmt::format("{}{}: {}", allowed.empty() ? "" : "; ", problem.property, problem.allowed);
  }
  return fail(ErrorKind::kRejected, std::move(all), std::move(allowed));
}

Result<std::unique_ptr<Library>> Library::make(ClientKind kind, const LibrarySettings& settings,
                                               Delivered delivered) {
  // An admin client is a consumer: asking a broker for a topic as a producer would make it.
  const rd_kafka_type_t type =
      kind == ClientKind::kProducer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
  std::unique_ptr<Library> out(new Library());
  out->kind_ = kind;
  out->delivered_ = std::move(delivered);
  std::array<char, kTextBytes> text{};
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size()) ==
        RD_KAFKA_CONF_OK) {
      continue;
    }
    rd_kafka_conf_destroy(conf);
    // The library's words may quote the value.
    return fail(ErrorKind::kRejected,
                fmt::format("the client of Kafka does not take the value of {}", name),
                "correct the property of that name");
  }
  if (const auto found = settings.find("bootstrap.servers"); found != settings.end())
    out->brokers_ = found->second;
  if (const auto found = settings.find("sasl.mechanism"); found != settings.end())
    out->mechanism_ = found->second;
  rd_kafka_conf_set_opaque(conf, out.get());
  rd_kafka_conf_set_error_cb(conf, &Library::on_error);
  rd_kafka_conf_set_log_cb(conf, &Library::on_log);
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf, &Library::on_delivery);
  out->client_ = rd_kafka_new(type, conf, text.data(), text.size());
  if (out->client_ == nullptr) {
    rd_kafka_conf_destroy(conf);
    return fail(ErrorKind::kRejected,
                fmt::format("the client of Kafka cannot be made: {}", text.data()),
                "correct its properties");
  }
  return out;
}

Library::~Library() {
  if (client_ != nullptr) rd_kafka_destroy_flags(client_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void Library::on_error(rd_kafka_t* client, int code, const char* reason, void* self) {
  auto& library = *static_cast<Library*>(self);
  if (code != RD_KAFKA_RESP_ERR__FATAL)
    return library.note(static_cast<rd_kafka_resp_err_t>(code), reason);
  std::array<char, kTextBytes> text{};
  const rd_kafka_resp_err_t cause = rd_kafka_fatal_error(client, text.data(), text.size());
  log::debug("kafka.fatal", {{"code", rd_kafka_err2name(cause)}, {"reason", text.data()}});
}

void Library::on_log(const rd_kafka_t* /*client*/, int level, const char* facility,
                     const char* text) {
  log::write(level_of(level), "kafka.library", {{"facility", facility}, {"text", text}});
}

void Library::on_delivery(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* self) {
  const auto& library = *static_cast<Library*>(self);
  if (library.delivered_) library.delivered_(*message);
}

void Library::note(rd_kafka_resp_err_t code, std::string_view reason) {
  log::debug("kafka.error", {{"code", rd_kafka_err2name(code)}, {"reason", reason}});
  switch (code) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
      refusal_ = to_error(code, "a broker refused the login", reason)
                     .with_remedy(login_remedy(mechanism_));
      break;
    case RD_KAFKA_RESP_ERR__SSL:
      refusal_ = to_error(code, "no encrypted connection to a broker", reason);
      break;
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
      if (down_) return;
      down_ = true;
      down_since_ = SystemClock().steady();
      log::warn("kafka.unreachable",
                {{"brokers", brokers_},
                 {"reason", last_reason_.empty() ? std::string(reason) : last_reason_},
                 {"meaning", while_away(kind_)}});
      return;
    default:
      break;
  }
  last_reason_ = reason;
}

std::optional<Error> Library::refusal() const { return refusal_; }

void Library::answered() {
  refusal_.reset();
  if (!down_) return;
  down_ = false;
  const auto took = SystemClock().steady() - down_since_;
  log::info("kafka.reachable",
            {{"brokers", brokers_},
             {"took_ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
}

Error Library::unreachable(std::string_view what) const {
  return {
      ErrorKind::kRetryable,
      fmt::format("{}: no broker of {} answers{}{}{}", what, brokers_,
                  last_reason_.empty() ? "" : " (", last_reason_, last_reason_.empty() ? "" : ")"),
      "check bootstrap.servers and security.protocol, and that the brokers run"};
}

std::optional<Error> Library::fatal() const {
  std::array<char, kTextBytes> text{};
  const rd_kafka_resp_err_t code = rd_kafka_fatal_error(client_, text.data(), text.size());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  return to_error(code, "the producer cannot go on", text.data());
}

}  // namespace tidemark::kafka

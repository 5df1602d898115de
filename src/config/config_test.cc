// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_fixture.h"
#include "config/settings.h"

namespace tidemark {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::string_view kServer = R"(
debezium.sink.type=file
debezium.sink.file.path=out/shop
debezium.source.connector.class=io.debezium.connector.mysql.MySqlConnector
debezium.source.topic.prefix=shop
debezium.source.database.hostname=db.example
debezium.source.database.user=cdc
debezium.source.database.password=swordfish
debezium.source.database.server.id=5401
debezium.source.offset.storage.file.filename=offset.json
)";
constexpr std::string_view kPlain = R"(
name=inv
debezium.sink.type=stdout
connector.class=MySqlConnector
topic.prefix=shop
database.hostname=localhost
database.user=cdc
database.password=swordfish
database.server.id=5401
offset.storage.file.filename=offset.json
)";
constexpr std::string_view kConnect = R"({
  "name": "inv",
  "config": {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector", "tasks.max": 1,
    "topic.prefix": "shop", "database.hostname": "db", "database.user": "cdc",
    "database.password": "swordfish", "database.server.id": 5401, "tombstones.on.delete": false,
    "schema.history.internal.kafka.topic": "h", "schema.history.internal.kafka.bootstrap.servers": "k:9092",
    "debezium.sink.type": "stdout", "offset.storage.file.filename": "offset.json"
  }
})";

LoadedConfig load(std::string_view text, Pairs defines = {}, Pairs environment = {}) {
  const TempFile file(text);
  Overrides overrides{.defines = std::move(defines), .getenv = {}, .environment = environment};
  overrides.getenv = [environment](std::string_view name) -> std::optional<std::string> {
    for (const auto& [variable, value] : environment) {
      if (variable == name) return value;
    }
    return std::nullopt;
  };
  return load_config(file.path(), overrides);
}

Config loaded(std::string_view text, Pairs defines = {}, Pairs environment = {}) {
  return config_or_failure(load(text, std::move(defines), std::move(environment)));
}
std::vector<std::string> errors_of(std::string_view text, Pairs defines = {},
                                   Pairs environment = {}) {
  return error_texts(load(text, std::move(defines), std::move(environment)));
}

TEST(Config, TellsTheThreeFormsApart) {
  const Config server = loaded(kServer);
  EXPECT_EQ(server.form(), ConfigForm::kServer);
  EXPECT_EQ(server.text("name"), "file");  // the engine is called as its sink
  const Config plain = loaded(kPlain);
  EXPECT_EQ(plain.form(), ConfigForm::kPlain);
  EXPECT_EQ(plain.text("name"), "inv");
  const Config connect = loaded(kConnect);
  EXPECT_EQ(connect.form(), ConfigForm::kConnect);
  EXPECT_EQ(connect.integer("database.server.id"), 5401);
  EXPECT_FALSE(connect.boolean("tombstones.on.delete"));
  for (const Config* config : {&server, &plain, &connect}) {
    EXPECT_EQ(config->text("topic.prefix"), "shop");
    EXPECT_EQ(config->integer("database.port"), 3306);
    EXPECT_TRUE(config->given("database.user"));
    EXPECT_FALSE(config->given("database.port"));
  }
}

TEST(Config, LetsDefinesWinOverEnvironmentOverFile) {
  const Pairs environment = {{"DEBEZIUM_SOURCE_TOPIC_PREFIX", "env"},
                             {"DEBEZIUM_SOURCE_DATABASE_PORT", "3307"}};
  const Config config = loaded(
      kServer,
      {{"debezium.source.topic.prefix", "first"}, {"debezium.source.topic.prefix", "define"}},
      environment);
  EXPECT_EQ(config.text("topic.prefix"), "define");
  EXPECT_EQ(config.integer("database.port"), 3307);
  // The server's names mean the same in the other forms.
  EXPECT_EQ(loaded(kConnect, {}, environment).text("topic.prefix"), "env");
  EXPECT_EQ(loaded(kPlain, {{"topic.prefix", "define"}}, environment).text("topic.prefix"),
            "define");
}

TEST(Config, TakesNoOtherVariables) {
  const Config config = loaded(kPlain, {},
                               {{"NAME", "host"},
                                {"TOPIC_PREFIX", "x"},
                                {"DEBEZIUM_VERSION", "3"},
                                {"TIDEMARK_UPDATE_DOCS", "1"},
                                {"TIDEMARK_LOG_LEVEL", "debug"}});
  EXPECT_EQ(config.text("name"), "inv");
  EXPECT_EQ(config.text("topic.prefix"), "shop");
  EXPECT_EQ(config.text("tidemark.log.level"), "debug");
  EXPECT_THAT(errors_of(kPlain, {}, {{"DEBEZIUM_SOURCE_TOPIC_PREFX", "x"}}),
              Contains(HasSubstr("environment DEBEZIUM_SOURCE_TOPIC_PREFX")));
}

TEST(Config, ReachesAnyNameThroughTheEscape) {
  const Config config =
      loaded(kServer, {}, {{"TIDEMARK_PROPERTY_1", "debezium.source.signal.kafka.groupId=a=b"}});
  EXPECT_EQ(config.text("signal.kafka.groupId"), "a=b");
}

TEST(Config, SpreadsFormatsOverTheConverters) {
  const std::string text = std::string(kServer) + "debezium.format.value.schemas.enable=true\n";
  // A name for one converter wins, whatever the layer of the other.
  const Config config = loaded(text, {{"debezium.format.schemas.enable", "false"}});
  EXPECT_FALSE(config.boolean("key.converter.schemas.enable"));
  EXPECT_TRUE(config.boolean("value.converter.schemas.enable"));
  EXPECT_FALSE(config.boolean("header.converter.schemas.enable"));
}

TEST(Config, ResolvesExpressionsInEveryForm) {
  const TempFile secrets("password=from file\nuser=x\n");
  const std::string reference = fmt::format("${{file:{}:password}}", secrets.path());
  const Pairs environment = {{"DB_HOST", "db7"}};
  const Config plain = loaded(kPlain,
                              {{"database.password", reference},
                               {"database.hostname", "${env:DB_HOST}"},
                               {"topic.replacement", "$1-${name}$$"}},
                              environment);
  EXPECT_EQ(plain.text("database.password"), "from file");
  EXPECT_EQ(plain.text("database.hostname"), "db7");
  EXPECT_EQ(plain.text("topic.replacement"), "$1-${name}$$");
  const Config server =
      loaded(kServer,
             {{"debezium.source.database.password", reference},
              {"debezium.source.database.hostname", "${DB_HOST}"},
              {"debezium.source.name", "${debezium.source.topic.prefix}-${none:${x:y}}"},
              {"debezium.source.topic.replacement", "$$1-$2"}},
             environment);
  EXPECT_EQ(server.text("database.password"), "from file");
  EXPECT_EQ(server.text("database.hostname"), "db7");
  EXPECT_EQ(server.text("name"), "shop-y");
  EXPECT_EQ(server.text("topic.replacement"), "$1-$2");
}

TEST(Config, NamesExpressionsThatDoNotResolve) {
  EXPECT_THAT(errors_of(kPlain, {{"database.user", "${env:NOPE}"}}),
              Contains(HasSubstr("NOPE is not set")));
  EXPECT_THAT(errors_of(kPlain, {{"database.user", "${vault:a:b}"}}),
              Contains(HasSubstr("no known provider")));
  EXPECT_THAT(errors_of(kPlain, {{"database.user", "${file:/nonexistent/x:k}"}}),
              Contains(HasSubstr("cannot read /nonexistent/x")));
  const TempFile empty("a=b\n");
  EXPECT_THAT(errors_of(kPlain, {{"database.user", fmt::format("${{file:{}:k}}", empty.path())}}),
              Contains(HasSubstr("has no key 'k'")));
  EXPECT_THAT(errors_of(kServer, {{"debezium.source.name", "${nothing}"}}),
              Contains(HasSubstr("'${nothing}'")));
  EXPECT_THAT(errors_of(kServer, {{"debezium.source.name", "${debezium.source.name}"}}),
              Contains(HasSubstr("without end")));
}

TEST(Config, ReportsAllErrorsTogether) {
  const auto errors = errors_of(R"(
topic.prefix=a/b
database.port=seventy
snapshot.mode=schema_only
tombstones.on.delet=true
database.user=
)");
  EXPECT_THAT(errors,
              Contains(AllOf(HasSubstr("topic.prefix=a/b"), HasSubstr("other characters"))));
  EXPECT_THAT(errors, Contains(AllOf(HasSubstr("database.port=seventy"), HasSubstr(":3)"),
                                     HasSubstr("allowed: a whole number, 1..65535"))));
  EXPECT_THAT(errors,
              Contains(AllOf(HasSubstr("snapshot.mode=schema_only"),
                             HasSubstr("allowed: always, initial, initial_only, when_needed"))));
  EXPECT_THAT(errors, Contains(AllOf(HasSubstr("tombstones.on.delet=true"),
                                     HasSubstr("did you mean tombstones.on.delete?"))));
  EXPECT_THAT(errors, Contains(HasSubstr("database.user= ")));
  for (const char* name : {"name", "connector.class", "database.hostname", "database.server.id",
                           "offset.storage.file.filename"}) {
    EXPECT_THAT(errors, Contains(StartsWith(fmt::format("{}: is required", name)))) << name;
  }
  EXPECT_THAT(errors, Contains(HasSubstr("debezium.sink.type is missing")));
  EXPECT_THAT(errors, SizeIs(11));
}

TEST(Config, NamesMissingPropertiesAsTheFormWritesThem) {
  EXPECT_THAT(errors_of("debezium.sink.type=stdout\ndebezium.format.value=json\n"),
              Contains(HasSubstr("debezium.source.topic.prefix: is required")));
}

TEST(Config, SuggestsTheNearestName) {
  EXPECT_THAT(errors_of(kServer, {{"topic.prefix", "x"}}),
              Contains(HasSubstr("did you mean debezium.source.topic.prefix?")));
  EXPECT_THAT(errors_of(kServer, {{"debezium.source.table.include.lst", "x"}}),
              Contains(HasSubstr("did you mean debezium.source.table.include.list?")));
  // A misspelling is no option of the JDBC driver.
  EXPECT_THAT(errors_of(kPlain, {{"database.hostnam", "x"}}),
              Contains(HasSubstr("mean database.hostname?")));
  EXPECT_THAT(errors_of(kPlain, {{"debezium.sink.file.pth", "x"}}),
              Contains(HasSubstr("mean debezium.sink.file.path?")));
  EXPECT_THAT(errors_of(kPlain, {{"zzzzzzzzzzzz", "x"}}), Contains(Not(HasSubstr("did you mean"))));
}

TEST(Config, LetsUnknownPropertiesPassOnRequest) {
  const Config config = loaded(kPlain, {{"tidemark.unknown.properties", "warn"}, {"zz.top", "x"}});
  EXPECT_THAT(config.warnings(), Contains(HasSubstr("zz.top=x (-D): unknown property")));
}

TEST(Config, WarnsOfWhatHasNoEffect) {
  const Config config =
      loaded(std::string(kPlain) + "database.sendFractionalSeconds=true\ntopic.prefix=again\n");
  EXPECT_THAT(config.warnings(), Contains(HasSubstr("database.sendFractionalSeconds")));
  EXPECT_THAT(config.warnings(), Contains(AllOf(HasSubstr("topic.prefix"), HasSubstr("replaces"))));
  EXPECT_THAT(loaded(kServer).warnings(), IsEmpty());
}

TEST(Config, NeverShowsSecrets) {
  const auto config = loaded(kPlain, {{"database.ssl.keystore.password", "hunter2"},
                                      {"signal.consumer.sasl.jaas.config", "hunter2"}});
  std::string all;
  for (const EffectiveValue& value : config.describe())
    all += value.name + "=" + value.value + "\n";
  EXPECT_THAT(all, AllOf(HasSubstr("database.password=********"), HasSubstr("topic.prefix=shop"),
                         Not(HasSubstr("swordfish")), Not(HasSubstr("hunter2"))));
  for (const auto& name :
       {"database.pasword", "databse.passwd", "database.ssl.mode.secret", "pwd"}) {
    for (const std::string& error : errors_of(kPlain, {{name, "hunter2"}, {"tasks.max", "3"}})) {
      EXPECT_THAT(error, Not(HasSubstr("hunter2")));
    }
  }
  // One's own pattern replaces the built-in one, but passwords stay hidden.
  const auto custom = loaded(kPlain, {{"custom.sanitize.pattern", "topic\\.prefix"},
                                      {"signal.consumer.sasl.jaas.config", "seen"}});
  all.clear();
  for (const EffectiveValue& value : custom.describe())
    all += value.name + "=" + value.value + "\n";
  EXPECT_THAT(all, AllOf(HasSubstr("topic.prefix=********"), HasSubstr("jaas.config=seen"),
                         Not(HasSubstr("swordfish"))));
}

constexpr const char* kTinyInt =
    "io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter";

struct CrossCase {
  Pairs defines;
  std::string_view expected;  // part of an error, or empty
};

TEST(Config, ChecksPropertiesAgainstEachOther) {
  const CrossCase cases[] = {
      {{{"table.include.list", "a.b"}, {"table.exclude.list", "c.d"}},
       "table.exclude.list=c.d (-D): table.include.list is given"},
      {{{"database.include.list", ""}, {"database.exclude.list", "c"}},
       "database.include.list is given, too"},
      {{{"column.include.list", ""}}, "leave no column"},
      {{{"max.queue.size", "2048"}}, "does not exceed max.batch.size"},
      {{{"skipped.operations", ""}}, "skipped.operations= (-D): is empty"},
      {{{"skipped.operations", "none,c"}}, "none alone"},
      {{{"skipped.operations", "c"}}, ""},
      {{{"skipped.operations", "c,d"},
        {"signal.data.collection", "a.b"},
        {"incremental.snapshot.watermarking.strategy", "INSERT_DELETE"}},
       ""},
      {{{"signal.data.collection", "a.b,c.d"}}, "more than one table"},
      {{{"signal.data.collection", "ab"}}, "db.table"},
      {{{"signal.data.collection", "a.b"}, {"signal.enabled.channels", ""}}, "wait for ever"},
      {{{"database.hostname", "fe80::1"}}, "other characters"},
      {{{"topic.delimiter", "/"}}, "other characters"},
      {{{"debezium.sink.type", "file"}}, "needs it"},
      {{{"database.ssl.mode", "verify_ca"}}, "database.ssl.truststore: is missing"},
      {{{"custom.metric.tags", "a=b,c"}}, "item 'c'"},
      {{{"transforms", "unwrap"},
        {"transforms.unwrap.type", "io.debezium.transforms.ExtractNewRecordState"}},
       ""},
      {{{"transforms", "unwrap"}}, "transforms.unwrap.type: is required"},
      {{{"transforms", "tz"}, {"transforms.tz.type", "io.debezium.transforms.TimezoneConverter"}},
       "transforms.tz.type=io.debezium.transforms.TimezoneConverter (-D): is not there yet"},
      {{{"transforms", "f"},
        {"transforms.f.type", "io.debezium.transforms.Filter"},
        {"transforms.f.language", "jsr223.groovy"},
        {"transforms.f.condition", "value.op.matches('u')"}},
       "column 17: methods cannot be called"},
      {{{"transforms", "u"},
        {"transforms.u.type", "io.debezium.transforms.ExtractNewRecordState"},
        {"transforms.u.drop.tombstones", "false"}},
       "transforms.u.drop.tombstones=false (-D): unknown option"},
      {{{"converters", "bool"}, {"bool.type", "x.y.Z"}}, "ZeroDateFallbackConverter"},
      {{{"converters", "bool"}}, "names bool, but bool.type is missing"},
      {{{"converters", "bool"}, {"bool.type", kTinyInt}, {"bool.selector", "a.b.c"}}, ""},
      {{{"converters", "bool"}, {"bool.type", kTinyInt}, {"bool.selektor", "a.b.c"}},
       "bool.selektor=a.b.c (-D): is no option of TinyIntOneToBooleanConverter"},
      {{{"converters", "bool"}, {"bool.type", kTinyInt}, {"bool.selector", "a.(b"}}, "parenthes"},
      {{{"message.key.columns", ""}}, "message.key.columns= (-D): is empty"},
      {{{"message.key.columns", "a.b:c;d.e"}}, "the part 'd.e' is not"},
      {{{"message.key.columns", "a.b:c:d"}}, "the part 'a.b:c:d' is not"},
      {{{"message.key.columns", "a.b:c,d;(.*).e:f"}}, ""},
      {{{"column.truncate.to.0.chars", "a.b.c"}}, "out of bounds in its name"},
      {{{"column.mask.with.0.chars", "a.b.c"}}, ""},
      {{{"column.mask.hash.v2.SHA-256.with.salt.pepper", "a.(c"}},
       "column.mask.hash.v2.SHA-256.with.salt.********=a.(c"},
      {{{"topic.naming.strategy", "io.debezium.schema.DefaultRegexTopicNamingStrategy"},
        {"topic.regex", "(.*)"}},
       "topic.replacement: is missing"},
      {{{"topic.naming.strategy", "org.example.Mine"}}, "'org.example.Mine' is not there yet"},
      {{{"topic.key.field.regex", "(.*)"}}, "topic.key.field.replacement: is missing"},
      {{{"exactly.once.support", "required"}}, "cannot be had on standard output"},
      {{{"quarkus.config.locations", "more.properties"}}, "is not there yet"},
      {{{"read.only", "true"}}, ""},
      {{{"read.only", "true"}, {"snapshot.mode", "incremental"}}, ""},
      {{{"read.only", "true"}, {"signal.data.collection", "a.b"}, {"signal.enabled.channels", ""}},
       ""},
      {{{"read.only", "true"}, {"gtid.ignore.on.recovery", "true"}},
       "gtid.ignore.on.recovery=true (-D): is true, and read.only=true"},
  };
  for (const CrossCase& c : cases) {
    const auto errors = errors_of(kPlain, c.defines);
    if (c.expected.empty()) {
      EXPECT_THAT(errors, IsEmpty()) << c.defines[0].first << "=" << c.defines[0].second;
    } else {
      EXPECT_THAT(errors, testing::ElementsAre(HasSubstr(c.expected))) << c.defines[0].first;
    }
  }
}

TEST(Config, TellsStoresByTheirContent) {
  const TempFile pem("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n");
  const TempFile both("-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n");
  const TempFile jks(std::string_view("\xFE\xED\xFE\xED\x00\x00\x00\x02", 8));
  const TempFile other(std::string_view("\x30\x82\x01\x00", 4));
  const auto with_trust = [](const std::string& path) {
    return errors_of(kPlain,
                     {{"database.ssl.mode", "verify_ca"}, {"database.ssl.truststore", path}});
  };
  EXPECT_THAT(with_trust(pem.path()), IsEmpty());
  EXPECT_THAT(with_trust(jks.path()),
              Contains(AllOf(HasSubstr("JKS"), HasSubstr("keytool -importkeystore"))));
  EXPECT_THAT(with_trust(other.path()), Contains(HasSubstr("is no PKCS#12 file")));
  EXPECT_THAT(with_trust("/nonexistent/ca"), Contains(HasSubstr("cannot read /nonexistent/ca")));
  EXPECT_THAT(errors_of(kPlain, {{"database.ssl.keystore", pem.path()}}),
              Contains(HasSubstr("no private key")));
  EXPECT_THAT(errors_of(kPlain, {{"database.ssl.keystore", both.path()}}), IsEmpty());
}

TEST(Config, RefusesBrokenFiles) {
  EXPECT_THAT(error_texts(load_config("/nonexistent/c", {})),
              Contains(HasSubstr("cannot read /nonexistent/c")));
  EXPECT_THAT(errors_of("a=\\u1"), Contains(HasSubstr("line 1")));
  EXPECT_THAT(errors_of("{\"name\": "), Contains(HasSubstr("begins like JSON")));
  EXPECT_THAT(errors_of("{}"), Contains(HasSubstr("no \"config\"")));
  EXPECT_THAT(errors_of(R"({"name": "a", "config": {"name": "b"}})"),
              Contains(HasSubstr("differ")));
  EXPECT_THAT(errors_of(R"({"config": {"a": null, "b": []}, "x": 1, "initial_state": "PAUSED"})"),
              SizeIs(4));
}

TEST(Settings, AreTheCheckedValues) {
  const Config config =
      loaded(kServer, {{"debezium.source.signal.data.collection", "ops.`sig.nals`"},
                       {"debezium.source.skipped.operations", "u,t"},
                       {"debezium.source.table.include.list", "shop\\..*"},
                       {"debezium.source.database.initial.statements", "SET a=1; SET b=';;' ;;;"},
                       {"debezium.source.incremental.snapshot.max.threads", "4"},
                       {"debezium.source.errors.retry.delay.max.ms", "100"},
                       {"debezium.source.database.ssl.mode", "required"},
                       {"debezium.source.snapshot.locking.mode", "none"},
                       {"quarkus.log.level", "fine"}});
  const Settings settings = settings_of(config);
  EXPECT_EQ(settings.connector_name, "file");
  EXPECT_EQ(settings.topic_prefix, "shop");
  EXPECT_EQ(settings.topic_delimiter, ".");
  EXPECT_EQ(settings.server.host, "db.example");
  EXPECT_EQ(settings.server.port, 3306);
  EXPECT_EQ(settings.server.password, "swordfish");
  EXPECT_EQ(settings.server.server_id, 5401U);
  EXPECT_EQ(settings.server.ssl.mode, SslMode::kRequired);
  EXPECT_THAT(settings.server.initial_statements, testing::ElementsAre("SET a=1", "SET b=';' ;"));
  EXPECT_FALSE(settings.capture.database_include);
  ASSERT_TRUE(settings.capture.table_include);
  EXPECT_TRUE(settings.capture.table_include->matches("SHOP.x").value());
  EXPECT_FALSE(settings.skipped_operations.create);
  EXPECT_TRUE(settings.skipped_operations.update);
  ASSERT_TRUE(settings.signal.data_collection);
  EXPECT_EQ(settings.signal.data_collection->database, "ops");
  EXPECT_EQ(settings.signal.data_collection->table, "sig.nals");
  EXPECT_EQ(settings.incremental.readers_max, 4U);
  EXPECT_EQ(settings.incremental.chunk_rows, 1024U);
  EXPECT_EQ(settings.snapshot.locking, LockingMode::kNone);
  EXPECT_EQ(settings.retry.max_ms, 300);  // never below the first wait
  EXPECT_EQ(settings.retry.max, -1);
  EXPECT_EQ(settings.sink.kind, SinkKind::kFile);
  EXPECT_EQ(settings.sink.path, "out/shop");
  EXPECT_EQ(settings.sink.rotate_bytes, 1ULL << 30);
  EXPECT_EQ(settings.offset.path, "offset.json");
  EXPECT_EQ(settings.queue_bytes_max, 16ULL << 20);
  EXPECT_EQ(settings.log_level, log::Level::kDebug);
  EXPECT_TRUE(settings.encode.schemas_enable_value);
}

TEST(ConfigDeathTest, AssertsOnUndeclaredNames) {
  const Config config = loaded(kPlain);
  EXPECT_DEATH(config.text("no.such.property"), "is not declared");
  EXPECT_DEATH(config.boolean("topic.prefix"), "assert.failed");
}

TEST(Settings, HoldTransformsAsWritten) {
  const auto config = load(std::string(kServer) + R"(
debezium.transforms=route, unwrap
debezium.transforms.unwrap.type=io.debezium.transforms.ExtractNewRecordState
debezium.transforms.unwrap.predicate=ours
debezium.transforms.route.type=org.apache.kafka.connect.transforms.RegexRouter
debezium.transforms.route.regex=(.*)
debezium.transforms.route.replacement=x.$$1
debezium.transforms.other.regex=(
debezium.predicates=ours
debezium.predicates.ours.type=org.apache.kafka.connect.transforms.predicates.RecordIsTombstone
)");
  ASSERT_TRUE(config) << config.error().front().text();
  EXPECT_THAT(config->warnings(), Contains(HasSubstr("transforms.other.regex has no effect")));
  const TransformSettings settings = settings_of(*config).transforms;
  ASSERT_EQ(settings.transforms.size(), 2U);
  EXPECT_EQ(settings.transforms[0].alias, "route");
  EXPECT_EQ(settings.transforms[0].options.at("replacement"), "x.$1");
  EXPECT_EQ(settings.transforms[1].options.at("predicate"), "ours");
  ASSERT_EQ(settings.predicates.size(), 1U);
}

TEST(Settings, LeaveOutUnknownOptionsOfTransformsWhereAsked) {
  const auto config =
      load(kPlain, {{"transforms", "u"},
                    {"transforms.u.type", "io.debezium.transforms.ExtractNewRecordState"},
                    {"transforms.u.drop.tombstones", "false"},
                    {"tidemark.unknown.properties", "warn"}});
  ASSERT_TRUE(config) << config.error().front().text();
  EXPECT_THAT(config->warnings(),
              Contains(HasSubstr("transforms.u.drop.tombstones: unknown option")));
  EXPECT_FALSE(settings_of(*config).transforms.transforms[0].options.contains("drop.tombstones"));
}

}  // namespace
}  // namespace tidemark

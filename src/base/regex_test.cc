// SPDX-License-Identifier: Apache-2.0
#include "base/regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/java_regex.h"

namespace tidemark {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;

struct MatchCase {
  std::string_view pattern;
  std::string_view subject;
  bool insensitive;
  bool sensitive;
};

TEST(Regex, MatchesAsJavaDoes) {
  const MatchCase cases[] = {
      {"inventory", "inventory", true, true},
      {"inventory", "inventory2", false, false},
      {"inventory", "an inventory", false, false},
      {"^inventory$", "inventory", true, true},
      {"INVENTORY", "inventory", true, false},
      {"shop.a", "shopXa", true, true},
      {"shop\\.a", "shopXa", false, false},
      {"shop\\.(orders|items)", "shop.ITEMS", true, false},
      {"a|ab", "ab", true, true},  // alternation tries on until the whole matches
      {"(?!shop\\.secret$).*", "shop.orders", true, true},
      {"(?!shop\\.secret$).*", "shop.secret", false, false},
      {"(?<=s)x|sx", "sx", true, true},
      {"a++b", "aab", true, true},
      {"(?-i)Ab", "Ab", true, true},
      {"(?-i)Ab", "ab", false, false},
      {"((?-i)A)b", "AB", true, false},  // the flag ends with its group
      {"((?-i)A)b", "aB", false, false},
      {"(?i)ab", "AB", true, true},
      {"(?i:a)b", "Ab", true, true},
      {"(?i:a)b", "AB", true, false},
      {"\\d{1,3}", "123", true, true},
      {"\\bt\\w+", "Test", true, false},
      {"\\d", "\xD9\xA3", false, false},  // ARABIC-INDIC DIGIT THREE: classes are ASCII
      {"\xC3\x89", "\xC3\xA9", false, false},  // É and é differ
      {"\xC3\xA9", "\xC3\xA9", true, true},
      {"[\xC3\x80-\xC3\x8F]", "\xC3\xA9", false, false},
      {"\\u00e9\\x41",
       "\xC3\xA9"
       "A",
       true, true},
      {"\\x{e9}", "\xC3\xA9", true, true},
      {"k", "\xE2\x84\xAA", false, false},  // KELVIN SIGN folds to k in Unicode
      {"caf.", "caf\xC3\xA9", true, true},  // a dot is a character, not a byte
      {"[a-f]+", "ABC", true, false},
      {"[^a-f]", "B", false, true},
      {"[Z-a]", "A", true, false},
      {"[Z-a]", "z", true, false},
      {"[\\w-]+", "a-b", true, true},
      {"[]a]", "]", true, true},
      {"[a\\-z]", "m", false, false},
      {"[\\Qa-c\\E]", "b", false, false},
      {"[\\Qa-c\\E]", "-", true, true},
      {"\\Qa.b[\\E.", "A.b[x", true, false},
      {"(a)\\1", "aA", true, false},
      {"(?<t>a)\\k<t>", "aA", true, false},
      {"(a)\\11", "aa1", true, true},  // no group 11: group 1, then '1'
      {"\\p{Lower}", "A", true, false},
      {"\\p{Lower}", "\xC3\xA9", false, false},
      {"[\\p{Alpha}_]+", "a_B", true, true},
      {"\\P{Digit}", "7", false, false},
      {"\\p{L}", "\xC3\xA9", true, true},
      {"\\0101", "A", true, true},
      {"a.b", "a\nb", false, false},
      {"(?s)a.b", "a\nb", true, true},
      {"", "", true, true},
  };
  for (const MatchCase& c : cases) {
    for (const bool insensitive : {true, false}) {
      const auto regex =
          Regex::compile(c.pattern, insensitive ? RegexCase::kInsensitive : RegexCase::kSensitive);
      ASSERT_TRUE(regex) << c.pattern << ": " << regex.error().text();
      const auto matched = regex->full_match(c.subject);
      ASSERT_TRUE(matched) << c.pattern << ": " << matched.error().text();
      EXPECT_EQ(*matched, insensitive ? c.insensitive : c.sensitive)
          << c.pattern << " on " << c.subject << (insensitive ? ", any case" : ", case counts");
    }
  }
}

TEST(Regex, RefusesWhatPcreReadsDifferently) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"[a-z&&[^x]]", "intersection"},
      {"[a-c[x-z]]", "class inside a class"},
      {"[[:alpha:]]", "class inside a class"},
      {"\\p{javaLowerCase}", "java"},
      {"a\\Kb", "'\\K'"},
      {"(*UTF)a", "'(*'"},
      {"(?P<n>a)", "flag 'P'"},
      {"(?#note)a", "unknown kind of group"},
      {"(?x)a b", "flag 'x'"},
      {"a{x}", "'{'"},
      {"[a-\\d]", "range"},
      {"[\\b]", "'\\b'"},
      {"a\\", "backslash"},
      {"[abc", "without its ']'"},
      {"\\u12", "4 hexadecimal"},
  };
  for (const auto& [pattern, reason] : cases) {
    const auto regex = Regex::compile(pattern, RegexCase::kInsensitive);
    ASSERT_FALSE(regex) << pattern;
    EXPECT_EQ(regex.error().kind(), ErrorKind::kRejected);
    EXPECT_THAT(regex.error().message(), HasSubstr(reason)) << pattern;
  }
}

TEST(Regex, NamesThePlaceInThePatternAsWritten) {
  const auto regex = Regex::compile("shop\\.(orders", RegexCase::kInsensitive);
  ASSERT_FALSE(regex);
  EXPECT_THAT(regex.error().message(), HasSubstr("at character 14 of 'shop\\.(orders'"));
  const auto bad_name = Regex::compile("ab\\p{InGreek}", RegexCase::kInsensitive);
  ASSERT_FALSE(bad_name);
  EXPECT_THAT(bad_name.error().message(), HasSubstr("of 'ab\\p{InGreek}'"));
}

TEST(Regex, GivesUpOnCatastrophicBacktracking) {
  const auto regex = Regex::compile("(a|aa)+(a|aa)+(a|aa)+[bc]", RegexCase::kSensitive);
  ASSERT_TRUE(regex);
  const auto matched = regex->full_match(std::string(64, 'a'));
  ASSERT_FALSE(matched);
  EXPECT_EQ(matched.error().kind(), ErrorKind::kRejected);
}

TEST(Regex, ReportsMalformedUtf8) {
  EXPECT_FALSE(Regex::compile("a\xFF", RegexCase::kSensitive));
  const auto regex = Regex::compile(".*", RegexCase::kSensitive);
  ASSERT_TRUE(regex);
  EXPECT_FALSE(regex->full_match("a\xFF"));
}

TEST(SplitList, FollowsTheTable) {
  const std::pair<std::string_view, std::vector<std::string>> cases[] = {
      {"", {}},
      {" , ,", {}},
      {"a", {"a"}},
      {"a,b", {"a", "b"}},
      {" a b , c\t", {"a b", "c"}},
      {"\\d{1\\,3},b", {"\\d{1,3}", "b"}},
      {"\\d{1,3}", {"\\d{1", "3}"}},     // braces give no protection
      {"[,]", {"[", "]"}},               // nor brackets
      {"\\Qa,b\\E", {"\\Qa", "b\\E"}},   // nor quotes
      {"a\\\\,b", {"a\\,b"}},            // two backslashes do not split either
      {"a\\.b,c\\\\", {"a\\.b", "c\\\\"}},
      {"\\,", {","}},
  };
  for (const auto& [text, expected] : cases) {
    const auto items = split_list(text);
    ASSERT_TRUE(items) << text;
    EXPECT_THAT(*items, ElementsAreArray(expected)) << text;
  }
}

TEST(SplitList, RefusesATrailingLoneBackslash) {
  for (const std::string_view text : {"a\\", "\\", "a,b\\\\\\"}) {
    const auto items = split_list(text);
    ASSERT_FALSE(items) << text;
    EXPECT_EQ(items.error().kind(), ErrorKind::kRejected);
  }
}

TEST(RegexList, MatchesWhereAnyItemDoes) {
  const auto list =
      RegexList::compile("shop\\.orders, shop\\.item\\d{1\\,2}", RegexCase::kInsensitive);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->items().size(), 2U);
  EXPECT_TRUE(list->matches("SHOP.orders").value());
  EXPECT_TRUE(list->matches("shop.item42").value());
  EXPECT_FALSE(list->matches("shop.item").value());
}

TEST(RegexList, NamesTheItemThatDoesNotCompile) {
  const auto list = RegexList::compile("a,(b", RegexCase::kInsensitive);
  ASSERT_FALSE(list);
  EXPECT_THAT(list.error().message(), HasSubstr("'(b'"));
}

std::string replaced(std::string_view pattern, std::string_view replacement,
                     std::string_view subject) {
  const auto compiled = RegexReplacement::compile(pattern, replacement);
  if (!compiled) return "error: " + compiled.error().message();
  return compiled->apply(subject).value().value_or("no match");
}

TEST(RegexReplacement, ReplacesASubjectThatMatchesAsAWhole) {
  EXPECT_EQ(replaced("(.*)\\.shard\\d+\\.(.*)", "$1.all.$2", "p.shard12.t"), "p.all.t");
  EXPECT_EQ(replaced("(?<routedByValue>.*)", "outbox.event.${routedByValue}", "order"),
            "outbox.event.order");
  EXPECT_EQ(replaced("shard", "x", "p.shard"), "no match");
  EXPECT_EQ(replaced("(.*)", "a\\$1\\\\", "x"), "a$1\\");
  EXPECT_EQ(replaced("(a)|b", "[$1]", "b"), "[]");
  EXPECT_EQ(replaced("a|ab", "x", "ab"), "xb") << "the first match that is found, as in Java";
}

TEST(RegexReplacement, TakesAsManyDigitsAsThereAreGroups) {
  EXPECT_EQ(replaced("(.)(.)", "$12", "ab"), "a2");
  EXPECT_EQ(replaced("(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)", "$10$1", "abcdefghij"), "ja");
}

TEST(RegexReplacement, RefusesGroupsThatAreNotThere) {
  for (const std::string_view replacement : {"$2", "${n}", "$", "${n", "$x", "a\\"}) {
    EXPECT_THAT(replaced("(.*)", replacement, "x"), testing::StartsWith("error: ")) << replacement;
  }
}

}  // namespace
}  // namespace tidemark

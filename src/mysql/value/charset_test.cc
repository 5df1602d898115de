// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/charset.h"

#include <gtest/gtest.h>

#include <string>

#include "mysql/value/enum_set.h"

namespace tidemark {
namespace {

using namespace std::string_view_literals;

TEST(Charset, AsciiIsFoundAtEveryPlaceAndLength) {
  for (std::size_t size = 0; size < 40; ++size) {
    std::string text(size, 'a');
    EXPECT_TRUE(is_ascii(text));
    for (std::size_t at = 0; at < size; ++at) {
      text[at] = '\x80';
      EXPECT_FALSE(is_ascii(text)) << size << " at " << at;
      text[at] = 'a';
    }
  }
}

std::string decoded(Charset charset, std::string_view text) {
  Arena arena;
  return std::string(to_utf8(charset, text, arena));
}

TEST(Charset, TextThatIsUtf8AlreadyIsNotCopied) {
  Arena arena;
  const std::string ascii = "plain";
  for (const Charset charset : {Charset::kAscii, Charset::kLatin1, Charset::kGbk, Charset::kSjis,
                                Charset::kUtf8, Charset::kBinary}) {
    EXPECT_EQ(to_utf8(charset, ascii, arena).data(), ascii.data()) << to_string(charset);
  }
  const std::string utf8 = "ä";
  EXPECT_EQ(to_utf8(Charset::kUtf8, utf8, arena).data(), utf8.data());
}

TEST(Charset, Latin1IsWindows1252WithItsGapsAsControls) {
  EXPECT_EQ(decoded(Charset::kLatin1, "a\x80z"), "a\u20ACz");
  EXPECT_EQ(decoded(Charset::kLatin1, "\x81\x8D\x8F\x90\x9D"), "\u0081\u008D\u008F\u0090\u009D");
  EXPECT_EQ(decoded(Charset::kLatin1, "\xA0\xE4\xFF"), "\u00A0\u00E4\u00FF");
  EXPECT_EQ(decoded(Charset::kAscii, "a\x80z"), "a?z");
}

TEST(Charset, SingleBytesOneOfEach) {
  EXPECT_EQ(decoded(Charset::kArmscii8, "\xB2"), "Ա");
  EXPECT_EQ(decoded(Charset::kCp1251, "\xC6\x98"), "Ж?");
  EXPECT_EQ(decoded(Charset::kCp850, "\xE1"), "ß");
  EXPECT_EQ(decoded(Charset::kGreek, "\xE1"), "α");
  EXPECT_EQ(decoded(Charset::kHebrew, "\xE0"), "א");
  EXPECT_EQ(decoded(Charset::kKoi8r, "\xC1"), "а");
  EXPECT_EQ(decoded(Charset::kLatin2, "\xB3"), "ł");
  EXPECT_EQ(decoded(Charset::kMacroman, "\xA7"), "ß");
  EXPECT_EQ(decoded(Charset::kSwe7, "[a]"), "ÄaÅ") << "swe7 is not ASCII below 0x80";
  EXPECT_EQ(decoded(Charset::kTis620, "\xA1"), "ก");
}

TEST(Charset, MultiByteOneOfEach) {
  EXPECT_EQ(decoded(Charset::kBig5, "a\xA4\xA4z"), "a中z");
  EXPECT_EQ(decoded(Charset::kGb2312, "\xD6\xD0"), "中");
  EXPECT_EQ(decoded(Charset::kGbk, "\xD6\xD0\x81\x40"), "中丂");
  EXPECT_EQ(decoded(Charset::kGb18030, "\xD6\xD0"), "中");
  EXPECT_EQ(decoded(Charset::kSjis, "\x93\xFA\xB1"), "日ｱ");
  EXPECT_EQ(decoded(Charset::kCp932, "\x87\x40"), "①");
  EXPECT_EQ(decoded(Charset::kUjis, "\xC6\xFC\x8E\xB1\x8F\xB0\xA1"), "日ｱ丂");
  EXPECT_EQ(decoded(Charset::kEucjpms, "\xC6\xFC\xAD\xA1"), "日①");
  EXPECT_EQ(decoded(Charset::kEuckr, "\xC7\xD1\x81\x41"), "한갂");
}

TEST(Charset, Gb18030OfFourBytes) {
  EXPECT_EQ(decoded(Charset::kGb18030, std::string_view("\x81\x30\x81\x30", 4)), "\u0080");
  EXPECT_EQ(decoded(Charset::kGb18030, "\x84\x31\xA4\x39"), "\uFFFF");
  EXPECT_EQ(decoded(Charset::kGb18030, "\x84\x31\xA5\x30"), "?");
  EXPECT_EQ(decoded(Charset::kGb18030, "\x90\x30\x81\x30"), "\U00010000");
  EXPECT_EQ(decoded(Charset::kGb18030, "\xE3\x32\x9A\x35"), "\U0010FFFF");
  EXPECT_EQ(decoded(Charset::kGb18030, "\xE3\x32\x9A\x36"), "?");
}

TEST(Charset, WideUnits) {
  EXPECT_EQ(decoded(Charset::kUcs2, std::string_view("\0a\x4E\x2D", 4)), "a中");
  EXPECT_EQ(decoded(Charset::kUcs2, "\xD8\x3D"), "\xED\xA0\xBD") << "as the server";
  EXPECT_EQ(decoded(Charset::kUtf16, "\xD8\x3D\xDE\x00"sv), "😀");
  EXPECT_EQ(decoded(Charset::kUtf16le, "a\0\x3D\xD8\x00\xDE"sv), "a😀");
  EXPECT_EQ(decoded(Charset::kUtf32, "\0\0\0a\0\1\xF6\0"sv), "a😀");
}

TEST(Charset, MalformedTextReadsQuestionMarks) {
  EXPECT_EQ(decoded(Charset::kGbk, "\x81"), "?");
  EXPECT_EQ(decoded(Charset::kGbk, "\x81 a"), "? a");
  EXPECT_EQ(decoded(Charset::kGbk, "\xFF\xD6\xD0"), "?中");
  EXPECT_EQ(decoded(Charset::kUjis, "\x8E\xA0"), "??");
  EXPECT_EQ(decoded(Charset::kUjis, "\x8F\xB0"), "??");
  EXPECT_EQ(decoded(Charset::kGb18030, "\x90\x30"), "?0");
  EXPECT_EQ(decoded(Charset::kUtf16, "\xD8\x00\0a\xDC\0x"sv), "?a??");
  EXPECT_EQ(decoded(Charset::kUtf32, "\0\x11\0\0\0"sv), "??");
}

TEST(Charset, NoTextGrowsBeyondItsRoom) {
  for (auto i = static_cast<unsigned>(Charset::kUtf8); i < static_cast<unsigned>(Charset::kOther);
       ++i) {
    const auto charset = static_cast<Charset>(i);
    Arena arena;
    for (std::size_t size = 0; size < 9; ++size) {
      for (unsigned byte = 0; byte < 256; ++byte) {
        const std::string text(size, static_cast<char>(byte));
        const std::string_view out = to_utf8(charset, text, arena);
        const std::string_view guard = arena.copy("guard");
        EXPECT_LE(out.size(), 3 * size + 1);
        EXPECT_EQ(guard, "guard");
      }
    }
  }
}

TEST(Charset, TextsOfOneRowStayApart) {
  Arena arena;
  const std::string_view first = to_utf8(Charset::kLatin1, "\xE4", arena);
  const std::string long_text(9000, '\xF6');
  const std::string_view second = to_utf8(Charset::kLatin1, long_text, arena);
  const std::string_view third = to_utf8(Charset::kLatin1, "\xFC", arena);
  EXPECT_EQ(first, "ä");
  EXPECT_EQ(second.size(), 18'000U);
  EXPECT_EQ(third, "ü");
}

TEST(Charset, NamesReadBack) {
  for (auto i = static_cast<unsigned>(Charset::kUtf8) + 1;
       i < static_cast<unsigned>(Charset::kOther); ++i) {
    const auto charset = static_cast<Charset>(i);
    EXPECT_EQ(charset_of(to_string(charset)), charset) << to_string(charset);
  }
  EXPECT_EQ(charset_of("utf8mb4"), Charset::kUtf8);
  EXPECT_EQ(charset_of("utf8mb3"), Charset::kUtf8);
  EXPECT_EQ(charset_of(""), Charset::kNone);
  EXPECT_EQ(charset_of("klingon"), Charset::kOther);
}

TEST(Charset, CollationIdsOfBothServers) {
  EXPECT_EQ(charset_of_collation(63), Charset::kBinary);
  EXPECT_EQ(charset_of_collation(8), Charset::kLatin1);
  EXPECT_EQ(charset_of_collation(255), Charset::kUtf8);
  EXPECT_EQ(charset_of_collation(248), Charset::kGb18030);
  EXPECT_EQ(charset_of_collation(28), Charset::kGbk);
  EXPECT_EQ(charset_of_collation(1032), Charset::kLatin1) << "latin1_swedish_nopad_ci";
  EXPECT_EQ(charset_of_collation(608), Charset::kUtf8) << "utf8mb4_croatian_ci";
  EXPECT_EQ(charset_of_collation(2304), Charset::kUtf8) << "utf8mb4_uca1400_ai_ci";
  EXPECT_EQ(charset_of_collation(3271), Charset::kUtf32);
  EXPECT_EQ(charset_of_collation(1000), Charset::kOther);
  EXPECT_EQ(charset_of_collation(5000), Charset::kOther);
}

TEST(EnumSet, MembersAndTheirLimits) {
  const std::vector<std::string> members{"a", "b", "c"};
  Arena arena;
  std::string_view text;
  EXPECT_TRUE(enum_text(members, 0, &text));
  EXPECT_EQ(text, "");
  EXPECT_TRUE(enum_text(members, 3, &text));
  EXPECT_EQ(text, "c");
  EXPECT_FALSE(enum_text(members, 4, &text));
  EXPECT_TRUE(set_text(members, 0, arena, &text));
  EXPECT_EQ(text, "");
  EXPECT_TRUE(set_text(members, 5, arena, &text));
  EXPECT_EQ(text, "a,c");
  EXPECT_FALSE(set_text(members, 8, arena, &text));
  EXPECT_FALSE(set_text({}, 1, arena, &text));
  const std::vector<std::string> all(64, "x");
  EXPECT_TRUE(set_text(all, ~std::uint64_t{0}, arena, &text));
  EXPECT_EQ(text.size(), 127U);
}

}  // namespace
}  // namespace tidemark

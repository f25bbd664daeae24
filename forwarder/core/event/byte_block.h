// SPDX-License-Identifier: Apache-2.0
// Looking at sixteen bytes at a time, with what every x86-64 has. Other processors do the same byte
// by byte.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace nsf {

inline constexpr std::size_t kBlockBytes = 16;

// Which bytes of a block are looked for; the lowest bit is that of the first byte.
using BlockMarks = std::uint32_t;

// Which byte has the first mark; there is one.
constexpr std::size_t FirstOfBlock(BlockMarks marks) {
  return static_cast<std::size_t>(std::countr_zero(marks));
}

// A control character (without DEL), or one of `kStops`.
template <char... kStops>
constexpr bool IsSpecial(char c) {
  return static_cast<unsigned char>(c) < 0x20U || ((c == kStops) || ...);
}

// What some bytes hold.
struct SpecialBytes {
  bool has_controls = false;  // control characters, without DEL
  bool has_stops = false;     // what is looked for beside them
};

template <char... kStops>
SpecialBytes LookForSpecialByByte(std::string_view bytes) {
  SpecialBytes found;
  for (const char c : bytes) {
    found.has_controls = found.has_controls || IsSpecial<>(c);
    found.has_stops = found.has_stops || ((c == kStops) || ...);
  }
  return found;
}

#if defined(__SSE2__)

using ByteBlock = __m128i;

// `bytes` points to sixteen of them.
inline ByteBlock LoadBlock(const char* bytes) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}
inline void StoreBlock(ByteBlock block, char* to) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
}
// Of two words, in memory's order.
inline ByteBlock BlockOf(std::uint64_t first, std::uint64_t second) {
  return _mm_set_epi64x(static_cast<std::int64_t>(second), static_cast<std::int64_t>(first));
}

// The bits of both: what is no ASCII in either is none here.
inline ByteBlock Join(ByteBlock a, ByteBlock b) { return _mm_or_si128(a, b); }

// The bytes that are no ASCII.
inline BlockMarks MarkNoAscii(ByteBlock block) {
  return static_cast<BlockMarks>(_mm_movemask_epi8(block));
}

// The bytes that are control characters (without DEL), or one of `kStops`.
template <char... kStops>
inline BlockMarks MarkSpecial(ByteBlock block) {
  __m128i odd = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block);
  ((odd = _mm_or_si128(odd, _mm_cmpeq_epi8(block, _mm_set1_epi8(kStops)))), ...);
  return static_cast<BlockMarks>(_mm_movemask_epi8(odd));
}

// The same, and the bytes that are no ASCII.
template <char... kStops>
inline BlockMarks MarkOdd(ByteBlock block) {
  // What is no ASCII is negative: one comparison finds it, and the control characters.
  __m128i odd = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));
  ((odd = _mm_or_si128(odd, _mm_cmpeq_epi8(block, _mm_set1_epi8(kStops)))), ...);
  return static_cast<BlockMarks>(_mm_movemask_epi8(odd));
}

// Whether any of four blocks has a control character, or one of `kStops`.
template <char... kStops>
inline bool HasSpecial(ByteBlock a, ByteBlock b, ByteBlock c, ByteBlock d) {
  const __m128i least = _mm_min_epu8(_mm_min_epu8(a, b), _mm_min_epu8(c, d));
  __m128i odd = _mm_cmpeq_epi8(_mm_min_epu8(least, _mm_set1_epi8(0x1F)), least);
  [[maybe_unused]] const auto mark = [&odd](__m128i block, char stop) {
    odd = _mm_or_si128(odd, _mm_cmpeq_epi8(block, _mm_set1_epi8(stop)));
  };
  ((mark(a, kStops), mark(b, kStops), mark(c, kStops), mark(d, kStops)), ...);
  return _mm_movemask_epi8(odd) != 0;
}

// Looks for both in any number of bytes.
template <char... kStops>
SpecialBytes LookForSpecial(std::string_view bytes) {
  if (bytes.size() < kBlockBytes) return LookForSpecialByByte<kStops...>(bytes);
  __m128i least = _mm_set1_epi8('\xFF');
  __m128i stops = _mm_setzero_si128();
  const auto look = [&](const char* at) {
    const __m128i block = LoadBlock(at);
    least = _mm_min_epu8(least, block);
    ((stops = _mm_or_si128(stops, _mm_cmpeq_epi8(block, _mm_set1_epi8(kStops)))), ...);
  };
  const std::size_t last = bytes.size() - kBlockBytes;
  for (std::size_t i = 0; i < last; i += kBlockBytes) look(bytes.data() + i);
  look(bytes.data() + last);
  return {MarkSpecial<>(least) != 0, _mm_movemask_epi8(stops) != 0};
}

#else

using ByteBlock = std::array<char, kBlockBytes>;

inline ByteBlock LoadBlock(const char* bytes) {
  ByteBlock block;
  std::memcpy(block.data(), bytes, block.size());
  return block;
}
inline void StoreBlock(const ByteBlock& block, char* to) {
  std::memcpy(to, block.data(), block.size());
}
inline ByteBlock BlockOf(std::uint64_t first, std::uint64_t second) {
  ByteBlock block;
  std::memcpy(block.data(), &first, sizeof(first));
  std::memcpy(block.data() + sizeof(first), &second, sizeof(second));
  return block;
}

inline ByteBlock Join(ByteBlock a, const ByteBlock& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<char>(a[i] | b[i]);
  return a;
}

inline BlockMarks MarkNoAscii(const ByteBlock& block) {
  BlockMarks marks = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    marks |= static_cast<BlockMarks>(static_cast<unsigned char>(block[i]) >= 0x80) << i;
  }
  return marks;
}

template <char... kStops>
inline BlockMarks MarkSpecial(const ByteBlock& block) {
  BlockMarks odd = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    odd |= static_cast<BlockMarks>(IsSpecial<kStops...>(block[i])) << i;
  }
  return odd;
}

template <char... kStops>
inline bool HasSpecial(const ByteBlock& a, const ByteBlock& b, const ByteBlock& c,
                       const ByteBlock& d) {
  return (MarkSpecial<kStops...>(a) | MarkSpecial<kStops...>(b) | MarkSpecial<kStops...>(c) |
          MarkSpecial<kStops...>(d)) != 0;
}

template <char... kStops>
inline BlockMarks MarkOdd(const ByteBlock& block) {
  return MarkSpecial<kStops...>(block) | MarkNoAscii(block);
}

template <char... kStops>
SpecialBytes LookForSpecial(std::string_view bytes) {
  return LookForSpecialByByte<kStops...>(bytes);
}

#endif

// Copies bytes, few of them as a rule, without a call.
inline void CopyBytes(std::string_view bytes, char* to) {
  const char* const from = bytes.data();
  const std::size_t size = bytes.size();
  const auto copy_ends = [&](auto unit) {  // of one or two units: they may overlap
    decltype(unit) last;
    std::memcpy(&unit, from, sizeof(unit));
    std::memcpy(&last, from + size - sizeof(last), sizeof(last));
    std::memcpy(to, &unit, sizeof(unit));
    std::memcpy(to + size - sizeof(last), &last, sizeof(last));
  };
  if (size >= kBlockBytes) {
    const std::size_t last = size - kBlockBytes;
    for (std::size_t i = 0; i < last; i += kBlockBytes) StoreBlock(LoadBlock(from + i), to + i);
    StoreBlock(LoadBlock(from + last), to + last);
  } else if (size >= sizeof(std::uint64_t)) {
    copy_ends(std::uint64_t{});
  } else if (size >= sizeof(std::uint32_t)) {
    copy_ends(std::uint32_t{});
  } else {
    for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
  }
}

}  // namespace nsf

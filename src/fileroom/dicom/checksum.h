/* CRC-32 as zlib has it, for the compiled reader: the digest of headers is made of it, and zlib's own takes as
 * long as finding what the header says. Where the processor multiplies without carries, 64 bytes are folded at a time, as
 * in V. Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction" (Intel, 2009);
 * elsewhere zlib is asked. */
#ifndef FILEROOM_CHECKSUM_H
#define FILEROOM_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) && defined(__x86_64__)
#include <immintrin.h>

/* Byte by byte, four bits at a time: for the little that is left of a length. */
static inline uint32_t fileroom_crc_of_rest(uint32_t crc, const unsigned char *at, size_t length) {
    static const uint32_t four_bits[16] = {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
        0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    };
    for (; length; at++, length--) {
        crc ^= *at;
        crc = crc >> 4 ^ four_bits[crc & 15];
        crc = crc >> 4 ^ four_bits[crc & 15];
    }
    return crc;
}

/* One step of folding: what stands in front is multiplied by two powers of x, modulo the polynomial, and added. */
#define FILEROOM_FOLD(front, powers, next)                                                                            \
    _mm_xor_si128(next, _mm_xor_si128(_mm_clmulepi64_si128(front, powers, 0x00),                                      \
                                      _mm_clmulepi64_si128(front, powers, 0x11)))

/* Of a length that is a multiple of 16, and 64 at least. */
__attribute__((target("pclmul,sse4.1"))) static inline uint32_t
fileroom_crc_by_folding(uint32_t crc, const unsigned char *at, size_t length) {
    const __m128i *next = (const __m128i *)at, *end = (const __m128i *)(at + length);
    const __m128i over_four = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4); /* x^(4*128-32), x^(4*128+32) */
    const __m128i over_one = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);  /* x^(128-32), x^(128+32) */
    const __m128i over_half = _mm_set_epi64x(0, 0x0163cd6124);            /* x^64 */
    const __m128i barrett = _mm_set_epi64x(0x01f7011641, 0x01db710641);   /* x^64 / P, and P */
    const __m128i low = _mm_set_epi32(0, -1, 0, -1);
    __m128i a = _mm_xor_si128(_mm_loadu_si128(next), _mm_cvtsi32_si128((int)crc)), b = _mm_loadu_si128(next + 1);
    __m128i c = _mm_loadu_si128(next + 2), d = _mm_loadu_si128(next + 3);
    for (next += 4; end - next >= 4; next += 4) {
        a = FILEROOM_FOLD(a, over_four, _mm_loadu_si128(next));
        b = FILEROOM_FOLD(b, over_four, _mm_loadu_si128(next + 1));
        c = FILEROOM_FOLD(c, over_four, _mm_loadu_si128(next + 2));
        d = FILEROOM_FOLD(d, over_four, _mm_loadu_si128(next + 3));
    }
    a = FILEROOM_FOLD(a, over_one, b);
    a = FILEROOM_FOLD(a, over_one, c);
    a = FILEROOM_FOLD(a, over_one, d);
    for (; next < end; next++)
        a = FILEROOM_FOLD(a, over_one, _mm_loadu_si128(next));
    /* 128 bits to 64, and by Barrett's reduction to 32 */
    a = _mm_xor_si128(_mm_srli_si128(a, 8), _mm_clmulepi64_si128(a, over_one, 0x10));
    a = _mm_xor_si128(_mm_srli_si128(a, 4), _mm_clmulepi64_si128(_mm_and_si128(a, low), over_half, 0x00));
    b = _mm_and_si128(_mm_clmulepi64_si128(_mm_and_si128(a, low), barrett, 0x10), low);
    return (uint32_t)_mm_extract_epi32(_mm_xor_si128(a, _mm_clmulepi64_si128(b, barrett, 0x00)), 1);
}

static inline int fileroom_folds(void) { return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1"); }

/* Where fileroom_folds says so. */
static inline uint32_t fileroom_crc(const unsigned char *at, size_t length) {
    uint32_t crc = 0xFFFFFFFFu;
    size_t folded = length < 64 ? 0 : length & ~(size_t)15;
    if (folded)
        crc = fileroom_crc_by_folding(crc, at, folded);
    return ~fileroom_crc_of_rest(crc, at + folded, length - folded);
}
#else
static inline int fileroom_folds(void) { return 0; }
static inline uint32_t fileroom_crc(const unsigned char *at, size_t length) { return (void)at, (void)length, 0; }
#endif

#endif

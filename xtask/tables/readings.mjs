// What pinyin-pro knows about single characters, and which characters GB 2312
// has, as JSON: {readings: {"好": ["hao"], …}, gb2312: "…"}.
import { pinyin } from 'pinyin-pro';

const readings = {};
for (let code = 0x4e00; code <= 0x9fff; code += 1) {
  const character = String.fromCharCode(code);
  const found = pinyin(character, { toneType: 'none', type: 'array', multiple: true, v: true });
  // A character without a reading is answered with itself.
  const syllables = found.filter((syllable) => /^[a-z]+$/.test(syllable));
  if (syllables.length > 0) readings[character] = [...new Set(syllables)];
}

let gb2312 = '';
const decoder = new TextDecoder('gb18030');
for (let row = 0xb0; row <= 0xf7; row += 1) {
  for (let cell = 0xa1; cell <= 0xfe; cell += 1) {
    const character = decoder.decode(Uint8Array.of(row, cell));
    if (/^\p{Script=Han}$/u.test(character)) gb2312 += character;
  }
}

console.log(JSON.stringify({ readings, gb2312 }));

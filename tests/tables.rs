//! The compiler's tables: what is in them, and that no bytes break the reader.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use tidegate::tables::{MAX_FOLD_CHARS, MAX_WORD_CHARS, Tables};

const BYTES: &[u8] = include_bytes!("../data/tables/tables.bin");

fn fold(text: &str) -> String {
    let tables = Tables::builtin();
    let mut folded = String::new();
    for c in text.chars() {
        let mut own = [0; 4];
        folded.push_str(tables.fold(c).unwrap_or(c.encode_utf8(&mut own)));
    }
    folded
}

fn readings(c: char) -> Vec<&'static str> {
    let tables = Tables::builtin();
    let ids = tables.readings(c).iter();
    ids.map(|&id| tables.syllable(id)).collect()
}

fn splits(c: char) -> Vec<&'static str> {
    Tables::builtin().splits(c).collect()
}

#[test]
fn folding_is_final_and_short_and_leaves_letters() {
    let mut before = None;
    for (c, letters) in Tables::builtin().folds() {
        assert!(before < Some(c), "{c} is out of order");
        before = Some(c);
        assert_eq!(Tables::builtin().fold(c), Some(letters));
        assert_ne!(letters, c.to_string());
        assert!(
            (1..=MAX_FOLD_CHARS).contains(&letters.chars().count()),
            "{c}"
        );
        // The toolchain may not know the newest letters yet.
        let known = c.is_alphanumeric() || letters.is_ascii();
        assert!(
            !known || letters.chars().all(char::is_alphanumeric),
            "{c} → {letters}"
        );
        assert_eq!(fold(letters), letters, "{c} is folded twice");
    }
}

#[test]
fn ascii_folds_by_case_only() {
    for c in '\0'..='\x7F' {
        assert_eq!(fold(&c.to_string()), c.to_ascii_lowercase().to_string());
    }
}

#[test]
fn latin_in_disguise_folds_to_letters() {
    for (text, folded) in [
        // Width, frames, alphabets of mathematics, raised and lowered letters.
        ("Ｓｅｘ", "sex"),
        ("ⓈⒺⓍ ⒮⒠⒳", "sex sex"),
        ("🅂🄴🅇 🅢🅔🅧 🆂🅴🆇", "sex sex sex"),
        ("🇸🇪🇽", "sex"),
        ("𝐬𝑒𝒙 𝓈𝖊𝕩 𝚜𝖾𝘅", "sex sex sex"),
        ("ˢᵉˣ ₛₑₓ", "sex sex"),
        ("ﬁ ㎏ ℡ ™ Ⅷ ¼", "fi kg tel tm viii 14"),
        ("① ❷ ➂ ➍ ⑩ ⓰ ⓿ ⒌", "1 2 3 4 10 16 0 5"),
        // Marks, case, ligatures, strokes, small capitals.
        ("É ü ñ ç ő", "e u n c o"),
        ("ſ ẞ ß æ Œ ı İ Ĳ", "s ss ss ae oe i i ij"),
        ("ø Ł đ ħ ŧ ƀ ɨ", "o l d h t b i"),
        ("ꜱᴇx ᴘᴏʀɴ ɢʏʙʜ", "sex porn gybh"),
        // Greek and Cyrillic by their looks, capitals by their own.
        ("ά α β γ ε η ν ρ υ χ ω", "a a b y e n v p u x w"),
        ("Α Β Ε Ζ Η Ι Κ Μ Ν Ο Ρ Τ Υ Χ", "a b e z h i k m n o p t y x"),
        (
            "а в е ё і ї й к м н о р с т у х ѕ ј һ ԁ ԛ ԝ ь",
            "a b e e i i u k m h o p c t y x s j h d q w b",
        ),
        (
            "А В Е Ё І Ї К М Н О Р С Т У Х Ѕ Ј",
            "a b e e i i k m h o p c t y x s j",
        ),
        ("ѕех роrn сосk", "sex porn cock"),
        // Others.
        ("օ ս հ Տ", "o u h s"),
        ("Ꭺ Ᏼ Ꮪ Ꮋ", "a b s h"),
        ("ꓢꓰꓫ ꓲ", "sex i"),
        ("ⅿ K Å", "m k a"),
        // Digits by value, not by looks.
        ("٠١٢٣٤٥٦٧٨٩ ०१२ ๐๑๒ 𝟘𝟙𝟚 １２", "0123456789 012 012 012 12"),
    ] {
        assert_eq!(fold(text), folded, "{text}");
    }
}

#[test]
fn chinese_folds_to_simplified() {
    for (text, folded) in [
        (
            "發 髮 後 裏 裡 乾 鍾 鐘 麵 著",
            "发 发 后 里 里 干 钟 钟 面 着",
        ),
        ("賭博 槍枝 強姦 妳", "赌博 枪枝 强奸 你"),
        // Japanese forms, unless they are other characters in Chinese.
        ("広 沢 売 芸", "广 泽 卖 芸"),
        // Compatibility characters, radicals, frames.
        ("⼈ ⽔ ⺡ ⻩ 金 ㊙ ㈱ ㍿", "人 水 氵 黄 金 秘 株 株式会社"),
    ] {
        assert_eq!(fold(text), folded, "{text}");
    }
}

#[test]
fn kana_and_hangul_fold_by_width() {
    assert_eq!(fold("ﾊ バ ㋐ は ば"), "ハ ハ ア は は");
    assert_eq!(fold("한글 ㅎ ﾡ ㈎ ㉠"), "한글 ㅎ ㄱ 가 ㄱ");
}

#[test]
fn what_is_no_letter_stays() {
    for c in "，。！—…·（）【】《》　|│×€¥✓😀🔞\u{200B}\u{FE0F}\u{301}\u{20E3}".chars()
    {
        assert_eq!(Tables::builtin().fold(c), None, "{c}");
    }
    // Too long to be worth it; written from right to left; Chinese.
    for c in "ﷺاهוס〇口一丨工".chars() {
        assert_eq!(Tables::builtin().fold(c), None, "{c}");
    }
}

#[test]
fn readings_are_toneless_and_the_common_one_is_first() {
    assert_eq!(readings('赌'), ["du"]);
    assert_eq!(readings('博'), ["bo"]);
    assert_eq!(readings('女')[0], "nv");
    assert_eq!(readings('行')[..2], ["xing", "hang"]);
    assert_eq!(readings('庄'), ["zhuang"]);
    assert!(readings('着').contains(&"zhu"), "着 is also 著");
    assert!(readings('a').is_empty());
    assert!(
        readings('賭').is_empty(),
        "readings belong to folded characters"
    );

    let tables = Tables::builtin();
    let mut before = None;
    for (c, ids) in tables.all_readings() {
        assert!(before < Some(c), "{c} is out of order");
        before = Some(c);
        assert_eq!(tables.readings(c), ids);
        assert_eq!(tables.fold(c), None, "{c}");
        assert!((1..=4).contains(&ids.len()), "{c}");
        for &id in ids {
            let syllable = tables.syllable(id);
            assert!((1..=6).contains(&syllable.len()), "{c}: {syllable}");
            assert!(
                syllable.bytes().all(|byte| byte.is_ascii_lowercase()),
                "{c}"
            );
        }
    }
    assert_eq!(tables.syllable(tables.syllables() as u16), "");
}

#[test]
fn characters_come_apart() {
    assert_eq!(splits('强'), ["弓虽"]);
    assert_eq!(splits('好'), ["女子"]);
    assert_eq!(splits('赌'), ["贝者"]);
    assert_eq!(splits('博'), ["十尃"]);
    assert_eq!(splits('枪'), ["木仓"]);
    assert_eq!(splits('钱'), ["钅戋", "金戋"]);
    assert_eq!(splits('法'), ["氵去"]);
    assert_eq!(splits('做'), ["亻故", "人故"]);
    assert_eq!(splits('街'), ["彳圭亍"]);
    assert!(splits('国').is_empty(), "not side by side");
    assert!(splits('x').is_empty());
}

#[test]
fn words_ascend_and_have_a_cost() {
    let tables = Tables::builtin();
    let mut before = String::new();
    let mut count = 0;
    for (word, cost) in tables.words() {
        assert!(before.as_str() < word, "{word} is out of order");
        assert!(
            (1..=MAX_WORD_CHARS).contains(&word.chars().count()),
            "{word}"
        );
        assert_eq!(tables.word_cost(word), Some(cost));
        assert_eq!(fold(word), word);
        before = word.to_owned();
        count += 1;
    }
    assert!(count > 80_000);
    let cost = |word| tables.word_cost(word).unwrap();
    assert!(cost("的") < cost("中国") && cost("中国") < cost("赌博"));
    assert!(tables.word_cost("着名").is_some(), "著名, folded");
    for unknown in ["", "博赌", "x", "中国人民解", "\u{10FFFF}"] {
        assert_eq!(tables.word_cost(unknown), None, "{unknown}");
    }
}

#[test]
fn other_bytes_are_refused_with_a_code() {
    for bytes in [
        &b""[..],
        b"TGTB",
        b"TGTB\x02\0\0\0\0",
        &BYTES[..BYTES.len() - 1],
        &[BYTES, b"x"].concat(),
    ] {
        assert_eq!(Tables::read(bytes).unwrap_err().code(), "tables/malformed");
    }
}

/// Asks everything there is to ask.
fn use_all(tables: &Tables) {
    let mut letters = 0;
    for (c, ids) in tables.all_readings() {
        letters += ids
            .iter()
            .map(|&id| tables.syllable(id).len())
            .sum::<usize>();
        letters += tables.splits(c).map(str::len).sum::<usize>();
    }
    letters += tables
        .folds()
        .map(|(_, letters)| letters.len())
        .sum::<usize>();
    letters += tables.words().map(|(word, _)| word.len()).sum::<usize>();
    assert!(letters < usize::MAX);
    let _ = tables.word_cost("中国");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn truncated_bytes_are_refused(len in 0..BYTES.len()) {
        prop_assert!(Tables::read(&BYTES[..len]).is_err());
    }

    #[test]
    fn corrupted_bytes_are_refused_or_read(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = BYTES.to_vec();
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(tables) = Tables::read(&bytes) {
            use_all(&tables);
        }
    }

    #[test]
    fn any_bytes_are_refused_or_read(tail in prop::collection::vec(0u8..6, 0..40)) {
        let mut bytes = b"TGTB\x01".to_vec();
        bytes.extend(tail);
        if let Ok(tables) = Tables::read(&bytes) {
            use_all(&tables);
        }
    }
}

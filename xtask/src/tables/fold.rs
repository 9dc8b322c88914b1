//! What characters fold to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::{Result, ensure};
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory as Category, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

use super::Section;
use super::sources::{Sources, single};
use super::write::Column;

/// Longer compositions (ﷺ and its like) are left as they are.
const MAX_CHARS: usize = 8;
/// No chain of steps is nearly as long; longer means that it goes in circles.
const MAX_STEPS: usize = 16;
/// The planes behind hold invisible and private characters only.
const LAST: char = '\u{3FFFF}';
/// Modifier apostrophes and tone marks: letters to Unicode, not to readers.
const MODIFIERS: std::ops::RangeInclusive<char> = '\u{2B9}'..='\u{2D1}';
const HANGUL_SYLLABLES: std::ops::RangeInclusive<char> = '\u{AC00}'..='\u{D7A3}';
const COMPATIBILITY_JAMO: std::ops::RangeInclusive<char> = '\u{3131}'..='\u{318E}';
const RADICALS: std::ops::RangeInclusive<char> = '\u{2E80}'..='\u{2EF3}';

/// All characters that fold to something else.
#[derive(Debug)]
pub(super) struct Folds {
    folds: BTreeMap<char, String>,
}

impl Folds {
    pub(super) fn new(sources: &Sources<'_>, gb2312: &BTreeSet<char>) -> Result<Self> {
        let rules = Rules::new(sources, gb2312)?;
        let mut folds = BTreeMap::new();
        for c in '\0'..=LAST {
            let folded = rules.fold(c)?;
            if !folded.is_empty() && folded.chars().count() <= MAX_CHARS && !folded.chars().eq([c])
            {
                folds.insert(c, folded);
            }
        }
        Ok(Self { folds })
    }

    pub(super) fn get(&self, c: char) -> Option<&str> {
        self.folds.get(&c).map(String::as_str)
    }

    /// Folds every character of `text`.
    pub(super) fn text(&self, text: &str) -> String {
        let mut folded = String::new();
        for c in text.chars() {
            match self.get(c) {
                Some(letters) => folded.push_str(letters),
                None => folded.push(c),
            }
        }
        folded
    }

    /// The characters that fold to a single one, by that one.
    pub(super) fn sources(&self) -> BTreeMap<char, Vec<char>> {
        let mut sources: BTreeMap<char, Vec<char>> = BTreeMap::new();
        for (&from, text) in &self.folds {
            if let Some(to) = single(text) {
                sources.entry(to).or_default().push(from);
            }
        }
        sources
    }

    pub(super) fn section(&self) -> Section {
        let mut bytes = Column::default();
        bytes.keys(self.folds.keys().copied());
        bytes.texts(self.folds.values().map(String::as_str));
        Section {
            name: "fold",
            holds: format!("{} characters", self.folds.len()),
            bytes: bytes.into_bytes(),
        }
    }
}

struct Rules {
    /// Our own list; `None` keeps the character.
    own: HashMap<char, Option<String>>,
    /// Decimal digits of all scripts.
    digits: HashMap<char, char>,
    /// Conjoining jamo to the one that stands alone.
    jamo: HashMap<char, char>,
    /// Chinese characters to their simplified form.
    simplified: HashMap<char, char>,
}

impl Rules {
    fn new(sources: &Sources<'_>, gb2312: &BTreeSet<char>) -> Result<Self> {
        let own = sources.lookalikes()?.into_iter();
        let jamo = COMPATIBILITY_JAMO.rev().filter_map(|jamo| {
            let mut parts = jamo.nfkd();
            let part = parts.next().filter(|&part| part != jamo)?;
            parts.next().is_none().then_some((part, jamo))
        });
        Ok(Self {
            own: own.map(|entry| (entry.from, entry.to)).collect(),
            digits: digits(),
            jamo: jamo.collect(),
            simplified: simplified(sources, gb2312)?,
        })
    }

    /// Takes steps until nothing changes; empty if nothing is left.
    fn fold(&self, c: char) -> Result<String> {
        let mut text = c.to_string();
        for _ in 0..MAX_STEPS {
            let mut next = String::new();
            for c in text.chars() {
                match self.step(c) {
                    Some(letters) => next.push_str(&letters),
                    None => next.push(c),
                }
            }
            if next == text {
                return Ok(text);
            }
            text = next;
        }
        ensure!(false, "{c} (U+{:04X}) folds in circles", c as u32);
        Ok(text)
    }

    /// What `c` becomes by the first rule that applies. The order matters: our
    /// own list corrects all others; what a character is composed of counts
    /// before its looks, looks before case (Ρ is a p), case before variants.
    fn step(&self, c: char) -> Option<String> {
        if c.is_ascii() {
            return c
                .is_ascii_uppercase()
                .then(|| c.to_ascii_lowercase().to_string());
        }
        if let Some(own) = self.own.get(&c) {
            return own.clone();
        }
        if let Some(digit) = self.digits.get(&c) {
            return Some(digit.to_string());
        }
        if !foldable(c) || HANGUL_SYLLABLES.contains(&c) || COMPATIBILITY_JAMO.contains(&c) {
            return None;
        }
        if let Some(jamo) = self.jamo.get(&c) {
            return Some(jamo.to_string());
        }
        if !c.nfkd().eq([c]) {
            return decomposed(c);
        }
        if let Some(letters) = look(c) {
            return Some(letters);
        }
        if let Some(lower) = unicode_case_mapping::case_folded(c) {
            return char::from_u32(lower.get()).map(String::from);
        }
        self.simplified.get(&c).map(char::to_string)
    }
}

/// Letters, numbers, and symbols, which may be letters in a frame.
fn foldable(c: char) -> bool {
    is_letter(c)
        || matches!(
            c.general_category(),
            Category::OtherSymbol | Category::MathSymbol
        )
}

fn is_letter(c: char) -> bool {
    matches!(
        c.general_category(),
        Category::UppercaseLetter
            | Category::LowercaseLetter
            | Category::TitlecaseLetter
            | Category::ModifierLetter
            | Category::OtherLetter
            | Category::DecimalNumber
            | Category::LetterNumber
            | Category::OtherNumber
    )
}

/// The letters of a compatibility decomposition; `None` if it has none.
fn decomposed(c: char) -> Option<String> {
    // Composing again keeps Hangul syllables whole; it composes nothing else,
    // as no marks are left.
    let letters: String = c
        .nfkd()
        .filter(|&part| is_letter(part) && !MODIFIERS.contains(&part))
        .nfc()
        .collect();
    (!letters.is_empty()).then_some(letters)
}

/// ASCII letters or digits that look like `c`; for radicals, the character.
fn look(c: char) -> Option<String> {
    let radical = RADICALS.contains(&c);
    let letter = is_letter(c) && may_look(c.script());
    if !radical && !letter {
        return None;
    }
    let prototype: String = unicode_security::skeleton(c.encode_utf8(&mut [0; 4])).collect();
    if radical {
        let one = single(&prototype).filter(|&one| one != c && one.script() == Script::Han);
        return one.map(String::from);
    }
    if prototype.is_empty() || !prototype.chars().all(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    // The prototypes of confusables.txt: l also stands for I and 1, O for 0,
    // rn for m. No small letter looks like a capital I.
    Some(match prototype.as_str() {
        "l" if c.general_category() == Category::UppercaseLetter => "i".to_owned(),
        "rn" => "m".to_owned(),
        _ => prototype.to_ascii_lowercase(),
    })
}

/// Chinese, Japanese and Korean never look Latin, and letters written from
/// right to left cannot stand in a Latin word.
fn may_look(script: Script) -> bool {
    !matches!(
        script,
        Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Bopomofo
            | Script::Hangul
            | Script::Arabic
            | Script::Hebrew
            | Script::Nko
            | Script::Mandaic
            | Script::Hanifi_Rohingya
            | Script::Mende_Kikakui
            | Script::Old_Hungarian
            | Script::Old_Turkic
            | Script::Lydian
    )
}

/// Decimal digits come in unbroken rows from 0 to 9.
fn digits() -> HashMap<char, char> {
    let mut digits = HashMap::new();
    let mut row = 0..;
    for c in '\u{80}'..=LAST {
        if c.general_category() != Category::DecimalNumber {
            row = 0..;
        } else if let Some(place) = row.next() {
            digits.insert(c, char::from(b'0' + (place % 10) as u8));
        }
    }
    digits
}

fn simplified(sources: &Sources<'_>, gb2312: &BTreeSet<char>) -> Result<HashMap<char, char>> {
    // Rare forms outside the basic plane have no font and no typists.
    let basic = |&(from, to): &(char, char)| from != to && from.max(to) < '\u{10000}';
    let mut simplified: HashMap<char, char> = sources
        .variants("TSCharacters")?
        .into_iter()
        .filter(basic)
        .collect();
    let targets: BTreeSet<char> = simplified.values().copied().collect();
    for name in ["TWVariantsRev", "HKVariantsRev", "JPShinjitaiCharacters"] {
        for (from, to) in sources.variants(name)?.into_iter().filter(basic) {
            // Many Japanese forms are other characters in Chinese (芸, 弁, 予).
            let other = name.starts_with("JP") && gb2312.contains(&from);
            if !targets.contains(&from) && !other {
                simplified.entry(from).or_insert(to);
            }
        }
    }
    Ok(simplified)
}

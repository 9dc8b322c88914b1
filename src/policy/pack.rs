//! The pack: a head, sections, a digest, perhaps a signature.
//!
//! ```text
//! "TGPK"  format u16 LE  0 u16
//! section*: tag [4]  flags u8 (bit 0: must be understood)  length u32 LE  bytes
//!   META  policy, revision, notices, number of terms, views, score limit
//!   RULE  the rules
//!   ALPH  the alphabet
//!   FOLD  which characters stand for its letters
//!   TRIE  the forms
//!   IMIT  letters of other alphabets that look like Latin ones   (if needed)
//!   SOUN  how characters sound                                   (if needed)
//!   WORD  words from whose neighbourhood terms are judged        (if needed)
//!   PATT  patterns                                               (if needed)
//!   HASH  first half of SHA-512 of everything before; the last section of an unsigned pack
//!   SIGN  Ed25519 over "tidegate pack 1" and the hash; last, if there
//! ```

use super::compile::Compiled;
use super::digest::{Pack, digest};
use super::document::Document;
use super::error::PackError;
use super::loaded::Policy;
use super::patterns::{self, PatternSource, Patterns};
use super::rule::{Action, Call, Channel, Combination, Rule, ScoreLimit};
use super::signature;
use crate::lexicon::{
    ALL_VIEWS, Alphabet, Automaton, Chars, Context, Imitations, Reader, Sounds, Target, Writer,
    unpack,
};

/// The format written and read.
pub const FORMAT: u16 = 4;
const MAGIC: &[u8; 4] = b"TGPK";
const MUST_UNDERSTAND: u8 = 1;
const HEAD: usize = 8;
const SECTION_HEAD: usize = 9;
/// Largest pack, in bytes.
const MAX_PACK: usize = 64 << 20;

/// What a pack says of itself, without loading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackInfo {
    /// Name of the policy.
    pub policy: String,
    /// Its revision.
    pub revision: u32,
    /// First half of the SHA-512 of what its signature covers, in hexadecimal.
    pub digest: String,
    /// Whether it carries a signature (not whether the signature is good).
    pub signed: bool,
    /// Number of rules.
    pub rules: u32,
    /// Number of authored terms.
    pub terms: u32,
    /// Number of states of the automaton.
    pub states: u32,
}

pub(super) fn write(
    document: &Document,
    rules: &[Rule],
    limit: Option<ScoreLimit>,
    patterns: &[PatternSource],
    lexicon: &Compiled,
) -> Vec<u8> {
    let mut pack = Vec::with_capacity(lexicon.trie.len() + 4096);
    pack.extend(MAGIC);
    pack.extend(FORMAT.to_le_bytes());
    pack.extend([0, 0]);

    let mut meta = Writer::default();
    meta.text(&document.policy);
    meta.int(document.revision);
    meta.int(lexicon.terms);
    meta.byte(lexicon.views);
    meta.int(limit.map_or(0, |limit| limit.points));
    meta.byte(limit.map_or(0, |limit| limit.action as u8));
    for texts in [&document.notice, &document.help] {
        meta.int(texts.len() as u32);
        for (locale, text) in texts {
            meta.text(locale);
            meta.text(text);
        }
    }
    section(&mut pack, *b"META", &meta.into_bytes());

    let mut table = Writer::default();
    table.int(rules.len() as u32);
    for rule in rules {
        write_rule(&mut table, rule);
    }
    section(&mut pack, *b"RULE", &table.into_bytes());

    let mut letters = Writer::default();
    lexicon.alphabet.write(&mut letters);
    section(&mut pack, *b"ALPH", &letters.into_bytes());
    section(&mut pack, *b"FOLD", &lexicon.folds);
    section(&mut pack, *b"TRIE", &lexicon.trie);
    let mut written = Writer::default();
    if !patterns.is_empty() {
        patterns::write(patterns, &mut written);
    }
    for (tag, bytes) in [
        (b"IMIT", &lexicon.imitations),
        (b"SOUN", &lexicon.sounds),
        (b"WORD", &lexicon.words),
        (b"PATT", &written.into_bytes()),
    ] {
        if !bytes.is_empty() {
            section(&mut pack, *tag, bytes);
        }
    }
    let hash = digest(&pack);
    section(&mut pack, *b"HASH", &hash);
    pack
}

fn section(pack: &mut Vec<u8>, tag: [u8; 4], bytes: &[u8]) {
    pack.extend(tag);
    pack.push(MUST_UNDERSTAND);
    pack.extend((bytes.len() as u32).to_le_bytes());
    pack.extend(bytes);
}

fn write_rule(out: &mut Writer, rule: &Rule) {
    out.text(&rule.id);
    out.text(&rule.risk);
    out.byte(rule.action as u8);
    out.byte(rule.severity);
    out.byte(rule.channels);
    out.text(&rule.with);
    out.int(rule.mask as u32);
    match rule.combination {
        None => out.int(0),
        Some(Combination {
            groups,
            within,
            in_sentence,
        }) => {
            out.int(groups);
            out.int(within << 1 | u32::from(in_sentence));
        }
    }
    out.int(rule.unless_within.map_or(0, |within| within + 1));
    out.int(u32::from(rule.score));
    out.int(rule.jurisdictions.len() as u32);
    rule.jurisdictions.iter().for_each(|code| out.text(code));
    out.byte(rule.call.map_or(0, |call| call as u8 + 1));
}

/// The sections of a pack whose digest is right.
pub(super) struct Sections<'a> {
    /// As [`TAGS`].
    content: [Option<&'a [u8]>; TAGS.len()],
    hash: [u8; 32],
    signature: Option<[u8; 64]>,
    /// Where the signature section begins or would.
    unsigned_len: usize,
}

/// The sections with content; the first five are in every pack.
const TAGS: [&[u8; 4]; 9] = [
    b"META", b"RULE", b"ALPH", b"FOLD", b"TRIE", b"IMIT", b"SOUN", b"WORD", b"PATT",
];

impl<'a> Sections<'a> {
    pub(super) fn read(given: Pack<'a>) -> Result<Self, PackError> {
        let pack = given.bytes;
        if pack.len() > MAX_PACK {
            return Err(PackError::Malformed("size"));
        }
        let head = pack.get(..HEAD).ok_or(if pack.starts_with(MAGIC) {
            PackError::Truncated
        } else {
            PackError::Magic
        })?;
        if &head[..4] != MAGIC {
            return Err(PackError::Magic);
        }
        let format = u16::from_le_bytes([head[4], head[5]]);
        if format != FORMAT {
            return Err(PackError::Format(format));
        }
        let mut content = [None; TAGS.len()];
        let mut hash: Option<[u8; 32]> = None;
        let mut signature = None;
        let mut unsigned_len = pack.len();
        let mut at = HEAD;
        while at < pack.len() {
            let (tag, flags, bytes) = section_at(pack, at)?;
            // Known sections have one flag byte only: a pack has one spelling.
            let known = flags == MUST_UNDERSTAND;
            let slot = match &tag {
                b"HASH" if known && hash.is_none() => {
                    let right = given.digest.unwrap_or_else(|| digest(&pack[..at]));
                    if bytes != right {
                        return Err(PackError::Digest);
                    }
                    hash = bytes.try_into().ok();
                    unsigned_len = at + SECTION_HEAD + bytes.len();
                    None
                }
                b"SIGN" if known && hash.is_some() && signature.is_none() => {
                    signature = Some(bytes.try_into().map_err(|_| PackError::Signature)?);
                    None
                }
                // Nothing unhashed may be taken for content.
                _ if hash.is_some() => return Err(PackError::Section(tag)),
                _ => match TAGS.iter().position(|known| **known == tag) {
                    Some(place) if known => Some(&mut content[place]),
                    // What must be understood and is not is refused; the rest
                    // is for newer readers.
                    _ if flags & MUST_UNDERSTAND != 0 => return Err(PackError::Section(tag)),
                    _ => None,
                },
            };
            if let Some(slot) = slot
                && slot.replace(bytes).is_some()
            {
                return Err(PackError::Section(tag));
            }
            at += SECTION_HEAD + bytes.len();
        }
        let hash = hash.ok_or(PackError::Truncated)?;
        Ok(Self {
            content,
            hash,
            signature,
            unsigned_len,
        })
    }

    fn section(&self, tag: &[u8; 4]) -> Result<Reader<'a>, PackError> {
        self.optional(tag).ok_or(PackError::Section(*tag))
    }

    pub(super) fn optional(&self, tag: &[u8; 4]) -> Option<Reader<'a>> {
        let place = TAGS.iter().position(|known| *known == tag)?;
        self.content[place].map(Reader::new)
    }

    /// Loads everything.
    pub(super) fn content(&self) -> Result<Policy, PackError> {
        let mut meta = self.section(b"META")?;
        let policy = meta.text()?.to_owned();
        let revision = meta.int()?;
        let terms = meta.int()?;
        let views = meta.byte()? & ALL_VIEWS;
        let points = meta.int()?;
        let action = Action::from_byte(meta.byte()?).ok_or(PackError::Malformed("action"))?;
        let notices = read_texts(&mut meta)?;
        let help = read_texts(&mut meta)?;
        meta.end()?;

        let mut from = self.section(b"RULE")?;
        let count = from.count(from.remaining(), "rules")?;
        let rules = (0..count)
            .map(|_| read_rule(&mut from))
            .collect::<Result<Vec<_>, _>>()?;
        from.end()?;

        let mut letters = self.section(b"ALPH")?;
        let alphabet = Alphabet::read(&mut letters)?;
        letters.end()?;
        let mut folds = self.section(b"FOLD")?;
        let chars = Chars::read(&alphabet, &mut folds)?;
        folds.end()?;
        let mut imitations = Imitations::new(&alphabet);
        if let Some(mut from) = self.optional(b"IMIT") {
            imitations.read(&alphabet, &mut from)?;
            from.end()?;
        }
        let mut sounds = Sounds::default();
        if let Some(mut from) = self.optional(b"SOUN") {
            sounds = Sounds::read(&alphabet, &mut from)?;
            from.end()?;
        }
        let mut context = Context::default();
        if let Some(mut from) = self.optional(b"WORD") {
            context = Context::read(&mut from)?;
            from.end()?;
        }
        let mut patterns = Patterns::default();
        if let Some(mut from) = self.optional(b"PATT") {
            patterns = Patterns::read(&mut from, rules.len())?;
            from.end()?;
        }
        let trie = self.content[4].ok_or(PackError::Section(*b"TRIE"))?;
        let automaton = unpack(trie, alphabet.len())?;
        check_targets(&automaton, &rules)?;
        let info = PackInfo {
            policy,
            revision,
            digest: self.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            signed: self.signature.is_some(),
            rules: rules.len() as u32,
            terms,
            states: automaton.states() as u32,
        };
        Ok(Policy {
            info,
            notices,
            help,
            rules,
            score_limit: (points > 0).then_some(ScoreLimit { points, action }),
            views,
            alphabet,
            chars,
            sounds,
            imitations,
            context,
            patterns,
            automaton,
        })
    }

    pub(super) fn verify(&self, keys: &[[u8; 32]]) -> Result<(), PackError> {
        let signature = self.signature.as_ref().ok_or(PackError::Unsigned)?;
        if keys
            .iter()
            .any(|key| signature::verifies(key, &self.hash, signature))
        {
            Ok(())
        } else {
            Err(PackError::Signature)
        }
    }
}

fn section_at(pack: &[u8], at: usize) -> Result<([u8; 4], u8, &[u8]), PackError> {
    let rest = &pack[at..];
    let (head, rest) = rest
        .split_first_chunk::<SECTION_HEAD>()
        .ok_or(PackError::Truncated)?;
    let [t0, t1, t2, t3, flags, l0, l1, l2, l3] = *head;
    let len = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
    Ok((
        [t0, t1, t2, t3],
        flags,
        rest.get(..len).ok_or(PackError::Truncated)?,
    ))
}

/// Texts by locale.
fn read_texts(from: &mut Reader<'_>) -> Result<Vec<(String, String)>, PackError> {
    let mut texts = Vec::new();
    for _ in 0..from.count(from.remaining(), "texts")? {
        texts.push((from.text()?.to_owned(), from.text()?.to_owned()));
    }
    Ok(texts)
}

fn read_rule(from: &mut Reader<'_>) -> Result<Rule, PackError> {
    let id = from.text()?.to_owned();
    let risk = from.text()?.to_owned();
    let action = Action::from_byte(from.byte()?).ok_or(PackError::Malformed("action"))?;
    let severity = from.byte()?;
    let channels = from.byte()?;
    let with = from.text()?.to_owned();
    let mask = char::from_u32(from.int()?).ok_or(PackError::Malformed("mask"))?;
    let combination = match from.int()? {
        0 => None,
        groups @ 2..=255 => {
            let within = from.int()?;
            Some(Combination {
                groups,
                within: within >> 1,
                in_sentence: within & 1 == 1,
            })
        }
        _ => return Err(PackError::Malformed("combination")),
    };
    let unless_within = from.int()?.checked_sub(1);
    let score = u16::try_from(from.int()?).map_err(|_| PackError::Malformed("score"))?;
    let mut jurisdictions = Vec::new();
    for _ in 0..from.count(from.remaining(), "jurisdictions")? {
        jurisdictions.push(from.text()?.to_owned());
    }
    let call = Call::from_byte(from.byte()?).ok_or(PackError::Malformed("call"))?;
    Ok(Rule {
        id,
        risk,
        action,
        severity,
        channels,
        with,
        mask,
        combination,
        unless_within,
        score,
        jurisdictions,
        call,
    })
}

/// Every entry names a rule that is there and of its kind.
fn check_targets(automaton: &Automaton, rules: &[Rule]) -> Result<(), PackError> {
    let good = automaton
        .all_entries()
        .iter()
        .all(|entry| match entry.target {
            Target::Allow | Target::Homophone => true,
            Target::Unless(rule) => rules
                .get(rule as usize)
                .is_some_and(|rule| rule.unless_within.is_some()),
            Target::Rule(rule) => rules
                .get(rule as usize)
                .is_some_and(|rule| rule.combination.is_none()),
            Target::Group { rule, group } => rules
                .get(rule as usize)
                .and_then(|rule| rule.combination)
                .is_some_and(|combination| group < combination.groups),
        });
    if good {
        Ok(())
    } else {
        Err(PackError::Malformed("entry target"))
    }
}

/// Signs a pack with a 32-byte Ed25519 seed; replaces a signature it has.
///
/// # Errors
/// `pack/…` if these bytes are not a pack.
pub fn sign(pack: &[u8], seed: &[u8; 32]) -> Result<Vec<u8>, PackError> {
    let sections = Sections::read(pack.into())?;
    let signature = signature::signature(seed, &sections.hash);
    let mut signed = pack[..sections.unsigned_len].to_vec();
    section(&mut signed, *b"SIGN", &signature);
    Ok(signed)
}

/// What the pack says of itself; checks all but the signature.
///
/// # Errors
/// `pack/…`.
pub fn inspect(pack: &[u8]) -> Result<PackInfo, PackError> {
    Ok(Sections::read(pack.into())?.content()?.info().clone())
}

/// A channel's bit must fit the byte in which a rule stores its channels.
const _: () = assert!((Channel::Refusal as u8) < 8);

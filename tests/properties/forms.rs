//! The forms of a policy's terms, and the words that make a match doubtful.

use crate::strategy::{PolicyCase, RuleCase};
use crate::views::{Eyes, code};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::{BTreeSet, HashMap};
use tidegate::lexicon::{
    Context, Form, JOINED, LEET, MAX_DOUBTED, Reader, SOUND, TIGHT, Target, Views, Writer, forms,
    sound_forms, syllable_letter,
};
use tidegate::pattern::{Pattern, parse};
use tidegate::tables::Tables;
use tidegate::text::{Token, tokens};

/// One policy: what is looked for, and how it is found.
pub(crate) struct Lexicon {
    pub(crate) forms: Vec<(Form, Target)>,
    pub(crate) finder: AhoCorasick,
    /// What a form begins with, and the views in which it can still grow.
    pub(crate) beginnings: HashMap<String, Views>,
    pub(crate) patterns: Vec<(u32, Pattern)>,
    pub(crate) context: Option<Context>,
    pub(crate) eyes: Eyes,
}

/// A character of the plane of everyday Chinese is its own symbol here.
pub(crate) fn symbol(c: char) -> u16 {
    u16::try_from(c as u32).unwrap_or(0)
}

fn views(rule: &RuleCase) -> Views {
    let bit = |view: &&str| match *view {
        "tight" => TIGHT,
        "joined" => JOINED,
        "leet" => LEET,
        _ => SOUND,
    };
    rule.views.iter().map(bit).sum()
}

impl Lexicon {
    pub(crate) fn new(policy: &PolicyCase) -> Self {
        let tables = policy.tables();
        let mut list = Vec::new();
        let mut doubted = Vec::new();
        let mut patterns = Vec::new();
        let mut known = BTreeSet::new();
        for (rule, case) in (0..).zip(&policy.rules) {
            let views = views(case);
            let mut add = |terms: &[String], target| {
                for term in terms {
                    list.extend(
                        written(tables, term, views)
                            .into_iter()
                            .map(|form| (form, target)),
                    );
                    for letters in short(tables, term).filter(|_| views & (TIGHT | JOINED) != 0) {
                        doubted.push(letters);
                    }
                }
            };
            add(&case.terms, Target::Rule(rule));
            for (group, terms) in (0..).zip(&case.all) {
                add(terms, Target::Group { rule, group });
            }
            for term in &case.unless {
                let found = forms(&folded(tables, term), TIGHT);
                list.extend(found.into_iter().map(|form| (form, Target::Unless(rule))));
            }
            if let Some(source) = &case.pattern {
                let pattern = parse(source).unwrap();
                let listed = pattern.listed().flat_map(|(from, to)| from..=to);
                known.extend(listed.filter(|c| c.is_alphanumeric()));
                patterns.push((rule, pattern));
            }
        }
        for phrase in &policy.allow {
            let found = forms(&folded(tables, phrase), TIGHT);
            list.extend(found.into_iter().map(|form| (form, Target::Allow)));
        }
        let homophones = homophones(tables, &list);
        list.extend(homophones.into_iter().map(|form| (form, Target::Homophone)));
        let words = words_around(tables, &doubted);
        known.extend(words.iter().flat_map(|(word, _)| word.chars()));
        let tokens = list.iter().flat_map(|(form, _)| &form.tokens);
        known.extend(tokens.filter_map(|token| match token {
            Token::Wide(c) | Token::Word { letter: c, .. } => Some(*c),
            Token::End | Token::Gap => None,
        }));
        let encoded = list.iter().map(|(form, _)| encode(form));
        // The kind that is made the fastest.
        let kind = Some(AhoCorasickKind::NoncontiguousNFA);
        Self {
            finder: AhoCorasick::builder().kind(kind).build(encoded).unwrap(),
            beginnings: beginnings(&list),
            forms: list,
            patterns,
            context: (!words.is_empty()).then(|| context(&words)),
            eyes: Eyes { tables, known },
        }
    }
}

/// A form that ends in a repeat of its own grows until the repeat has come.
fn beginnings(list: &[(Form, Target)]) -> HashMap<String, Views> {
    let mut all = HashMap::new();
    for (form, _) in list {
        let mut beginning = String::new();
        let whole = form.tokens.len();
        let repeats = form
            .runs
            .last()
            .is_some_and(|run| usize::from(run.0) + 1 == whole);
        for token in &form.tokens[..whole - usize::from(!repeats)] {
            beginning.push_str(&code(*token));
            *all.entry(beginning.clone()).or_default() |= form.views;
        }
    }
    all
}

fn encode(form: &Form) -> String {
    form.tokens.iter().map(|token| code(*token)).collect()
}

fn folded(tables: &Tables, term: &str) -> Vec<Token> {
    tokens(term, &|c, take| Eyes::fold(tables, c, take))
}

fn chinese(tokens: &[Token]) -> Option<String> {
    let letter = |token: &Token| match token {
        Token::Wide(c) => Some(*c),
        _ => None,
    };
    tokens.iter().map(letter).collect()
}

/// A term, and for a Chinese one its sounds and its halves.
fn written(tables: &Tables, term: &str, views: Views) -> Vec<Form> {
    let mut found = forms(&folded(tables, term), views);
    if views & SOUND != 0 {
        let readings = |c| tables.readings(c);
        let sounds = sound_forms(&folded(tables, term), &readings, &|id| tables.syllable(id));
        found.extend(sounds.into_iter().map(|tokens| Form {
            tokens,
            views: SOUND,
            runs: Vec::new(),
        }));
    }
    let plain = views & (TIGHT | JOINED);
    if plain != 0
        && let Some(letters) = chinese(&folded(tables, term))
    {
        // In `joined` only, if the rule has it.
        let views = if plain & JOINED != 0 { JOINED } else { plain };
        let halved = in_halves(tables, &letters);
        found.extend(
            halved
                .iter()
                .flat_map(|variant| forms(&folded(tables, variant), views)),
        );
    }
    found
}

/// Any of the characters that come apart, each in its one way, in halves.
fn in_halves(tables: &Tables, letters: &str) -> Vec<String> {
    let mut variants = vec![String::new()];
    for c in letters.chars() {
        let halves = tables.splits(c).next();
        let ways = [Some(c.to_string()), halves.map(str::to_owned)];
        let longer = |variant: &String| {
            let ways = ways.iter().flatten();
            ways.map(|way| format!("{variant}{way}"))
                .collect::<Vec<_>>()
        };
        variants = variants.iter().flat_map(longer).collect();
    }
    variants.retain(|variant| variant != letters);
    variants
}

/// The term and its variants, as far as they are short Chinese words.
fn short(tables: &Tables, term: &str) -> impl Iterator<Item = String> {
    let letters = chinese(&folded(tables, term));
    let all = letters.into_iter().flat_map(|letters| {
        let variants = in_halves(tables, &letters);
        variants.into_iter().chain([letters])
    });
    all.filter(|word| (2..=MAX_DOUBTED).contains(&word.chars().count()))
}

/// Words that sound like a term or have a part that does.
fn homophones(tables: &Tables, list: &[(Form, Target)]) -> Vec<Form> {
    let sounding = list.iter().filter(|(form, _)| form.views & SOUND != 0);
    let sounds: Vec<String> = sounding
        .filter_map(|(form, _)| chinese(&form.tokens))
        .collect();
    let sound = |c: char| tables.readings(c).first().map(|&id| syllable_letter(id));
    let sounds_like_a_term = |word: &&str| {
        let read: Option<String> = word.chars().map(sound).collect();
        read.is_some_and(|read| sounds.iter().any(|term| read.contains(term.as_str())))
    };
    let words = tables
        .words()
        .map(|(word, _)| word)
        .filter(sounds_like_a_term);
    let form = |word: &str| Form {
        tokens: word.chars().map(Token::Wide).collect(),
        views: TIGHT,
        runs: Vec::new(),
    };
    words.map(form).collect()
}

/// Words that cross an edge of a term or are a part of one, and single letters.
fn words_around(tables: &'static Tables, terms: &[String]) -> Vec<(&'static str, u8)> {
    let crosses = |word: &str, term: &str| {
        let cuts = |text: &str| {
            text.char_indices()
                .skip(1)
                .map(|(at, _)| at)
                .collect::<Vec<_>>()
        };
        let beginnings: Vec<&str> = cuts(term).iter().map(|&at| &term[..at]).collect();
        let ends: Vec<&str> = cuts(term).iter().map(|&at| &term[at..]).collect();
        cuts(word)
            .iter()
            .any(|&at| beginnings.contains(&&word[at..]) || ends.contains(&&word[..at]))
            || word == term
            || beginnings.contains(&word)
            || ends.contains(&word)
    };
    let is_single = |word: &str| word.chars().count() == 1;
    let concerned = |word: &str| is_single(word) || terms.iter().any(|term| crosses(word, term));
    let words: Vec<_> = tables.words().filter(|(word, _)| concerned(word)).collect();
    let longer = words.iter().filter(|(word, _)| !is_single(word));
    let used: String = longer
        .map(|(word, _)| *word)
        .chain(terms.iter().map(String::as_str))
        .collect();
    let of_use = words
        .into_iter()
        .filter(|(word, _)| !is_single(word) || used.contains(word));
    of_use.filter(|_| !terms.is_empty()).collect()
}

fn context(words: &[(&str, u8)]) -> Context {
    let in_symbols = |word: &str| word.chars().map(symbol).collect();
    let rows: Vec<_> = words
        .iter()
        .map(|(word, cost)| (in_symbols(word), *cost))
        .collect();
    let mut out = Writer::default();
    Context::write(&rows, &mut out);
    let bytes = out.into_bytes();
    Context::read(&mut Reader::new(&bytes)).unwrap()
}

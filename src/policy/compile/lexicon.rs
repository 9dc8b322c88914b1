//! Terms become forms, and forms what a pack carries of them.

use super::words;
use crate::lexicon::{
    Alphabet, Context, END, Entry, Form, GAP, Imitations, JOINED, LEET, Letter, MAX_DOUBTED,
    MAX_SYMBOLS, MAX_TERM_CHARS, SOUND, Sounds, Symbol, TIGHT, Target, Views, Writer, forms,
    pack as pack_trie, sorted, sound_forms, syllable_letter, write_folds,
};
use crate::policy::PolicyError;
use crate::tables::Tables;
use crate::text::{Token, foreign_lower_case, is_foreign, tokens};

/// Most terms of one policy, members of combinations and allow-list included.
pub const MAX_TERMS: usize = 1_000_000;
/// Largest policy of which characters are also looked for in halves (弓虽 for
/// 强), in terms: the halves make a lexicon several times as large.
pub const MAX_SPLIT_TERMS: usize = 5_000;
/// Most ways of one character to come apart that are looked for.
const MAX_WAYS: usize = 3;
/// Most characters of one term that are looked for in halves.
const MAX_SPLITS: usize = 4;

/// Forms under construction.
pub(super) struct Lexicon<'t> {
    tables: &'t Tables,
    /// Whether characters are looked for in halves.
    splits: bool,
    terms: usize,
    forms: Vec<(Form, Target)>,
    /// Short Chinese terms, whose neighbourhood is judged.
    doubted: Vec<Vec<char>>,
    /// How the terms of the `sound` view sound.
    sounds: Vec<Vec<char>>,
    /// Letters that patterns name.
    pub(super) letters: Vec<char>,
}

/// What a pack carries of a lexicon.
pub(crate) struct Compiled {
    pub(crate) terms: u32,
    pub(crate) views: Views,
    pub(crate) alphabet: Alphabet,
    pub(crate) trie: Vec<u8>,
    pub(crate) folds: Vec<u8>,
    /// Each empty if no form needs it.
    pub(crate) sounds: Vec<u8>,
    pub(crate) imitations: Vec<u8>,
    pub(crate) words: Vec<u8>,
}

impl<'t> Lexicon<'t> {
    pub(super) fn new(tables: &'t Tables, splits: bool) -> Self {
        Self {
            tables,
            splits,
            terms: 0,
            forms: Vec::new(),
            doubted: Vec::new(),
            sounds: Vec::new(),
            letters: Vec::new(),
        }
    }

    /// The comparison form of a character. A letter of another alphabet that
    /// looks like a Latin one is itself here, and imitates in the `leet` view.
    pub(super) fn fold(&self, c: char, take: &mut dyn FnMut(char)) {
        match folded(self.tables, c) {
            Some(letters) => letters.chars().for_each(take),
            None => take(foreign_lower_case(c)),
        }
    }

    /// The term in comparison form, to compare terms with each other.
    pub(super) fn folded(&self, term: &str) -> Vec<Token> {
        tokens(term, &|c, take| self.fold(c, take))
    }

    pub(super) fn add(
        &mut self,
        term: &str,
        views: Views,
        target: Target,
    ) -> Result<(), PolicyError> {
        if term.chars().count() > MAX_TERM_CHARS {
            return Err(PolicyError::new(
                "policy/term-too-long",
                format!("{term:?}: more than {MAX_TERM_CHARS} characters"),
            ));
        }
        let tokens = self.folded(term);
        let found = self.forms(&tokens, views);
        if found.is_empty() {
            return Err(PolicyError::new(
                "policy/term-empty",
                format!("{term:?}: nothing that the rule's views look for is left after folding"),
            ));
        }
        if found.iter().any(|form| form.tokens.len() > MAX_SYMBOLS) {
            return Err(PolicyError::new(
                "policy/term-too-long",
                format!("{term:?}: more than {MAX_SYMBOLS} symbols"),
            ));
        }
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(PolicyError::new(
                "policy/limit",
                format!("more than {MAX_TERMS} terms"),
            ));
        }
        let sounds = found.iter().filter(|form| form.views & SOUND != 0);
        let sounds: Vec<_> = sounds.filter_map(|form| chinese(&form.tokens)).collect();
        self.sounds.extend(sounds);
        self.forms
            .extend(found.into_iter().map(|form| (form, target)));
        if matches!(target, Target::Rule(_) | Target::Group { .. }) {
            self.add_variants(&tokens, views, target);
        }
        Ok(())
    }

    fn forms(&self, tokens: &[Token], views: Views) -> Vec<Form> {
        let mut found = forms(tokens, views);
        if views & SOUND != 0 {
            let readings = |c| self.tables.readings(c);
            let sounds = sound_forms(tokens, &readings, &|id| self.tables.syllable(id));
            found.extend(sounds.into_iter().map(|tokens| Form {
                tokens,
                views: SOUND,
                runs: Vec::new(),
            }));
        }
        found
    }

    /// Other ways to write a Chinese term, and what must be known to judge it.
    fn add_variants(&mut self, tokens: &[Token], views: Views, target: Target) {
        let Some(letters) = chinese(tokens) else {
            return;
        };
        let plain = views & (TIGHT | JOINED);
        if self.splits && plain != 0 {
            for variant in self.split(&letters) {
                let text: String = variant.iter().collect();
                // In `joined` only, by which they are told apart when judged.
                let views = if plain & JOINED != 0 { JOINED } else { plain };
                let found = forms(&self.folded(&text), views);
                self.forms
                    .extend(found.into_iter().map(|form| (form, target)));
                self.doubt(variant);
            }
        }
        if plain != 0 {
            self.doubt(letters);
        }
    }

    fn doubt(&mut self, letters: Vec<char>) {
        if (2..=MAX_DOUBTED).contains(&letters.len()) {
            self.doubted.push(letters);
        }
    }

    /// The term with some characters in halves: any of the first few in their
    /// usual way, and each one in its other ways.
    fn split(&self, letters: &[char]) -> Vec<Vec<char>> {
        let ways = |letter: char| self.tables.splits(letter).take(MAX_WAYS);
        let can_split = |&at: &usize| ways(letters[at]).next().is_some();
        let places: Vec<usize> = (0..letters.len())
            .filter(can_split)
            .take(MAX_SPLITS)
            .collect();
        let written = |chosen: usize, way: usize| -> Vec<char> {
            let halved = |at: usize| places.iter().position(|&place| place == at);
            let is_chosen = |at: usize| halved(at).is_some_and(|bit| chosen >> bit & 1 == 1);
            let mut out = Vec::new();
            for (at, &letter) in letters.iter().enumerate() {
                match ways(letter).nth(way).filter(|_| is_chosen(at)) {
                    Some(halves) => out.extend(halves.chars()),
                    None => out.push(letter),
                }
            }
            out
        };
        let mut variants: Vec<Vec<char>> = (1..1usize << places.len())
            .map(|chosen| written(chosen, 0))
            .collect();
        for (bit, &at) in places.iter().enumerate() {
            variants.extend((1..ways(letters[at]).count()).map(|way| written(1 << bit, way)));
        }
        variants
    }

    pub(super) fn pack(mut self) -> Result<Compiled, PolicyError> {
        self.add_homophones();
        let words = words::around(self.tables, &self.doubted);
        let alphabet = self.alphabet(&words)?;
        let views = self
            .forms
            .iter()
            .fold(0, |views, (form, _)| views | form.views);
        let tables = self.tables;
        let plain_folds = || {
            tables
                .folds()
                .map(|(c, letters)| (c, folded(tables, c).unwrap_or(letters)))
        };
        let mut folds = Writer::default();
        // What keeps its look of another alphabet still has small letters.
        let capitals = small_letters(tables);
        let merged = plain_folds()
            .filter(|(c, letters)| !(is_foreign(*c) && letters.is_ascii()))
            .chain(capitals.iter().map(|(c, small)| (*c, small.as_str())));
        let merged: Vec<(char, &str)> = merged.collect();
        let merged = sorted(&merged, &|a, b| a.0.cmp(&b.0));
        write_folds(&alphabet, merged.into_iter(), &mut folds);

        let mut sounds = Writer::default();
        if views & SOUND != 0 {
            Sounds::write(&alphabet, &syllables(tables), &mut sounds);
        }
        let mut imitations = Writer::default();
        if views & LEET != 0 {
            Imitations::write(&alphabet, tables.folds(), &mut imitations);
        }
        let mut context = Writer::default();
        if !words.is_empty() {
            let in_symbols = |word: &str| word.chars().map(|c| alphabet.symbol(c)).collect();
            let rows: Vec<_> = words
                .iter()
                .map(|(word, cost)| (in_symbols(word), *cost))
                .collect();
            Context::write(&rows, &mut context);
        }
        Ok(Compiled {
            terms: self.terms as u32,
            views: views & crate::lexicon::ALL_VIEWS,
            folds: folds.into_bytes(),
            sounds: sounds.into_bytes(),
            imitations: imitations.into_bytes(),
            words: context.into_bytes(),
            trie: self.trie(&alphabet),
            alphabet,
        })
    }

    /// A real word that sounds like a term is no disguise of it.
    fn add_homophones(&mut self) {
        if self.sounds.is_empty() {
            return;
        }
        let sorted = sorted(&self.sounds, &Ord::cmp);
        let sounding = |c: char| {
            self.tables
                .readings(c)
                .first()
                .map(|&id| syllable_letter(id))
        };
        let sounds_like_a_term = |sound: &[char]| {
            sorted
                .binary_search_by(|known| known.as_slice().cmp(sound))
                .is_ok()
        };
        for (word, _) in self.tables.words() {
            let Some(sound) = word.chars().map(sounding).collect::<Option<Vec<char>>>() else {
                continue;
            };
            let from = 0..sound.len().saturating_sub(1);
            let mut parts = from.flat_map(|from| (from + 2..=sound.len()).map(move |to| from..to));
            if parts.any(|part| sounds_like_a_term(&sound[part])) {
                let form = Form {
                    tokens: word.chars().map(Token::Wide).collect(),
                    views: TIGHT,
                    runs: Vec::new(),
                };
                self.forms.push((form, Target::Homophone));
            }
        }
    }

    fn alphabet(&self, words: &[(&str, u8)]) -> Result<Alphabet, PolicyError> {
        let in_forms = self.forms.iter().flat_map(|(form, _)| &form.tokens);
        let mut found: Vec<char> = in_forms.filter_map(|token| token.letter()).collect();
        found.extend(words.iter().flat_map(|(word, _)| word.chars()));
        found.extend(&self.letters);
        let mut letters = sorted(&found, &Ord::cmp);
        letters.dedup();
        Alphabet::new(letters)
            .ok_or_else(|| PolicyError::new("policy/limit", "too many different letters"))
    }

    fn trie(self, alphabet: &Alphabet) -> Vec<u8> {
        let packed = self.forms.into_iter().map(|(form, target)| {
            let symbols = form.tokens.iter().map(|token| symbol(alphabet, *token));
            let entry = Entry {
                target,
                views: form.views,
                runs: form.runs.into(),
            };
            (symbols.collect(), entry)
        });
        pack_trie(&packed.collect::<Vec<_>>())
    }
}

/// What the tables say of `c`, unless it only looks like a Latin letter.
fn folded(tables: &Tables, c: char) -> Option<&str> {
    let letters = tables.fold(c)?;
    (!(is_foreign(c) && letters.is_ascii())).then_some(letters)
}

/// The capitals of other alphabets and their small letters.
fn small_letters(tables: &Tables) -> Vec<(char, String)> {
    let foreign = tables
        .folds()
        .filter(|(c, letters)| is_foreign(*c) && letters.is_ascii());
    foreign
        .map(|(c, _)| (c, foreign_lower_case(c)))
        .filter(|(c, small)| c != small)
        .map(|(c, small)| (c, small.to_string()))
        .collect()
}

/// Characters, traditional ones too, and the letters of their syllables.
fn syllables(tables: &Tables) -> Vec<(char, char)> {
    let letter = |readings: &[u16]| readings.first().map(|&id| syllable_letter(id));
    let folds = tables.folds().filter_map(|(c, letters)| {
        let mut letters = letters.chars();
        let single = letters
            .next()
            .filter(|_| letters.clone().next().is_none())?;
        Some((c, letter(tables.readings(single))?))
    });
    let own = tables.all_readings();
    own.filter_map(|(c, readings)| Some((c, letter(readings)?)))
        .chain(folds)
        .collect()
}

/// The letters of a term that is Chinese throughout.
fn chinese(tokens: &[Token]) -> Option<Vec<char>> {
    let letter = |token: &Token| match token {
        Token::Wide(letter) => Some(*letter),
        _ => None,
    };
    tokens.iter().map(letter).collect()
}

fn symbol(alphabet: &Alphabet, token: Token) -> Symbol {
    match token {
        Token::End => END,
        Token::Gap => GAP,
        Token::Wide(letter) => alphabet.symbol(letter),
        Token::Word { letter, initial } => match alphabet.find(letter) {
            Some(Letter::Word(symbol) | Letter::Wide(symbol)) => symbol + Symbol::from(initial),
            None => 0,
        },
    }
}

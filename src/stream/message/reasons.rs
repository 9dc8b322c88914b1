//! Why text is held, for those who try a policy. Nothing that judges calls it.

use super::Message;
use crate::lexicon::{Automaton, GAP, Symbol, Target, Views, syllable_of};
use crate::policy::Policy;
use crate::stream::cursor::Cursor;
use crate::stream::lane::Lane;
use crate::stream::matcher::PATTERN;
use crate::stream::outcome::MessageState;
use crate::tables::Tables;

/// What holds text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonKind {
    /// The live prefix of a term.
    Term,
    /// A pattern under way.
    Pattern,
    /// A match in whose place a longer or graver one may still come.
    Match,
    /// A match that its neighbourhood may still dismiss.
    Doubt,
    /// Markup that is not complete.
    Markup,
}

impl ReasonKind {
    /// As it is told.
    pub fn name(self) -> &'static str {
        match self {
            Self::Term => "term",
            Self::Pattern => "pattern",
            Self::Match => "match",
            Self::Doubt => "doubt",
            Self::Markup => "markup",
        }
    }
}

/// One reason why text is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What it is.
    pub kind: ReasonKind,
    /// First UTF-16 unit in the message.
    pub start: u32,
    /// One past the last: of a match its own, else of what has been read.
    pub end: u32,
    /// The policy, by place. 0 for markup, which belongs to none.
    pub pack: u16,
    /// The rule, by place; none for markup, and for phrases in which nothing
    /// is a match.
    pub rule: Option<u32>,
    /// The views that see it, as bits; 0 for markup.
    pub views: Views,
    /// Whether the term would dismiss a match instead of being one.
    pub excuses: bool,
    /// Whether it is seen in what the text renders to.
    pub rendered: bool,
    /// Of a term: its live prefix as these views read it.
    pub read: String,
    /// Of a term: the nearest one that begins so. Empty if it is too far away.
    pub term: String,
}

impl Message {
    /// Why the end of the text is held, in no particular order. Empty if
    /// nothing is, or the message is over. `tables` name the syllables of the view `sound`.
    pub fn reasons(&self, tables: &Tables) -> Vec<Reason> {
        if self.state != MessageState::Open {
            return Vec::new();
        }
        let end = self.base + self.scanned as u32;
        let markup = self.markup.start();
        let markup = markup.map(|start| Reason::new(ReasonKind::Markup, start, end));
        let mut reasons: Vec<_> = markup.into_iter().collect();
        for (pack, lane) in self.lanes.iter().enumerate() {
            let place = Place {
                end,
                pack: pack as u16,
                policy: &lane.policy,
                tables,
            };
            reasons.extend(place.terms(lane, self.rendering));
            reasons.extend(lane.attempts().map(|attempt| place.pattern(attempt)));
        }
        reasons.extend(self.matches());
        reasons
    }

    fn matches(&self) -> impl Iterator<Item = Reason> {
        self.pending.matches().iter().map(|found| {
            let kind = if found.doubtful {
                ReasonKind::Doubt
            } else {
                ReasonKind::Match
            };
            Reason {
                pack: found.pack,
                rule: Some(found.rule),
                views: found.view,
                ..Reason::new(kind, found.start, found.end)
            }
        })
    }
}

impl Reason {
    fn new(kind: ReasonKind, start: u32, end: u32) -> Self {
        Self {
            kind,
            start,
            end,
            pack: 0,
            rule: None,
            views: 0,
            excuses: false,
            rendered: false,
            read: String::new(),
            term: String::new(),
        }
    }
}

/// How far one policy has read.
#[derive(Clone, Copy)]
struct Place<'a> {
    end: u32,
    pack: u16,
    policy: &'a Policy,
    tables: &'a Tables,
}

impl Place<'_> {
    fn terms(self, lane: &Lane, rendering: bool) -> impl Iterator<Item = Reason> {
        lane.readings(rendering)
            .flat_map(move |(rendered, reading)| {
                let cursors = reading.cursors();
                cursors.filter_map(move |(views, cursor)| {
                    let term = self.term(views, cursor)?;
                    Some(Reason { rendered, ..term })
                })
            })
    }

    /// The live prefix of a cursor, if it has one.
    fn term(self, views: Views, cursor: &Cursor) -> Option<Reason> {
        let automaton = &self.policy.automaton;
        let start = cursor.live_start(automaton)?;
        let views = views & automaton.growing(cursor.state);
        let nearest = automaton.nearest_form(cursor.state, views);
        Some(Reason {
            pack: self.pack,
            rule: nearest.and_then(|(_, entry)| rule_of(entry.target)),
            views,
            excuses: nearest.is_some_and(|(_, entry)| excuses(entry.target)),
            read: self.spell(automaton, cursor.state),
            term: nearest.map_or_else(String::new, |(form, _)| self.spell(automaton, form)),
            ..Reason::new(ReasonKind::Term, start, self.end)
        })
    }

    fn pattern(self, (rule, start): (u32, u32)) -> Reason {
        Reason {
            pack: self.pack,
            rule: Some(rule),
            views: PATTERN,
            ..Reason::new(ReasonKind::Pattern, start, self.end)
        }
    }

    /// The symbols up to `state` as text: gaps are spaces, and syllables stand
    /// between spaces.
    fn spell(self, automaton: &Automaton, state: u32) -> String {
        let mut text = String::new();
        for symbol in automaton.path(state) {
            self.spell_symbol(symbol, &mut text);
        }
        text.trim_end().to_owned()
    }

    fn spell_symbol(self, symbol: Symbol, text: &mut String) {
        let alphabet = &self.policy.alphabet;
        // The end of a word is no letter and shows nothing.
        let Some(letter) = alphabet.letter(symbol) else {
            if symbol == GAP {
                text.push(' ');
            }
            return;
        };
        match syllable_of(letter) {
            None => text.push(letter),
            Some(syllable) => {
                if !text.is_empty() && !text.ends_with(' ') {
                    text.push(' ');
                }
                text.push_str(self.tables.syllable(syllable));
                text.push(' ');
            }
        }
    }
}

fn rule_of(target: Target) -> Option<u32> {
    match target {
        Target::Rule(rule) | Target::Group { rule, .. } | Target::Unless(rule) => Some(rule),
        Target::Allow | Target::Homophone => None,
    }
}

fn excuses(target: Target) -> bool {
    matches!(
        target,
        Target::Unless(_) | Target::Allow | Target::Homophone
    )
}

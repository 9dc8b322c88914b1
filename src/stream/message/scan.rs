//! What a message sees: characters, what they render to, and what is found.

use super::Message;
use crate::lexicon::{SOUND, Target};
use crate::policy::Action;
use crate::stream::cursor::Found;
use crate::stream::doubt;
use crate::stream::lane::Lane;
use crate::stream::matcher::PATTERN;
use crate::stream::outcome::{MessageState, Outcome};
use crate::stream::pending::{Layer, Match};
use crate::stream::reading::At;
use crate::text::{Decoded, Markup, decode};

impl Message {
    pub(super) fn scan(&mut self, last: bool, outcome: &mut Outcome) {
        loop {
            self.run();
            let Some(decoded) = decode(&self.buffer[self.scanned..]) else {
                return;
            };
            let (c, units) = match decoded {
                Decoded::Char(c, units) => (c, units),
                Decoded::Incomplete if !last => return,
                Decoded::Incomplete | Decoded::Lone => (char::REPLACEMENT_CHARACTER, 1),
            };
            let start = self.base + self.scanned as u32;
            self.scanned += units as usize;
            self.see(c, (start, start + units));
            if !self.pending.is_idle() {
                self.settle(false, outcome);
                if self.state != MessageState::Open {
                    return;
                }
            }
        }
    }

    /// Takes what makes no difference, all at once.
    #[inline]
    fn run(&mut self) {
        let [lane] = self.lanes.as_mut_slice() else {
            return;
        };
        if self.rendering || !self.pending.is_idle() {
            return;
        }
        let base = self.base + self.scanned as u32;
        let rest = &self.buffer[self.scanned..];
        self.scanned += lane.run(rest, base, &mut self.sentences);
    }

    #[inline]
    fn see(&mut self, c: char, at: At) {
        let renders = self.rendering || Markup::begins(c);
        if renders && !self.rendering {
            self.lanes.iter_mut().for_each(Lane::render);
            self.rendering = true;
        }
        for pack in 0..self.lanes.len() {
            self.lanes[pack].take(c, at, &mut self.found);
            if !self.found.is_empty() {
                self.sort_found(pack);
            }
        }
        self.sentences.take(c, at);
        if renders {
            self.markup.step(c, at.0, at.1, &mut self.pieces);
            self.see_rendered();
            self.rendering = !self.markup.is_idle() || !self.lanes.iter().all(Lane::agrees);
        }
    }

    fn see_rendered(&mut self) {
        let mut pieces = std::mem::take(&mut self.pieces);
        for piece in pieces.drain(..) {
            for pack in 0..self.lanes.len() {
                self.lanes[pack].take_rendered(&piece, &mut self.found);
                self.sort_found(pack);
            }
        }
        self.pieces = pieces;
    }

    pub(super) fn see_end(&mut self) {
        self.markup.finish(&mut self.pieces);
        self.see_rendered();
        for pack in 0..self.lanes.len() {
            self.lanes[pack].finish(self.rendering, &mut self.found);
            self.sort_found(pack);
        }
    }

    /// Completed forms become matches, each in its layer.
    fn sort_found(&mut self, pack: usize) {
        let mut all = std::mem::take(&mut self.found);
        for found in all.drain(..) {
            let at = (found.start, found.end);
            let (rule, group) = match found.target {
                Target::Allow => {
                    self.pending.allow(at, pack as u16, u8::MAX);
                    continue;
                }
                Target::Homophone => {
                    self.pending.allow(at, pack as u16, SOUND);
                    continue;
                }
                Target::Unless(rule) => {
                    self.lanes[pack].note_unless(rule, at);
                    continue;
                }
                Target::Group { rule, group } => (rule, Some(group)),
                Target::Rule(rule) => (rule, None),
            };
            self.add_match(pack, rule, group, &found);
        }
        self.found = all;
    }

    fn add_match(&mut self, pack: usize, rule: u32, group: Option<u32>, found: &Found) {
        let lane = &self.lanes[pack];
        let Some(authored) = lane.policy.rules().get(rule as usize) else {
            return;
        };
        if !authored.applies(self.channel, self.jurisdiction.as_deref()) {
            return;
        }
        if found.view == PATTERN {
            let place = |offset: u32| offset.saturating_sub(self.base) as usize;
            let units = &self.buffer[place(found.start)..place(found.end)];
            let pattern = lane.policy.patterns.of(rule);
            if !pattern.is_some_and(|pattern| pattern.passes(units)) {
                return;
            }
        }
        let layer = match (group, authored.action) {
            (Some(group), _) => Layer::Group(group),
            (None, Action::Flag) => Layer::Flag,
            (None, action) => Layer::Hide {
                ends: action.ends(),
            },
        };
        let mut new = Match {
            start: found.start,
            end: found.end,
            pack: pack as u16,
            rule,
            view: found.view,
            layer,
            sentence: self.sentences.of(found.end),
            doubtful: false,
        };
        new.doubtful = doubt::is_doubtful(lane, &new);
        self.pending.add(new);
    }
}

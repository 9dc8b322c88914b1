//! Failure links, each made when its state is first reached: to make all of them was
//! a quarter of the instructions that loading takes.

use super::{Automaton, LINKED, Node, OUTPUT, STATE_BITS, State, Step};
use crate::lexicon::Symbol;
use std::sync::atomic::Ordering;

impl Automaton {
    /// A state is reached for the first time, from its parent: it fails to where the
    /// parent's failure link leads. That is a level above, so this ends.
    #[cold]
    #[inline(never)]
    pub(super) fn link(&self, child: State, parent: State, symbol: Symbol) -> Step {
        let to = self.step(self.nodes[parent as usize].fail(), symbol);
        Step::new(child, self.nodes[child as usize].link(to))
    }
}

impl Node {
    /// The marks of a state that fails to `to`, which is linked. Others may do the same
    /// at the same time: they write the same.
    pub(super) fn link(&self, to: Step) -> u8 {
        let marks = self.marks() | to.marks() & OUTPUT | LINKED;
        let word = to.state() | u32::from(marks) << STATE_BITS;
        self.fail.store(word, Ordering::Release);
        marks
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::lexicon::{Entry, TIGHT, Target, pack, unpack};

    const SYMBOLS: Symbol = 6;

    /// Forms of few symbols: nearly every suffix of one is the beginning of another.
    fn forms() -> Vec<Vec<Symbol>> {
        let mut seed = 1u32;
        let mut random = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % below
        };
        let form = |_| {
            let length = 1 + random(9);
            (0..length).map(|_| 3 + random(3) as Symbol).collect()
        };
        (0..300).map(form).collect()
    }

    fn automaton(forms: &[Vec<Symbol>]) -> Automaton {
        let entry = Entry {
            target: Target::Rule(0),
            views: TIGHT,
            runs: Box::default(),
        };
        let packed: Vec<_> = forms.iter().map(|f| (f.clone(), entry.clone())).collect();
        unpack(&pack(&packed), usize::from(SYMBOLS)).unwrap()
    }

    /// The state of a path from the root, and the lengths of the forms that end there.
    fn expected(forms: &[Vec<Symbol>], path: &[Symbol]) -> (usize, Vec<usize>) {
        let suffixes = || (0..=path.len()).map(|from| &path[from..]);
        let depth = suffixes().find(|suffix| forms.iter().any(|form| form.starts_with(suffix)));
        let ends = suffixes().filter(|suffix| forms.iter().any(|form| form == suffix));
        (
            depth.unwrap_or_default().len(),
            ends.map(<[_]>::len).collect(),
        )
    }

    fn reached(automaton: &Automaton, path: &[Symbol]) -> (usize, Vec<usize>) {
        let mut step = Step::default();
        for &symbol in path {
            step = automaton.step(step.state(), symbol);
        }
        let mut ends = Vec::new();
        let mut output = automaton.output(step.state());
        assert_eq!(output.is_some(), step.has_output());
        while let Some(state) = output {
            ends.push(automaton.depth(state));
            output = automaton.shorter(state);
        }
        (automaton.depth(step.state()), ends)
    }

    #[test]
    fn a_path_leads_to_its_longest_suffix_and_to_every_form_that_ends_there() {
        let forms = forms();
        let paths = forms.iter().zip(forms.iter().rev());
        for (one, other) in paths {
            // Each from nothing linked, and again.
            let automaton = automaton(&forms[..40]);
            let path = [one.as_slice(), other].concat();
            for _ in 0..2 {
                for end in (0..=path.len()).rev() {
                    let path = &path[..end];
                    assert_eq!(
                        reached(&automaton, path),
                        expected(&forms[..40], path),
                        "{path:?}"
                    );
                }
            }
        }
    }
}

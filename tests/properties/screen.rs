//! Text in pieces: however a page cuts it, the pieces together show what the
//! message would, and each keeps what is its own.

use crate::strategy::{CHANNEL, cuts, policies, texts};
use crate::{CUTTINGS, TEXTS, config, filter, places, run};
use proptest::prelude::*;
use tidegate::policy::Channel;
use tidegate::screen::{Held, Judged, Run, Shown};
use tidegate::stream::{Filter, MessageState};

const NOTICE: &str = "〔终〕";

/// The pieces between cuts, which are in thousandths.
fn pieces<'a>(units: &'a [u16], cuts: &[usize]) -> Vec<&'a [u16]> {
    let mut bounds = places(cuts, units);
    bounds.extend([0, units.len()]);
    bounds.sort_unstable();
    bounds
        .windows(2)
        .map(|two| &units[two[0]..two[1]])
        .collect()
}

fn text(units: &[u16]) -> String {
    String::from_utf16_lossy(units)
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn pieces_show_what_the_message_shows(
        policies in policies(),
        texts in prop::collection::vec((texts(), prop::collection::vec(cuts(), CUTTINGS)), TEXTS),
    ) {
        let Some(filter) = filter(&policies) else {
            return Err(TestCaseError::reject("no policy"));
        };
        for (units, cuttings) in texts {
            let message = run(&filter, &units, &[]);
            for cuts in cuttings {
                let pieces = pieces(&units, &cuts);
                let mut read = Run::default();
                pieces.iter().for_each(|piece| read.push(piece));
                let notice: Vec<u16> = NOTICE.encode_utf16().collect();
                let channel = Channel::named(CHANNEL).unwrap();
                let shown = Judged::new(&filter, channel).judge(&read, &notice);
                prop_assert_eq!(shown.from, 0);
                prop_assert_eq!(&shown.verdicts, &message.verdicts);
                prop_assert_eq!(shown.state, message.state);
                prop_assert!(shown.settled <= shown.verdicts.len());
                prop_assert_eq!(shown.before.len(), shown.verdicts.len());
                let expected = match message.state {
                    MessageState::Retracted => NOTICE.to_owned(),
                    MessageState::Terminated => format!("{}{NOTICE}", message.text),
                    _ => message.text.clone(),
                };
                if shown.pieces.is_empty() {
                    prop_assert_eq!(text(&units), expected);
                    continue;
                }
                prop_assert_eq!(shown.pieces.len(), pieces.len());
                let together = shown.pieces.concat();
                prop_assert!(masks_as(&text(&together), &expected), "{} {}", text(&together), expected);
                prop_assert_eq!(read.displayed(&shown.pieces), together);
            }
        }
    }
}

/// What a run shows that is judged again after each of `steps`: units that go on in
/// the last piece, or in one of their own. What is decided of it is what a message
/// has released.
fn grown(filter: &Filter, steps: &[(&[u16], bool)], notice: &[u16]) -> (Run, Vec<Vec<u16>>, Shown) {
    let channel = Channel::named(CHANNEL).unwrap();
    let mut judged = Judged::new(filter, channel);
    let mut run = Run::default();
    let mut display: Vec<Vec<u16>> = Vec::new();
    let mut message = filter.text_message("", channel);
    let mut released = String::new();
    let mut last = judged.judge(&run, notice);
    for &(units, goes_on) in steps {
        let whole = run.pieces().last().filter(|_| goes_on);
        match whole.map(|piece| [&run.units()[piece.clone()], units].concat()) {
            Some(whole) => assert!(run.grow(&whole)),
            None => run.push(units),
        }
        // As the page puts it there; nothing before is looked at again.
        let raw = |place: usize| run.units()[run.pieces()[place].clone()].to_vec();
        display.resize(run.pieces().len(), Vec::new());
        last = judged.judge(&run, notice);
        for (place, text) in display.iter_mut().enumerate().skip(last.from) {
            let told = last.pieces.get(place - last.from).cloned();
            *text = told.unwrap_or_else(|| raw(place));
        }
        if last.state != MessageState::Finished {
            break;
        }
        released.push_str(&message.push_units(units).text);
        let decided = decided(&display, last.held);
        assert!(masks_as(&decided, &released), "{decided} {released}");
    }
    (run, display, last)
}

/// What pieces show before what is held.
fn decided(display: &[Vec<u16>], held: Option<Held>) -> String {
    let Some(Held { piece, shown, .. }) = held else {
        return text(&display.concat());
    };
    let before = display[..piece].concat();
    text(&[&before, &display[piece][..shown]].concat())
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn a_run_that_grows_shows_what_it_would_at_once(
        policies in policies(),
        texts in prop::collection::vec((texts(), cuts(), prop::collection::vec(any::<bool>(), 1..9)), TEXTS),
    ) {
        let Some(filter) = filter(&policies) else {
            return Err(TestCaseError::reject("no policy"));
        };
        let notice: Vec<u16> = NOTICE.encode_utf16().collect();
        let channel = Channel::named(CHANNEL).unwrap();
        for (units, cuts, joins) in texts {
            let parts = pieces(&units, &cuts);
            let steps: Vec<_> = parts.iter().copied().zip(joins.iter().copied().cycle()).collect();
            let (run, display, shown) = grown(&filter, &steps, &notice);
            let mut whole = Judged::new(&filter, channel).judge(&run, &notice);
            if whole.pieces.is_empty() {
                whole.pieces = run.pieces().iter().map(|piece| run.units()[piece.clone()].to_vec()).collect();
            }
            prop_assert_eq!(display, whole.pieces);
            prop_assert_eq!((shown.verdicts, shown.settled), (whole.verdicts, whole.settled));
            prop_assert_eq!((shown.before, shown.state), (whole.before, whole.state));
        }
    }
}

/// Whether they differ at most in how many masking characters stand in a row:
/// what a page shows of a character reference is all of it.
fn masks_as(one: &str, other: &str) -> bool {
    let squeezed = |text: &str| {
        let mut out = String::new();
        for c in text.chars() {
            if !(matches!(c, '＊' | '●') && out.ends_with(c)) {
                out.push(c);
            }
        }
        out
    };
    squeezed(one) == squeezed(other)
}

//! Text in pieces: however a page cuts it, the pieces together show what the
//! message would, and each keeps what is its own.

use crate::strategy::{CHANNEL, cuts, policies, texts};
use crate::{CUTTINGS, TEXTS, config, filter, places, run};
use proptest::prelude::*;
use tidegate::policy::Channel;
use tidegate::screen::Run;
use tidegate::stream::MessageState;

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
                let shown = read.judge(&filter, Channel::named(CHANNEL).unwrap(), &notice);
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

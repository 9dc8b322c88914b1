//! Whether a file is an export that was signed, to its last byte.

use super::authority::{KIND, VERSION};
use super::seal::{Seal, SignatureLine};
use anyhow::{Context, Result, bail};
use ed25519_dalek::VerifyingKey;
use serde::Deserialize;
use std::io::{BufRead, Read as _};

/// Longest line in bytes: a record with what the staff said of it is far
/// shorter.
const MAX_LINE_BYTES: u64 = 1024 * 1024;

/// What a file says that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verified {
    pub(crate) records: u64,
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
    pub(crate) made_ms: i64,
}

#[derive(Debug, Deserialize)]
struct Header {
    export: String,
    version: u32,
    from_ms: i64,
    to_ms: i64,
    made_ms: i64,
}

#[derive(Debug, Deserialize)]
struct SummaryLine {
    summary: Counted,
}

#[derive(Debug, Deserialize)]
struct Counted {
    records: u64,
}

/// Reads `file` to its end.
///
/// # Errors
/// It is no whole export for the authority, or `key` has not signed it as it
/// is.
pub(crate) fn verify(mut file: impl BufRead, key: &VerifyingKey) -> Result<Verified> {
    let first = line(&mut file)?.context("the file is empty")?;
    let header: Header = serde_json::from_slice(&first)
        .ok()
        .filter(|header: &Header| header.export == KIND)
        .context("its first line is not the header of an export for the authority")?;
    if header.version != VERSION {
        bail!("it has version {} of the format", header.version);
    }
    // Lines are hashed once the next one shows that they are not the last.
    let (mut seal, mut before_last, mut last, mut lines) = (Seal::default(), first, None, 1_u64);
    while let Some(next) = line(&mut file)? {
        if let Some(line) = last.replace(next) {
            seal.add(&before_last);
            before_last = line;
            lines += 1;
        }
    }
    seal.add(&before_last);
    let cut = "it was cut off: its last line is no signature";
    let last = last.context(cut)?;
    let signature: SignatureLine = serde_json::from_slice(&last).ok().context(cut)?;
    // The signature is not over its own line, which has one spelling only.
    if last != [&serde_json::to_vec(&signature)?[..], b"\n"].concat() {
        bail!("its last line is not as it was written");
    }
    if !seal.fits(&signature, key) {
        bail!("it is not as it was signed, or was signed with another key");
    }
    // Header and summary are no records.
    let records = lines.saturating_sub(2);
    let summary: SummaryLine = serde_json::from_slice(&before_last).context("it has no summary")?;
    if summary.summary.records != records {
        bail!("its summary counts other records than it has");
    }
    Ok(Verified {
        records,
        from_ms: header.from_ms,
        to_ms: header.to_ms,
        made_ms: header.made_ms,
    })
}

/// The next line with its end; `None` at the end of the file.
fn line(file: &mut impl BufRead) -> Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let read = file.take(MAX_LINE_BYTES).read_until(b'\n', &mut line)?;
    if u64::try_from(read).unwrap_or(u64::MAX) == MAX_LINE_BYTES {
        bail!("a line is longer than {MAX_LINE_BYTES} bytes");
    }
    Ok((read > 0).then_some(line))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::seal::PURPOSE;
    use super::*;
    use crate::signing::SigningPair;

    fn pair() -> SigningPair {
        SigningPair::new(PURPOSE, &[7; 32])
    }

    fn lines(records: usize) -> Vec<String> {
        let mut lines = vec![
            r#"{"export":"tidegate.authority","version":1,"from_ms":1,"to_ms":9,"made_ms":9}"#
                .to_owned(),
        ];
        lines.extend((0..records).map(|number| format!(r#"{{"row":{number}}}"#)));
        lines.push(format!(r#"{{"summary":{{"records":{records}}}}}"#));
        lines.iter_mut().for_each(|line| line.push('\n'));
        lines
    }

    fn signed(lines: &[String], pair: &SigningPair) -> Vec<u8> {
        let mut bytes = lines.concat().into_bytes();
        let mut seal = Seal::default();
        seal.add(&bytes);
        serde_json::to_writer(&mut bytes, &seal.sign(pair)).unwrap();
        bytes.push(b'\n');
        bytes
    }

    fn holds(bytes: &[u8]) -> bool {
        verify(bytes, &pair().verifying_key()).is_ok()
    }

    #[test]
    fn a_file_holds_as_it_was_signed() {
        for records in [0, 1, 5] {
            let verified = verify(
                &signed(&lines(records), &pair())[..],
                &pair().verifying_key(),
            );
            assert_eq!(
                verified.unwrap(),
                Verified {
                    records: u64::try_from(records).unwrap(),
                    from_ms: 1,
                    to_ms: 9,
                    made_ms: 9
                }
            );
        }
    }

    #[test]
    fn no_file_holds_of_which_any_byte_was_changed_added_or_cut_off() {
        let whole = signed(&lines(2), &pair());
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            assert!(!holds(&changed), "changed at {place}");
            assert!(!holds(&whole[..place]), "cut off at {place}");
            let mut longer = whole.clone();
            longer.insert(place, b' ');
            assert!(!holds(&longer), "longer at {place}");
        }
        for more in ["\n", "{}\n", " "] {
            assert!(!holds(&[&whole[..], more.as_bytes()].concat()));
        }
    }

    #[test]
    fn no_file_holds_whose_lines_are_in_another_order_repeated_or_left_out() {
        let whole = signed(&lines(3), &pair());
        let all: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
        for one in 0..all.len() {
            let mut fewer = all.clone();
            fewer.remove(one);
            assert!(!holds(&fewer.concat()), "without line {one}");
            let mut more = all.clone();
            more.insert(one, all[one]);
            assert!(!holds(&more.concat()), "line {one} twice");
            for other in 0..one {
                let mut moved = all.clone();
                moved.swap(one, other);
                assert!(!holds(&moved.concat()), "lines {one} and {other}");
            }
        }
    }

    #[test]
    fn another_key_another_purpose_and_a_summary_that_lies_are_refused() {
        assert!(!holds(&signed(
            &lines(2),
            &SigningPair::new(PURPOSE, &[8; 32])
        )));
        let mut lying = lines(2);
        lying.remove(1);
        assert!(!holds(&signed(&lying, &pair())));
        let mut newer = lines(0);
        newer[0] = newer[0].replace("\"version\":1", "\"version\":2");
        assert!(!holds(&signed(&newer, &pair())));
        // The same bytes, signed without the purpose.
        let text = lines(1).concat();
        let mut seal = Seal::default();
        seal.add(text.as_bytes());
        let mut line = serde_json::to_value(seal.sign(&pair())).unwrap();
        let sha256 = line["signature"]["sha256"].as_str().unwrap().to_owned();
        line["signature"]["value"] = pair().sign(sha256.as_bytes()).into();
        assert!(!holds(format!("{text}{line}\n").as_bytes()));
    }

    #[test]
    fn a_line_without_end_takes_no_more_memory_than_the_longest() {
        let endless = std::io::BufReader::new(std::io::repeat(b'a'));
        assert!(verify(endless, &pair().verifying_key()).is_err());
    }
}

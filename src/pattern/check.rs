//! What a match of a pattern must be besides its shape.

use crate::text::narrow;

/// A further test of a match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// The shape is enough.
    #[default]
    None,
    /// The Luhn check digit of payment cards (ISO/IEC 7812-1, Annex B).
    Luhn,
    /// The check digit of Chinese identity numbers (GB 11643-1999, 4.2), and a
    /// possible date of birth.
    CnId,
    /// The host of an address.
    Host(Hosts),
}

/// Which hosts count. A host stands for its subdomains too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// Only these.
    Deny(Vec<String>),
    /// All but these.
    Allow(Vec<String>),
}

impl Check {
    /// Whether `text`, a match of the shape, passes.
    pub fn passes(&self, text: &str) -> bool {
        match self {
            Self::None => true,
            Self::Luhn => luhn(&digits(text)),
            Self::CnId => cn_id(text),
            Self::Host(hosts) => hosts.count(&host(text)),
        }
    }
}

fn digits(text: &str) -> Vec<u32> {
    let digit = |c| narrow(c).to_digit(10);
    text.chars().filter_map(digit).collect()
}

fn luhn(digits: &[u32]) -> bool {
    let doubled = |(place, &digit): (usize, &u32)| match digit << (place % 2) {
        more @ 10.. => more - 9,
        less => less,
    };
    let sum: u32 = digits.iter().rev().enumerate().map(doubled).sum();
    digits.iter().any(|digit| *digit != 0) && sum.is_multiple_of(10)
}

const CN_ID_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

fn cn_id(text: &str) -> bool {
    let digits = digits(text);
    let ends_in_x = matches!(text.chars().last().map(narrow), Some('x' | 'X'));
    let Some((body, last)) = digits.split_at_checked(17) else {
        return false;
    };
    let last = match last {
        [] if ends_in_x => 10,
        [digit] if !ends_in_x => *digit,
        _ => return false,
    };
    let (month, day) = (body[10] * 10 + body[11], body[12] * 10 + body[13]);
    let sum: u32 = body.iter().zip(CN_ID_WEIGHTS).map(|(a, b)| a * b).sum();
    (1..=12).contains(&month) && (1..=31).contains(&day) && (12 - sum % 11) % 11 == last
}

/// The host of an address: between the scheme and the path, without user
/// name, port and a final stop, in lower case.
fn host(address: &str) -> String {
    let rest = address.split_once("//").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = host.split(':').next().unwrap_or(host);
    let plain = |c| if c == '。' { '.' } else { narrow(c) };
    let host: String = host.chars().map(plain).collect();
    host.trim_matches(['.', ',']).to_ascii_lowercase()
}

impl Hosts {
    fn count(&self, host: &str) -> bool {
        let is_in = |list: &[String]| list.iter().any(|known| covers(known, host));
        match self {
            Self::Deny(list) => is_in(list),
            Self::Allow(list) => !is_in(list),
        }
    }
}

fn covers(known: &str, host: &str) -> bool {
    host.strip_suffix(known)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_computed() {
        // The examples that the payment networks publish for tests.
        for card in [
            "4111 1111 1111 1111",
            "5555-5555-5555-4444",
            "378282246310005",
        ] {
            assert!(Check::Luhn.passes(card), "{card}");
        }
        assert!(!Check::Luhn.passes("4111 1111 1111 1112"));
        assert!(!Check::Luhn.passes("0000 0000 0000 0000"));
        // The example of GB 11643-1999.
        assert!(Check::CnId.passes("11010519491231002X"));
        assert!(Check::CnId.passes("440524188001010014"));
        assert!(!Check::CnId.passes("110105194912310021"));
        assert!(!Check::CnId.passes("110105194913310020"));
    }

    #[test]
    fn a_host_stands_for_its_subdomains() {
        let deny = Check::Host(Hosts::Deny(vec!["bad.example".into()]));
        for bad in [
            "https://bad.example",
            "http://a.BAD.example:8080",
            "https://x@bad.example.",
            "www.bad.example",
        ] {
            assert!(deny.passes(bad), "{bad}");
        }
        for good in [
            "https://notbad.example",
            "https://bad.example.org",
            "https://good.example/bad.example",
        ] {
            assert!(!deny.passes(good), "{good}");
        }
        let allow = Check::Host(Hosts::Allow(vec!["good.example".into()]));
        assert!(!allow.passes("https://www.good.example"));
        assert!(allow.passes("https://good.example.evil"));
    }
}

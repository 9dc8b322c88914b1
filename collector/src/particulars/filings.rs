//! The forms of filing numbers that the authority has given so far. They are
//! observed, not laid down, so another form is only pointed out.

use serde_json::{Map, Value};

/// Filing numbers that have another form.
pub(super) fn warnings(document: &Map<String, Value>) -> Vec<String> {
    let filings = |name: &str| -> Vec<String> {
        let list = document.get(name).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(|one| one.get("filing")?.as_str().map(str::to_owned))
            .collect()
    };
    let models = filings("models")
        .into_iter()
        .filter(|filing| !is_model_filing(filing));
    let algorithms = filings("algorithms")
        .into_iter()
        .filter(|filing| !is_algorithm_filing(filing));
    models
        .chain(algorithms)
        .map(|filing| format!("filing number {filing} has an unusual form"))
        .collect()
}

/// `Region-Name-YYYYMMDD`.
fn is_model_filing(filing: &str) -> bool {
    let parts: Vec<&str> = filing.split('-').collect();
    let [region, name, date] = parts.as_slice() else {
        return false;
    };
    !region.is_empty()
        && region.bytes().all(|byte| byte.is_ascii_alphabetic())
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && date.len() == 8
        && date.bytes().all(|byte| byte.is_ascii_digit())
}

/// `网信算备`, perhaps a colon, 21 digits, `号`.
fn is_algorithm_filing(filing: &str) -> bool {
    filing
        .strip_prefix("网信算备")
        .map(|rest| rest.trim_start_matches(['：', ':']))
        .and_then(|rest| rest.strip_suffix('号'))
        .is_some_and(|digits| {
            digits.len() == 21 && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn observed_forms_of_filing_numbers_are_known() {
        assert!(is_algorithm_filing("网信算备330110507206401230035号"));
        assert!(is_algorithm_filing("网信算备：330110507206401230035号"));
        assert!(!is_algorithm_filing("网信算备33011050720640123003号"));
        assert!(is_model_filing("Beijing-YunQue-20230821"));
        assert!(!is_model_filing("Beijing-20230821"));
    }
}

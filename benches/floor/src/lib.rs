//! The floor of the benchmark: an automaton that walks UTF-16 text and counts.
//! No views, no hold, no offsets, no verdicts.

use daachorse::CharwiseDoubleArrayAhoCorasick;
use daachorse::charwise::iter::FindStepper;

/// An automaton and the text it walks.
pub struct Floor {
    stepper: FindStepper<'static, u32>,
    text: Vec<u16>,
}

/// Room for `bytes` bytes, never freed.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(bytes: usize) -> *mut u8 {
    Vec::leak(vec![0; bytes]).as_mut_ptr()
}

/// Builds from the terms at `terms`, one a line, as UTF-8.
///
/// # Safety
/// `terms` comes from [`reserve`] of at least `bytes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn build(terms: *const u8, bytes: usize) -> *mut Floor {
    let terms = unsafe { std::slice::from_raw_parts(terms, bytes) };
    let lines = std::str::from_utf8(terms).unwrap().lines();
    let automaton = CharwiseDoubleArrayAhoCorasick::<u32>::new(lines).unwrap();
    let automaton: &'static _ = Box::leak(Box::new(automaton));
    Box::into_raw(Box::new(Floor {
        stepper: automaton.find_stepper(),
        text: Vec::new(),
    }))
}

/// Where to put the text, of at most `units` UTF-16 units.
#[unsafe(no_mangle)]
pub extern "C" fn text(floor: &mut Floor, units: usize) -> *mut u16 {
    if floor.text.len() < units {
        floor.text.resize(units, 0);
    }
    floor.text.as_mut_ptr()
}

/// Walks `units` units on from where the last walk ended; returns the matches.
///
/// # Safety
/// `at` holds at least `units` units.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn walk(floor: &mut Floor, at: *const u16, units: usize) -> u32 {
    let text = unsafe { std::slice::from_raw_parts(at, units) };
    let mut matches = 0;
    for unit in text {
        let unit = char::from_u32(u32::from(*unit)).unwrap_or(char::REPLACEMENT_CHARACTER);
        floor.stepper.consume(unit);
        matches += u32::from(floor.stepper.matches().is_some());
    }
    matches
}

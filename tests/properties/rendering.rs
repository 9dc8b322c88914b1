//! What an interface would render of a whole text: one look from each place.

/// A character or, `None`, a tag; and the UTF-16 units that it came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) shown: Option<char>,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Longest tag, comment or address, and longest reference, in characters.
const MAX_TAG: usize = 128;
const MAX_REFERENCE: usize = 16;

/// What begins with the first of some characters.
enum Construct {
    /// The first so many characters are this character, or nothing.
    Is(Option<char>, usize),
    /// The text ends inside it; if that is its end, it is this character.
    Open(Option<char>),
    Nothing,
}

/// The rendered text; if more may come, also where what is open began.
pub(crate) fn render(raw: &[Piece], ended: bool) -> (Vec<Piece>, Option<usize>) {
    let chars: Vec<char> = raw.iter().filter_map(|piece| piece.shown).collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (shown, len) = match construct(&chars[at..]) {
            Construct::Is(shown, len) => (shown, len),
            Construct::Open(_) if !ended => return (out, Some(raw[at].start)),
            Construct::Open(Some(c)) => (Some(c), chars.len() - at),
            Construct::Open(None) | Construct::Nothing => (Some(chars[at]), 1),
        };
        out.push(Piece {
            shown,
            start: raw[at].start,
            end: raw[at + len - 1].end,
        });
        at += len;
    }
    (out, None)
}

fn construct(chars: &[char]) -> Construct {
    match chars {
        ['&', '#', ..] => number(chars),
        ['&', ..] => name(chars),
        ['<', ..] => tag(chars),
        [']', ..] => address(chars),
        ['%', ..] => percent(chars),
        _ => Construct::Nothing,
    }
}

fn number(chars: &[char]) -> Construct {
    let (from, radix) = match chars.get(2) {
        Some('x' | 'X') => (3, 16),
        _ => (2, 10),
    };
    let digits = chars.iter().take(MAX_REFERENCE - 1).skip(from);
    let digits: String = digits.take_while(|c| c.is_digit(radix)).collect();
    let value = u32::from_str_radix(&digits, radix).ok();
    let value = value.and_then(char::from_u32).filter(|c| *c != '\0');
    let len = from + digits.len();
    match (chars.get(len), value) {
        (None, value) => Construct::Open(value),
        (Some(';'), Some(c)) => Construct::Is(Some(c), len + 1),
        (Some(_), Some(c)) => Construct::Is(Some(c), len),
        (Some(_), None) => Construct::Nothing,
    }
}

fn name(chars: &[char]) -> Construct {
    let name: String = chars[1..]
        .iter()
        .take_while(|c| c.is_ascii_alphanumeric())
        .collect();
    let len = name.len() + 1;
    if len >= MAX_REFERENCE {
        return Construct::Nothing;
    }
    let shown = match (chars.get(len), name.as_str()) {
        (None, _) => return Construct::Open(None),
        (Some(';'), "shy") => '\u{200B}',
        (Some(';'), "nbsp") => ' ',
        (Some(';'), "amp") => '&',
        (Some(';'), "lt") => '<',
        (Some(';'), "dollar") => '$',
        (Some(';'), "excl") => '!',
        (Some(';'), "sol" | "hyphen") => '-',
        _ => return Construct::Nothing,
    };
    Construct::Is(Some(shown), len + 1)
}

fn tag(chars: &[char]) -> Construct {
    match chars.get(1) {
        None => return Construct::Open(None),
        Some(c) if c.is_ascii_alphabetic() || "/!?".contains(*c) => {}
        Some(_) => return Construct::Nothing,
    }
    let text: String = chars
        .iter()
        .take(MAX_TAG)
        .map(|c| if c.is_ascii() { *c } else { 'x' })
        .collect();
    let end = match text.strip_prefix("<!-") {
        Some(comment) => comment
            .get(1..)
            .and_then(|rest| rest.find("-->"))
            .map(|at| at + 7),
        None => text[2..].find('>').map(|at| at + 3),
    };
    match end {
        Some(len) => Construct::Is(None, len),
        None if text.len() == MAX_TAG => Construct::Nothing,
        None => Construct::Open(None),
    }
}

fn address(chars: &[char]) -> Construct {
    match chars.get(1) {
        None => return Construct::Open(None),
        Some('(') => {}
        Some(_) => return Construct::Nothing,
    }
    let inside = chars.iter().take(MAX_TAG).skip(2);
    match inside.clone().position(|c| ")\n\r".contains(*c)) {
        Some(at) if chars[at + 2] == ')' => Construct::Is(None, at + 3),
        Some(_) => Construct::Nothing,
        None if chars.len() >= MAX_TAG => Construct::Nothing,
        None => Construct::Open(None),
    }
}

/// One character in UTF-8, each byte as `%` and two digits.
fn percent(chars: &[char]) -> Construct {
    let mut bytes = Vec::new();
    loop {
        let rest = &chars[3 * bytes.len()..];
        let [mark, digits @ ..] = rest else {
            return Construct::Open(None);
        };
        let digits: String = digits.iter().take(2).collect();
        if *mark != '%' || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
            return Construct::Nothing;
        }
        if digits.len() < 2 {
            return Construct::Open(None);
        }
        bytes.push(u8::from_str_radix(&digits, 16).unwrap());
        match std::str::from_utf8(&bytes) {
            Ok(text) => return Construct::Is(text.chars().next(), 3 * bytes.len()),
            Err(error) if error.error_len().is_none() => {}
            Err(_) => return Construct::Nothing,
        }
    }
}

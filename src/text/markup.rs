//! What an interface would render: character references become their
//! characters, tags, comments and the addresses of Markdown links nothing,
//! percent-encoding is decoded.
//!
//! The raw text is scanned as well, because an interface may show it as it is;
//! this is a second reading, with a bounded look-ahead.

/// Longest tag, comment or address, in characters; longer ones are text.
pub const MAX_TAG: usize = 128;
/// Longest character reference, in characters: `&ZeroWidthSpace;`.
const MAX_REFERENCE: usize = 16;

/// A piece of the rendered text and the UTF-16 units it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The character; `None`: nothing is shown, a tag stood here.
    pub shown: Option<char>,
    /// First unit.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// Reads characters, writes what they render to. Holds back at most one
/// construct that is not complete.
#[derive(Clone, Debug, Default)]
pub struct Markup {
    open: Vec<Rendered>,
}

/// What the characters of an open construct are so far.
enum Reading {
    Open,
    /// The whole construct is this character, or nothing.
    Whole(Option<char>),
    /// All but the last character are this character.
    Before(char),
    /// Not a construct.
    Plain,
}

impl Markup {
    /// Whether a construct could begin with this character.
    #[inline]
    pub fn begins(c: char) -> bool {
        matches!(c, '&' | '<' | '%' | ']')
    }

    /// Whether no construct is open.
    pub fn is_idle(&self) -> bool {
        self.open.is_empty()
    }

    /// Where an open construct began: what it becomes is not known yet.
    pub fn start(&self) -> Option<u32> {
        self.open.first().map(|first| first.start)
    }

    /// Forgets what is open.
    pub fn clear(&mut self) {
        self.open.clear();
    }

    /// Takes a character that stands at `start..end`.
    pub fn step(&mut self, c: char, start: u32, end: u32, out: &mut Vec<Rendered>) {
        let shown = Some(c);
        self.take(Rendered { shown, start, end }, out);
    }

    /// The text ends here: what is open is text.
    pub fn finish(&mut self, out: &mut Vec<Rendered>) {
        while !self.open.is_empty() {
            if let Some(c) = self.reference_at_end() {
                self.close(Some(c), self.open.len(), out);
            } else {
                self.give_up(out);
            }
        }
    }

    fn take(&mut self, next: Rendered, out: &mut Vec<Rendered>) {
        let begins = next.shown.is_some_and(Self::begins);
        if self.open.is_empty() && !begins {
            out.push(next);
            return;
        }
        self.open.push(next);
        match self.read() {
            Reading::Open => {}
            Reading::Whole(shown) => self.close(shown, self.open.len(), out),
            Reading::Before(c) => self.close(Some(c), self.open.len() - 1, out),
            Reading::Plain => self.give_up(out),
        }
    }

    /// The first `len` characters are one construct; the rest is read anew.
    fn close(&mut self, shown: Option<char>, len: usize, out: &mut Vec<Rendered>) {
        let rest = self.open.split_off(len);
        if let (Some(first), Some(last)) = (self.open.first(), self.open.last()) {
            let (start, end) = (first.start, last.end);
            out.push(Rendered { shown, start, end });
        }
        self.open.clear();
        for piece in rest {
            self.take(piece, out);
        }
    }

    /// The first character is itself; the rest is read anew.
    fn give_up(&mut self, out: &mut Vec<Rendered>) {
        let rest = self.open.split_off(1);
        out.append(&mut self.open);
        for piece in rest {
            self.take(piece, out);
        }
    }

    fn read(&self) -> Reading {
        match self.char_at(0) {
            '&' => self.read_reference(),
            '<' => self.read_tag(),
            ']' => self.read_address(),
            _ => self.read_percent(),
        }
    }

    fn char_at(&self, at: usize) -> char {
        self.open
            .get(at)
            .and_then(|piece| piece.shown)
            .unwrap_or('\0')
    }

    fn text(&self, from: usize, to: usize) -> String {
        (from..to).map(|at| self.char_at(at)).collect()
    }

    fn read_reference(&self) -> Reading {
        let len = self.open.len();
        let last = self.char_at(len - 1);
        if len == 1 {
            return Reading::Open;
        }
        if self.char_at(1) != '#' {
            return match last {
                ';' => named(&self.text(1, len - 1))
                    .map_or(Reading::Plain, |c| Reading::Whole(Some(c))),
                _ if last.is_ascii_alphanumeric() && len < MAX_REFERENCE => Reading::Open,
                _ => Reading::Plain,
            };
        }
        let (digits, radix) = self.number_form();
        if len <= digits {
            return Reading::Open;
        }
        if last.is_digit(radix) && len < MAX_REFERENCE {
            return Reading::Open;
        }
        // Browsers take a number without its semicolon too.
        match numbered(&self.text(digits, len - 1), radix) {
            Some(c) if last == ';' => Reading::Whole(Some(c)),
            Some(c) => Reading::Before(c),
            None => Reading::Plain,
        }
    }

    /// A numbered reference that the end of the text completes.
    fn reference_at_end(&self) -> Option<char> {
        if self.char_at(0) != '&' || self.char_at(1) != '#' {
            return None;
        }
        let (digits, radix) = self.number_form();
        numbered(&self.text(digits, self.open.len()), radix)
    }

    /// Where the digits of a numbered reference begin, and their base.
    fn number_form(&self) -> (usize, u32) {
        match self.char_at(2) {
            'x' | 'X' => (3, 16),
            _ => (2, 10),
        }
    }

    fn read_tag(&self) -> Reading {
        let len = self.open.len();
        let last = self.char_at(len - 1);
        match len {
            1 => Reading::Open,
            2 if !(last.is_ascii_alphabetic() || matches!(last, '/' | '!' | '?')) => Reading::Plain,
            2 => Reading::Open,
            _ => {
                let comment = self.char_at(1) == '!' && self.char_at(2) == '-';
                let ends = if comment {
                    len >= 7 && self.text(len - 3, len) == "-->"
                } else {
                    last == '>'
                };
                if ends {
                    Reading::Whole(None)
                } else if len == MAX_TAG {
                    Reading::Plain
                } else {
                    Reading::Open
                }
            }
        }
    }

    /// `](https://example.org/)`, as in `[text](address)`.
    fn read_address(&self) -> Reading {
        let len = self.open.len();
        match (len, self.char_at(len - 1)) {
            (1, _) | (2, '(') => Reading::Open,
            (2, _) | (_, '\n' | '\r') => Reading::Plain,
            (_, ')') => Reading::Whole(None),
            _ if len == MAX_TAG => Reading::Plain,
            _ => Reading::Open,
        }
    }

    /// `%E8%B5%8C`: as many bytes as the first one announces.
    fn read_percent(&self) -> Reading {
        let len = self.open.len();
        let last = self.char_at(len - 1);
        let fits = if (len - 1).is_multiple_of(3) {
            last == '%'
        } else {
            last.is_ascii_hexdigit()
        };
        if !fits {
            return Reading::Plain;
        }
        if !len.is_multiple_of(3) {
            return Reading::Open;
        }
        let bytes: Vec<u8> = (0..len / 3)
            .filter_map(|i| u8::from_str_radix(&self.text(3 * i + 1, 3 * i + 3), 16).ok())
            .collect();
        match std::str::from_utf8(&bytes) {
            Ok(text) => text
                .chars()
                .next()
                .map_or(Reading::Plain, |c| Reading::Whole(Some(c))),
            Err(error) if error.error_len().is_none() => Reading::Open,
            Err(_) => Reading::Plain,
        }
    }
}

fn numbered(digits: &str, radix: u32) -> Option<char> {
    char::from_u32(u32::from_str_radix(digits, radix).ok()?).filter(|&c| c != '\0')
}

/// The named references that matter: those that show nothing, and those that
/// an escaping writer must use. Any other name is some character or other.
fn named(name: &str) -> Option<char> {
    Some(match name {
        "shy" | "zwj" | "zwnj" | "ZeroWidthSpace" | "NoBreak" => '\u{200B}',
        "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "NewLine" => '\n',
        "Tab" => '\t',
        "commat" => '@',
        "dollar" => '$',
        "excl" => '!',
        "lowbar" | "hyphen" | "dash" | "middot" | "bull" | "sdot" | "period" | "comma" | "ast"
        | "sol" => '-',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str) -> String {
        let mut markup = Markup::default();
        let mut out = Vec::new();
        for (at, c) in text.chars().enumerate() {
            markup.step(c, at as u32, at as u32 + 1, &mut out);
        }
        markup.finish(&mut out);
        let ends: Vec<u32> = out.iter().map(|piece| piece.end).collect();
        assert!(ends.is_sorted() && ends.last() == Some(&(text.chars().count() as u32)));
        out.iter().filter_map(|piece| piece.shown).collect()
    }

    #[test]
    fn references_tags_and_percent_encoding_are_read() {
        for (text, shown) in [
            ("&#36172;&#x535a;", "赌博"),
            ("&#36172博", "赌博"),
            ("&#36172", "赌"),
            ("a&shy;b&nbsp;c", "a\u{200B}b c"),
            ("赌<b>博</b>", "赌博"),
            ("k<!-- > -->ill", "kill"),
            ("%E8%B5%8C%e5%8d%9a", "赌博"),
            ("%73ex", "sex"),
            ("赌[博](https://a.example/b)网", "赌[博网"),
        ] {
            assert_eq!(rendered(text), shown);
        }
    }

    #[test]
    fn what_is_no_markup_stays_as_it_is() {
        for text in [
            "a < b && c > d",
            "50%",
            "100%的",
            "%E8%B5赌",
            "&unknown;",
            "AT&T",
            "<",
            "&#;",
            "&&&",
            "<3 <3",
            "%%%",
            "a<b",
            "&#x;x",
            "%E8",
            "a[0](",
            "[x] (y)",
            "](\n)",
        ] {
            assert_eq!(rendered(text), text);
        }
    }

    #[test]
    fn what_failed_is_read_again_from_its_second_character() {
        assert_eq!(rendered("&&#36172;"), "&赌");
        assert_eq!(rendered("%%E8%B5%8C"), "%赌");
        assert_eq!(rendered("&#<b>36172;"), "&#36172;");
    }

    #[test]
    fn an_open_tag_is_bounded() {
        let text = format!("<a{}>x", "y".repeat(MAX_TAG));
        assert_eq!(rendered(&text), text);
        // A comment whose last possible character does not end it.
        let text = format!("<!--{}>-->", "y".repeat(MAX_TAG - 5));
        assert_eq!(rendered(&text), text);
    }
}

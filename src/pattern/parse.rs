//! Reading a pattern.

use super::positions::{CharClass, Part, Pattern, TooLarge};
use super::{MAX_PATTERN_CHARS, MAX_POSITIONS};
use std::fmt;

/// Deepest nesting of groups.
const MAX_DEPTH: usize = 16;

/// Why a pattern is refused, and at which of its characters, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternError {
    /// `*`, `+` or `{m,}`: it has no longest match.
    Unbounded(usize),
    /// Not of this language.
    Syntax(usize),
    /// More than [`MAX_POSITIONS`] places.
    TooLarge(usize),
    /// It matches the empty text.
    Empty,
}

impl PatternError {
    /// Stable.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unbounded(_) => "policy/pattern-unbounded",
            _ => "policy/pattern",
        }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unbounded(at) => write!(
                f,
                "pattern, character {at}: no longest match; write {{1,n}} instead"
            ),
            Self::Syntax(at) => write!(f, "pattern, character {at}: not understood"),
            Self::TooLarge(_) => write!(
                f,
                "pattern: more than {MAX_POSITIONS} places, repetitions written out"
            ),
            Self::Empty => f.write_str("pattern: it matches the empty text"),
        }
    }
}

impl std::error::Error for PatternError {}

/// Reads a pattern.
///
/// # Errors
/// See [`PatternError`].
pub fn parse(source: &str) -> Result<Pattern, PatternError> {
    let mut parser = Parser {
        chars: source.chars().collect(),
        at: 0,
        depth: 0,
        pattern: Pattern::default(),
    };
    if parser.chars.len() > MAX_PATTERN_CHARS {
        return Err(PatternError::TooLarge(MAX_PATTERN_CHARS));
    }
    let tree = parser.alternatives()?;
    if parser.at < parser.chars.len() {
        return Err(parser.wrong());
    }
    let part = parser.build(&tree)?;
    let mut pattern = parser.pattern;
    if pattern.finish(part) {
        Ok(pattern)
    } else {
        Err(PatternError::Empty)
    }
}

enum Tree {
    One(CharClass),
    Sequence(Vec<Tree>),
    Either(Vec<Tree>),
    Repeat(Box<Tree>, usize, usize),
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: usize,
    pattern: Pattern,
}

impl Parser {
    fn wrong(&self) -> PatternError {
        PatternError::Syntax(self.at)
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self, c: char) -> bool {
        let taken = self.peek() == Some(c);
        self.at += usize::from(taken);
        taken
    }

    fn alternatives(&mut self) -> Result<Tree, PatternError> {
        let mut ways = vec![self.sequence()?];
        while self.take('|') {
            ways.push(self.sequence()?);
        }
        Ok(Tree::Either(ways))
    }

    fn sequence(&mut self) -> Result<Tree, PatternError> {
        let mut parts = Vec::new();
        while let Some(c) = self.peek() {
            if matches!(c, '|' | ')') {
                break;
            }
            let part = self.single(c)?;
            parts.push(self.repeated(part)?);
        }
        Ok(Tree::Sequence(parts))
    }

    fn single(&mut self, c: char) -> Result<Tree, PatternError> {
        self.at += 1;
        let class = match c {
            '(' => return self.group(),
            '[' => self.class()?,
            '\\' => self.escape()?,
            '.' => CharClass {
                ranges: vec![('\n', '\n'), ('\r', '\r')],
                negated: true,
            },
            '*' | '+' => return Err(PatternError::Unbounded(self.at - 1)),
            '?' | '{' | '}' | ']' | '^' | '$' => return Err(PatternError::Syntax(self.at - 1)),
            _ => listed(&[(c, c)]),
        };
        Ok(Tree::One(class))
    }

    fn group(&mut self) -> Result<Tree, PatternError> {
        if self.depth == MAX_DEPTH {
            return Err(self.wrong());
        }
        if self.take('?') && !self.take(':') {
            return Err(self.wrong());
        }
        self.depth += 1;
        let inner = self.alternatives()?;
        self.depth -= 1;
        if self.take(')') {
            Ok(inner)
        } else {
            Err(self.wrong())
        }
    }

    fn escape(&mut self) -> Result<CharClass, PatternError> {
        let c = self.peek().ok_or(self.wrong())?;
        self.at += 1;
        Ok(match c {
            'd' => listed(&[('0', '9')]),
            'w' => listed(&[('0', '9'), ('a', 'z'), ('_', '_')]),
            's' => listed(&[
                (' ', ' '),
                ('\t', '\r'),
                ('\u{A0}', '\u{A0}'),
                ('\u{3000}', '\u{3000}'),
            ]),
            'n' => listed(&[('\n', '\n')]),
            't' => listed(&[('\t', '\t')]),
            _ if c.is_ascii_alphanumeric() => return Err(PatternError::Syntax(self.at - 1)),
            _ => listed(&[(c, c)]),
        })
    }

    fn class(&mut self) -> Result<CharClass, PatternError> {
        let mut class = CharClass {
            ranges: Vec::new(),
            negated: self.take('^'),
        };
        loop {
            let c = self.peek().ok_or(self.wrong())?;
            self.at += 1;
            match c {
                ']' if !class.ranges.is_empty() => return Ok(class),
                '\\' => class.ranges.extend(self.escape()?.ranges),
                '[' | ']' => return Err(PatternError::Syntax(self.at - 1)),
                _ => {
                    let to = self.range_end(c)?;
                    class.ranges.extend(listed(&[(c, to)]).ranges);
                }
            }
        }
    }

    fn range_end(&mut self, from: char) -> Result<char, PatternError> {
        let ends = self.chars.get(self.at + 1).is_some_and(|&c| c != ']');
        if !(ends && self.take('-')) {
            return Ok(from);
        }
        match self.peek() {
            Some(to) if to >= from && to != '\\' && to != '[' => {
                self.at += 1;
                Ok(to)
            }
            _ => Err(self.wrong()),
        }
    }

    fn repeated(&mut self, part: Tree) -> Result<Tree, PatternError> {
        let start = self.at;
        let (min, max) = match self.peek() {
            Some('?') => {
                self.at += 1;
                (0, 1)
            }
            Some('*' | '+') => return Err(PatternError::Unbounded(start)),
            Some('{') => {
                self.at += 1;
                self.counts(start)?
            }
            _ => return Ok(part),
        };
        match self.peek() {
            Some('?' | '*' | '+' | '{') => Err(self.wrong()),
            _ => Ok(Tree::Repeat(Box::new(part), min, max)),
        }
    }

    fn counts(&mut self, start: usize) -> Result<(usize, usize), PatternError> {
        let min = self.number()?;
        let max = if !self.take(',') {
            min
        } else if self.peek() == Some('}') {
            return Err(PatternError::Unbounded(start));
        } else {
            self.number()?
        };
        if !self.take('}') || max < min || max == 0 {
            return Err(PatternError::Syntax(start));
        }
        Ok((min, max))
    }

    fn number(&mut self) -> Result<usize, PatternError> {
        let from = self.at;
        let mut number = 0;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            number = number * 10 + digit as usize;
            if number > MAX_POSITIONS {
                return Err(PatternError::TooLarge(from));
            }
            self.at += 1;
        }
        if self.at == from {
            Err(self.wrong())
        } else {
            Ok(number)
        }
    }

    fn build(&mut self, tree: &Tree) -> Result<Part, PatternError> {
        let too_large = |_: TooLarge| PatternError::TooLarge(MAX_PATTERN_CHARS);
        match tree {
            Tree::One(class) => self.pattern.one(class.clone()).map_err(too_large),
            Tree::Sequence(parts) => {
                let mut whole = Pattern::nothing();
                for part in parts {
                    let part = self.build(part)?;
                    whole = self.pattern.then(whole, part).map_err(too_large)?;
                }
                Ok(whole)
            }
            Tree::Either(ways) => {
                let mut ways = ways.iter();
                let Some(first) = ways.next() else {
                    return Ok(Pattern::nothing());
                };
                let mut whole = self.build(first)?;
                for way in ways {
                    whole = Pattern::either(whole, self.build(way)?);
                }
                Ok(whole)
            }
            Tree::Repeat(part, min, max) => {
                // x{1,3} is x(x(x)?)?, built from the inside.
                let mut rest = Pattern::nothing();
                for count in (0..*max).rev() {
                    let part = self.build(part)?;
                    let more = self.pattern.then(part, rest).map_err(too_large)?;
                    rest = if count < *min {
                        more
                    } else {
                        Pattern::optional(more)
                    };
                }
                Ok(rest)
            }
        }
    }
}

/// Capital ASCII letters stand for small ones, as in the folded text.
fn listed(ranges: &[(char, char)]) -> CharClass {
    let mut class = CharClass::default();
    for &(from, to) in ranges {
        class.ranges.push((from, to));
        let (capital_from, capital_to) = (from.max('A'), to.min('Z'));
        if capital_from <= capital_to {
            class.ranges.push((
                capital_from.to_ascii_lowercase(),
                capital_to.to_ascii_lowercase(),
            ));
        }
    }
    class
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn matches(source: &str, text: &str) -> bool {
        let pattern = parse(source).unwrap();
        let mut chars = text.chars();
        let Some(first) = chars.next() else {
            return false;
        };
        let first = pattern.begin(first);
        let end = chars.fold(first, |states, c| pattern.step(&states, c));
        pattern.accepts(&end)
    }

    #[test]
    fn the_language_is_read_as_regular_expressions_are() {
        for (source, text, expected) in [
            ("abc", "abc", true),
            ("abc", "ab", false),
            (r"\d{3}-\d{2,4}", "123-45", true),
            (r"\d{3}-\d{2,4}", "123-45678", false),
            ("a(b|cd)?e", "ae", true),
            ("a(b|cd)?e", "acde", true),
            ("a(?:b|cd)e", "ace", false),
            ("[A-C]x", "bx", true),
            ("[^0-9]9", "a9", true),
            ("[^0-9]9", "99", false),
            ("[a-]", "-", true),
            (r"[\d-]{2}", "1-", true),
            ("(ab){2}", "abab", true),
            ("x{1,3}y", "xxxy", true),
            ("x{1,3}y", "y", false),
            (r"a\.b", "a.b", true),
            (r"a\.b", "acb", false),
            ("a.b", "a\nb", false),
            ("(a?b?c?)x", "acx", true),
        ] {
            assert_eq!(matches(source, text), expected, "{source} on {text}");
        }
    }

    #[test]
    fn what_is_refused_says_where() {
        for (source, error) in [
            ("ab*", PatternError::Unbounded(2)),
            ("a+", PatternError::Unbounded(1)),
            ("a{2,}", PatternError::Unbounded(1)),
            ("(a", PatternError::Syntax(2)),
            ("a)", PatternError::Syntax(1)),
            ("[", PatternError::Syntax(1)),
            ("a{3,2}", PatternError::Syntax(1)),
            ("a??", PatternError::Syntax(2)),
            (r"\1", PatternError::Syntax(1)),
            ("(?=a)", PatternError::Syntax(2)),
            ("^a", PatternError::Syntax(0)),
            ("a?", PatternError::Empty),
            ("", PatternError::Empty),
            ("a{513}", PatternError::TooLarge(2)),
            ("(a{30}){30}", PatternError::TooLarge(MAX_PATTERN_CHARS)),
        ] {
            assert_eq!(parse(source).unwrap_err(), error, "{source}");
        }
    }
}

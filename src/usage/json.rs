//! A strict reader of small JSON texts.
//!
//! Not the platform's: `JSON.parse` takes the last of two equal names, and two
//! readers of one token that disagree about its age are how tokens are forged.
//! Here equal names are an error, and every host reads alike.

/// Deepest nesting.
const MAX_DEPTH: usize = 8;

/// Most fields of an object or items of a list.
const MAX_ITEMS: usize = 64;

/// A value. Numbers that are not whole, or beyond ±10¹⁵, are `Other`: nothing
/// that is read has such a value, and what is not read is skipped.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Truth(bool),
    Whole(i64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
    Other,
}

impl Json {
    /// Reads one value and nothing after it.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(MAX_DEPTH)?;
        reader.space();
        (reader.at == text.len()).then_some(value)
    }

    /// The field `name`; `None` if it is not there, or this is no object.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields.iter().find(|f| f.0 == name).map(|f| &f.1),
            _ => None,
        }
    }

    /// The items of a list; `None` if it is none.
    pub(crate) fn list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == byte).then(|| self.at += 1)
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        let rest = self.text.as_bytes().get(self.at..)?;
        rest.starts_with(word.as_bytes()).then(|| {
            self.at += word.len();
            value
        })
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        let depth = depth.checked_sub(1)?;
        self.space();
        match self.peek() {
            b'n' => self.word("null", Json::Null),
            b't' => self.word("true", Json::Truth(true)),
            b'f' => self.word("false", Json::Truth(false)),
            b'"' => self.string().map(Json::Text),
            b'[' => {
                let mut items = Vec::new();
                self.items(b']', |reader| {
                    items.push(reader.value(depth)?);
                    (items.len() <= MAX_ITEMS).then_some(())
                })?;
                Some(Json::List(items))
            }
            b'{' => {
                let mut fields: Vec<(String, Json)> = Vec::new();
                self.items(b'}', |reader| {
                    reader.space();
                    let name = reader.string()?;
                    reader.space();
                    reader.take(b':')?;
                    let value = reader.value(depth)?;
                    let new = fields.iter().all(|field| field.0 != name);
                    fields.push((name, value));
                    (new && fields.len() <= MAX_ITEMS).then_some(())
                })?;
                Some(Json::Object(fields))
            }
            _ => self.number(),
        }
    }

    /// What stands between the bracket here and `end`, with commas between.
    fn items(&mut self, end: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        self.space();
        if self.take(end).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            self.space();
            if self.take(end).is_some() {
                return Some(());
            }
            self.take(b',')?;
        }
    }

    /// How many digits there are, at least one, and the number they make; a
    /// number of more than 15 is none that anybody reads.
    fn digits(&mut self) -> Option<(usize, i64)> {
        let (from, mut number) = (self.at, 0i64);
        while self.peek().is_ascii_digit() {
            number = number
                .wrapping_mul(10)
                .wrapping_add(i64::from(self.peek() - b'0'));
            self.at += 1;
        }
        (self.at > from).then_some((self.at - from, number))
    }

    fn number(&mut self) -> Option<Json> {
        let negative = self.take(b'-').is_some();
        let zero = self.peek() == b'0';
        let (length, number) = self.digits()?;
        if length > 1 && zero {
            return None;
        }
        let mut whole = length <= 15;
        if self.take(b'.').is_some() {
            self.digits()?;
            whole = false;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
            whole = false;
        }
        Some(match whole {
            true => Json::Whole(if negative { -number } else { number }),
            false => Json::Other,
        })
    }

    fn string(&mut self) -> Option<String> {
        self.take(b'"')?;
        let mut text = String::new();
        loop {
            let from = self.at;
            while !matches!(self.peek(), b'"' | b'\\' | 0..0x20) {
                self.at += 1;
            }
            // Bytes of one character are all above the ones looked for.
            text.push_str(self.text.get(from..self.at)?);
            let stop = self.peek();
            self.at += 1;
            match stop {
                b'"' => return Some(text),
                b'\\' => text.push(self.escape()?),
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let escape = self.peek();
        self.at += 1;
        Some(match escape {
            b'"' | b'\\' | b'/' => char::from(escape),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex()?;
                let code = if (0xD800..0xDC00).contains(&first) {
                    self.take(b'\\')?;
                    self.take(b'u')?;
                    let second = self.hex()?.checked_sub(0xDC00).filter(|&low| low < 0x400)?;
                    0x10000 + ((first - 0xD800) << 10) + second
                } else {
                    first
                };
                char::from_u32(code)?
            }
            _ => return None,
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let mut code = 0;
        for _ in 0..4 {
            code = code * 16 + char::from(self.peek()).to_digit(16)?;
            self.at += 1;
        }
        Some(code)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn values_are_read_as_any_reader_would() {
        for text in [
            r#"{"a":1,"b":[true,false,null,"x"],"c":{"d":-20}}"#,
            r#" { "sub" : "a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é中" } "#,
            "[]",
            "{}",
            "0",
            "-0",
            r#""""#,
        ] {
            let ours = Json::read(text).unwrap();
            let theirs: serde_json::Value = serde_json::from_str(text).unwrap();
            assert!(same(&ours, &theirs), "{text}: {ours:?}");
        }
        for other in ["1.5", "1e3", "-2E-7", "1234567890123456", "1.0"] {
            assert_eq!(Json::read(other), Some(Json::Other), "{other}");
        }
    }

    fn same(ours: &Json, theirs: &serde_json::Value) -> bool {
        use serde_json::Value;
        match (ours, theirs) {
            (Json::Null, Value::Null) => true,
            (Json::Truth(a), Value::Bool(b)) => a == b,
            (Json::Whole(a), Value::Number(b)) => b.as_f64() == Some(*a as f64),
            (Json::Text(a), Value::String(b)) => a == b,
            (Json::List(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
            }
            (Json::Object(a), Value::Object(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
            }
            _ => false,
        }
    }

    #[test]
    fn what_is_not_json_or_says_a_thing_twice_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "}",
            "[1,]",
            "[1 2]",
            "{\"a\":1,}",
            "{\"a\"}",
            "{a:1}",
            "{'a':1}",
            "01",
            "-",
            "+1",
            "1.",
            ".5",
            "1e",
            "NaN",
            "Infinity",
            "nul",
            "truefalse",
            "1 1",
            "\"\u{1}\"",
            "\"a",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\udc00\"",
            "{\"a\":1,\"a\":1}",
            "{\"a\":1,\"\\u0061\":2}",
            "[{\"a\":[{\"b\":1,\"b\":1}]}]",
            "// x\n1",
            "\u{feff}1",
            "[[[[[[[[1]]]]]]]]",
        ] {
            assert_eq!(Json::read(text), None, "{text}");
        }
        assert!(Json::read("[[[[[[[1]]]]]]]").is_some());
        let many = |n: usize| format!("[{}1]", "1,".repeat(n - 1));
        assert!(Json::read(&many(MAX_ITEMS)).is_some());
        assert!(Json::read(&many(MAX_ITEMS + 1)).is_none());
        assert!(Json::read(&"[".repeat(100_000)).is_none());
    }
}

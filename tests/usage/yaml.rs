//! YAML as a tree of texts with line numbers. Nothing is guessed from how a
//! text looks: `12` and `14:00` are texts until somebody asks for a number.

use saphyr_parser::{Event, Parser, Span};
use std::path::Path;

/// A node, and the line on which it starts.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) line: usize,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// # Panics
    /// What is not YAML of the plain kind that scenarios use: no anchors, no tags.
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut parser = Parser::new_from_str(&text);
        let mut next = move || match parser.next_event() {
            Some(Ok((event, span))) => (event, span),
            Some(Err(error)) => panic!("{}: {error}", path.display()),
            None => panic!("{}: ends too early", path.display()),
        };
        loop {
            let (event, span) = next();
            if !matches!(event, Event::StreamStart | Event::DocumentStart(_)) {
                return Self::from(&mut next, event, span);
            }
        }
    }

    fn from<'a>(
        next: &mut impl FnMut() -> (Event<'a>, Span),
        event: Event<'a>,
        span: Span,
    ) -> Self {
        let kind = match event {
            Event::Scalar(text, ..) => Kind::Text(text.into_owned()),
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match next() {
                        (Event::SequenceEnd, _) => break Kind::List(items),
                        (event, span) => items.push(Self::from(next, event, span)),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut entries: Vec<(String, Self)> = Vec::new();
                loop {
                    match next() {
                        (Event::MappingEnd, _) => break Kind::Map(entries),
                        (Event::Scalar(key, ..), at) => {
                            let key = key.into_owned();
                            assert!(
                                entries.iter().all(|(other, _)| *other != key),
                                "line {}: `{key}` stands twice",
                                at.start.line()
                            );
                            let (event, span) = next();
                            entries.push((key, Self::from(next, event, span)));
                        }
                        (event, at) => panic!("line {}: {event:?} as a key", at.start.line()),
                    }
                }
            }
            other => panic!("line {}: {other:?} is not for scenarios", span.start.line()),
        };
        Self {
            line: span.start.line(),
            kind,
        }
    }

    /// The entry called `key` of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.map()
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, node)| node)
    }

    pub(crate) fn text(&self) -> &str {
        match &self.kind {
            Kind::Text(text) => text,
            other => panic!("line {}: a text, not {other:?}", self.line),
        }
    }

    pub(crate) fn list(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            other => panic!("line {}: a list, not {other:?}", self.line),
        }
    }

    pub(crate) fn map(&self) -> &[(String, Self)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            other => panic!("line {}: a map, not {other:?}", self.line),
        }
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.list()
            .iter()
            .map(|item| item.text().to_owned())
            .collect()
    }

    pub(crate) fn number<N: std::str::FromStr>(&self) -> N {
        self.text().parse().unwrap_or_else(|_| {
            panic!("line {}: `{}` is not a number here", self.line, self.text())
        })
    }
}

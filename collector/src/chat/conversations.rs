//! The conversations that are played, and which one answers a question.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;

const BUILT_IN: [&str; 2] = [
    include_str!("../../../data/conversations/zh-CN.json"),
    include_str!("../../../data/conversations/en.json"),
];
/// Most prompts that the answer to an unknown question lists.
const MAX_SUGGESTIONS: usize = 8;
/// A keyword of Latin letters this long also matches the start of a word.
const MIN_STEM_BYTES: usize = 4;

/// One question and its answer.
#[derive(Debug, Deserialize)]
pub(super) struct Conversation {
    pub(super) id: String,
    pub(super) locale: Locale,
    /// Words of a question that ask for this conversation.
    #[serde(default)]
    keywords: Vec<String>,
    /// The question in full.
    prompt: String,
    /// What the model thinks before it answers.
    #[serde(default)]
    pub(super) reasoning: Option<String>,
    pub(super) answer: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Locale {
    #[serde(rename = "zh-CN")]
    Chinese,
    #[serde(rename = "en")]
    English,
}

/// All conversations that may be played.
#[derive(Debug)]
pub(crate) struct Conversations {
    all: Vec<Arc<Conversation>>,
    /// Places in `all` by id and by prompt.
    exact: HashMap<String, usize>,
}

impl Conversations {
    /// Those in the binary.
    pub(crate) fn built_in() -> Result<Self> {
        let all = BUILT_IN
            .iter()
            .map(|json| parse(json))
            .collect::<Result<Vec<_>>>()
            .context("the built-in conversations")?;
        Self::new(all.into_iter().flatten().collect())
    }

    /// Those of a JSON file: an array of `{id, locale, keywords, prompt,
    /// reasoning?, answer}`.
    pub(crate) fn read(json: &str) -> Result<Self> {
        Self::new(parse(json)?)
    }

    fn new(all: Vec<Conversation>) -> Result<Self> {
        let mut exact = HashMap::with_capacity(all.len() * 2);
        for (place, conversation) in all.iter().enumerate() {
            let id = conversation.id.trim();
            if id.is_empty() || exact.insert(id.to_owned(), place).is_some() {
                bail!("conversation {} has no id of its own", place + 1);
            }
        }
        for (place, conversation) in all.iter().enumerate() {
            // Ids go first; of equal prompts the first one answers.
            exact
                .entry(conversation.prompt.trim().to_owned())
                .or_insert(place);
        }
        Ok(Self {
            all: all.into_iter().map(Arc::new).collect(),
            exact,
        })
    }

    /// The conversation whose id or prompt the question is, or else the one
    /// with the most keywords in it; of equals, one in the question's
    /// language, the longest keywords, the first.
    pub(super) fn choose(&self, question: &str) -> Arc<Conversation> {
        let question = question.trim();
        if let Some(&place) = self.exact.get(question) {
            return Arc::clone(&self.all[place]);
        }
        let locale = locale_of(question);
        let folded = question.to_lowercase();
        let scored = self.all.iter().map(|conversation| {
            let (count, length) = overlap(&folded, &conversation.keywords);
            ((count, conversation.locale == locale, length), conversation)
        });
        // Backwards, because of equals `max_by_key` takes the last.
        let best = scored
            .rev()
            .filter(|&((count, ..), _)| count > 0)
            .max_by_key(|&(score, _)| score);
        best.map_or_else(
            || Arc::new(self.overview(locale)),
            |(_, conversation)| Arc::clone(conversation),
        )
    }

    /// What is said to a question that nothing answers.
    fn overview(&self, locale: Locale) -> Conversation {
        let (greeting, prompt) = match locale {
            Locale::Chinese => (
                "你好！我是 tidegate 的演示助手，只会回答准备好的问题。你可以问我：\n",
                "你好",
            ),
            Locale::English => (
                "Hello! I am the demo assistant of tidegate and only know some questions. You can ask me:\n",
                "Hello",
            ),
        };
        let mut answer = greeting.to_owned();
        let mut prompts = self.all.iter().filter(|one| one.locale == locale);
        for conversation in prompts.by_ref().take(MAX_SUGGESTIONS) {
            answer.push_str("\n- ");
            answer.push_str(conversation.prompt.trim());
        }
        Conversation {
            id: "overview".to_owned(),
            locale,
            keywords: Vec::new(),
            prompt: prompt.to_owned(),
            reasoning: None,
            answer,
        }
    }
}

fn parse(json: &str) -> Result<Vec<Conversation>> {
    serde_json::from_str(json).context("it is not an array of conversations")
}

fn locale_of(text: &str) -> Locale {
    if text
        .chars()
        .any(|character| matches!(character, '\u{3400}'..='\u{9fff}'))
    {
        Locale::Chinese
    } else {
        Locale::English
    }
}

/// How many keywords stand in `folded`, and how many bytes they have.
fn overlap(folded: &str, keywords: &[String]) -> (usize, usize) {
    keywords
        .iter()
        .map(|keyword| keyword.trim().to_lowercase())
        .filter(|keyword| stands_in(folded, keyword))
        .fold((0, 0), |(count, length), keyword| {
            (count + 1, length + keyword.len())
        })
}

/// Whether `keyword` stands in `folded`; one of Latin letters only where a
/// word starts, and a short one only as a whole word.
fn stands_in(folded: &str, keyword: &str) -> bool {
    let inner = |character: Option<char>| character.is_some_and(|one| one.is_ascii_alphanumeric());
    !keyword.is_empty()
        && folded.match_indices(keyword).any(|(start, _)| {
            let before = folded[..start].chars().next_back();
            let behind = folded[start + keyword.len()..].chars().next();
            let starts_word = !(inner(keyword.chars().next()) && inner(before));
            let ends_word = !(inner(keyword.chars().next_back()) && inner(behind));
            starts_word && (ends_word || keyword.len() >= MIN_STEM_BYTES)
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn sample() -> Conversations {
        Conversations::read(
            r#"[
            {"id": "tea", "locale": "en", "keywords": ["tea", "brew"], "prompt": "How do I brew tea?", "answer": "hot"},
            {"id": "poem", "locale": "en", "keywords": ["poem", "tide"], "prompt": "Write a poem", "answer": "tides"},
            {"id": "cha", "locale": "zh-CN", "keywords": ["泡茶", "tea"], "prompt": "怎么泡茶？", "answer": "热水"}
            ]"#,
        )
        .unwrap()
    }

    #[test]
    fn the_most_keywords_win() {
        let all = sample();
        for (question, id) in [
            ("How do I brew tea?", "tea"),
            ("  cha ", "cha"),
            ("TEA please", "tea"),
            ("请问怎么泡茶", "cha"),
            ("请写 tea", "cha"),
            ("poems about tea and the tide", "poem"),
            ("steady team", "overview"),
            ("", "overview"),
        ] {
            assert_eq!(all.choose(question).id, id, "{question}");
        }
    }

    #[test]
    fn an_unknown_question_is_told_what_can_be_asked() {
        let all = sample();
        assert!(all.choose("天气").answer.contains("怎么泡茶？"));
        assert!(all.choose("weather").answer.contains("Write a poem"));
    }

    #[test]
    fn ids_are_unique() {
        let twice = r#"[{"id": "a", "locale": "en", "prompt": "p", "answer": "x"},
                        {"id": "a", "locale": "en", "prompt": "q", "answer": "y"}]"#;
        assert!(Conversations::read(twice).is_err());
    }

    #[test]
    fn every_built_in_prompt_gets_its_own_answer() {
        let all = Conversations::built_in().unwrap();
        assert!(!all.all.is_empty());
        for conversation in &all.all {
            assert_eq!(all.choose(&conversation.prompt).id, conversation.id);
        }
    }
}

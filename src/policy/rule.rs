//! A rule as the stream room needs it.

/// What happens to a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Shown, and reported.
    Flag,
    /// Each of its characters becomes the rule's mask character.
    Mask,
    /// The rule's text stands in its place.
    Replace,
    /// Nothing more of this message is shown.
    Terminate,
    /// As terminate, and the interface withdraws what it has shown.
    Retract,
}

impl Action {
    const NAMES: [(&'static str, Self); 5] = [
        ("flag", Self::Flag),
        ("mask", Self::Mask),
        ("replace", Self::Replace),
        ("terminate", Self::Terminate),
        ("retract", Self::Retract),
    ];

    /// As authored and reported.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    /// The action of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, action)| *action)
    }

    /// Whether the message is over.
    pub fn ends(self) -> bool {
        matches!(self, Self::Terminate | Self::Retract)
    }

    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        Self::NAMES
            .get(usize::from(byte))
            .map(|(_, action)| *action)
    }
}

/// An independent stream of text inside one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// The answer.
    Text,
    /// The model thinking aloud.
    Reasoning,
    /// Arguments of a tool call.
    ToolInput,
    /// What a tool returned.
    ToolOutput,
    /// Title of a conversation or a source.
    Title,
    /// Name or address of a source.
    Source,
    /// Text of an error.
    Error,
    /// Why the model refused.
    Refusal,
    /// What the user writes: judged by the rules for the answer, and by those
    /// that call for something. No rule names it.
    Input,
}

impl Channel {
    const NAMES: [(&'static str, Self); 9] = [
        ("text", Self::Text),
        ("reasoning", Self::Reasoning),
        ("tool-input", Self::ToolInput),
        ("tool-output", Self::ToolOutput),
        ("title", Self::Title),
        ("source", Self::Source),
        ("error", Self::Error),
        ("refusal", Self::Refusal),
        ("input", Self::Input),
    ];
    /// A rule for every channel.
    pub(crate) const ALL: u8 = 0xFF;

    /// As authored and reported.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    /// The channel of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, channel)| *channel)
    }

    /// The channel with this bit.
    pub(super) fn with_bit(bit: u8) -> Option<Self> {
        let mut all = Self::NAMES.iter().map(|(_, channel)| *channel);
        all.find(|channel| channel.bit() == bit)
    }

    /// In what a rule stores; [`Channel::Input`] has none.
    pub(crate) fn bit(self) -> u8 {
        1u8.checked_shl(self as u32).unwrap_or(0)
    }
}

/// What words of the user call for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Everything stops at once.
    Exit,
    /// A person looks: somebody may harm themselves.
    SelfHarm,
    /// A person looks: property is in danger.
    Property,
    /// A person looks: somebody is abused.
    Abuse,
}

impl Call {
    const NAMES: [(&'static str, Self); 4] = [
        ("exit", Self::Exit),
        ("self_harm", Self::SelfHarm),
        ("property", Self::Property),
        ("abuse", Self::Abuse),
    ];

    /// As in rules and records.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    /// The escalation of this name; `exit` is none.
    pub fn escalation(name: &str) -> Option<Self> {
        let named = Self::NAMES[1..].iter().find(|(known, _)| *known == name);
        named.map(|(_, call)| *call)
    }

    /// 0 stands for none.
    pub(super) fn from_byte(byte: u8) -> Option<Option<Self>> {
        match byte {
            0 => Some(None),
            n => Self::NAMES
                .get(usize::from(n) - 1)
                .map(|(_, call)| Some(*call)),
        }
    }
}

/// All groups must occur, close to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Combination {
    /// Number of groups, at least 2.
    pub groups: u32,
    /// Most UTF-16 units between the end of the first and the start of the
    /// last hit.
    pub within: u32,
    /// Instead: all in one sentence.
    pub in_sentence: bool,
}

/// When a message has had enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreLimit {
    /// The sum of the hits' scores that ends the message.
    pub points: u32,
    /// How.
    pub action: Action,
}

/// One rule of a loaded policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Unique in its policy.
    pub id: String,
    /// An id of [`RISKS`](super::RISKS).
    pub risk: String,
    /// What happens.
    pub action: Action,
    /// 1 (low) to 4 (critical); 0: not stated.
    pub severity: u8,
    /// Bits of the channels it applies to.
    pub(crate) channels: u8,
    /// What `replace` puts.
    pub with: String,
    /// What `mask` repeats.
    pub mask: char,
    /// Present in combination rules.
    pub combination: Option<Combination>,
    /// With `unless` terms: how near they dismiss a hit, in UTF-16 units.
    pub unless_within: Option<u32>,
    /// What a hit adds to the message's score.
    pub score: u16,
    /// Where it applies; empty: everywhere.
    pub jurisdictions: Vec<String>,
    /// What it calls for; with it, the rule judges only what the user writes.
    pub call: Option<Call>,
}

impl Rule {
    /// Whether it applies to text of this channel, in this jurisdiction; with
    /// none given, it applies everywhere.
    pub fn applies(&self, channel: Channel, jurisdiction: Option<&str>) -> bool {
        let here = |code: &str| {
            self.jurisdictions
                .iter()
                .any(|known| known.eq_ignore_ascii_case(code))
        };
        let hears = match channel {
            Channel::Input => self.call.is_some() || self.channels & Channel::Text.bit() != 0,
            channel => self.call.is_none() && self.channels & channel.bit() != 0,
        };
        hears && (self.jurisdictions.is_empty() || jurisdiction.is_none_or(here))
    }
}

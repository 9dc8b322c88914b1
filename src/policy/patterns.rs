//! The patterns of a loaded policy.

use super::error::PackError;
use crate::lexicon::{Reader, Writer};
use crate::pattern::{Check, Hosts, Pattern, parse};

/// Most patterns of one policy.
pub const MAX_PATTERNS: usize = 64;
/// Most hosts of one rule.
pub const MAX_HOSTS: usize = 10_000;

/// A rule's pattern as it is packed.
#[derive(Clone, Debug)]
pub(super) struct PatternSource {
    pub(super) rule: u32,
    pub(super) source: String,
    pub(super) check: Check,
}

/// A rule's pattern.
#[derive(Debug)]
pub(crate) struct RulePattern {
    pub(crate) rule: u32,
    pub(crate) pattern: Pattern,
    check: Check,
}

impl RulePattern {
    /// Whether a match within a longer one is none: part of a host is not the
    /// host.
    pub(crate) fn only_longest(&self) -> bool {
        matches!(self.check, Check::Host(_))
    }

    /// Whether a match of the shape passes the check.
    pub(crate) fn passes(&self, units: &[u16]) -> bool {
        self.check.passes(&String::from_utf16_lossy(units))
    }
}

/// All patterns of a policy.
#[derive(Debug, Default)]
pub(crate) struct Patterns(Vec<RulePattern>);

impl Patterns {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn all(&self) -> &[RulePattern] {
        &self.0
    }

    /// The pattern of a rule.
    pub(crate) fn of(&self, rule: u32) -> Option<&RulePattern> {
        self.0.iter().find(|pattern| pattern.rule == rule)
    }

    pub(super) fn read(from: &mut Reader<'_>, rules: usize) -> Result<Self, PackError> {
        let count = from.count(MAX_PATTERNS, "patterns")?;
        let mut patterns = Vec::with_capacity(count);
        for _ in 0..count {
            let rule = from.count(rules.saturating_sub(1), "pattern rule")? as u32;
            let pattern = parse(from.text()?).map_err(|_| PackError::Malformed("pattern"))?;
            let check = read_check(from)?;
            patterns.push(RulePattern {
                rule,
                pattern,
                check,
            });
        }
        Ok(Self(patterns))
    }
}

/// The patterns as they are packed.
pub(super) fn sources(
    from: &mut Reader<'_>,
    rules: usize,
) -> Result<Vec<PatternSource>, PackError> {
    let mut sources = Vec::new();
    for _ in 0..from.count(MAX_PATTERNS, "patterns")? {
        sources.push(PatternSource {
            rule: from.count(rules.saturating_sub(1), "pattern rule")? as u32,
            source: from.text()?.to_owned(),
            check: read_check(from)?,
        });
    }
    Ok(sources)
}

pub(super) fn write(patterns: &[PatternSource], out: &mut Writer) {
    out.int(patterns.len() as u32);
    for PatternSource {
        rule,
        source,
        check,
    } in patterns
    {
        out.int(*rule);
        out.text(source);
        let (kind, hosts): (u8, &[String]) = match check {
            Check::None => (0, &[]),
            Check::Luhn => (1, &[]),
            Check::CnId => (2, &[]),
            Check::Host(Hosts::Deny(hosts)) => (3, hosts),
            Check::Host(Hosts::Allow(hosts)) => (4, hosts),
        };
        out.byte(kind);
        if kind >= 3 {
            out.int(hosts.len() as u32);
            hosts.iter().for_each(|host| out.text(host));
        }
    }
}

fn read_check(from: &mut Reader<'_>) -> Result<Check, PackError> {
    let kind = from.byte()?;
    let mut hosts = || -> Result<Vec<String>, PackError> {
        let count = from.count(MAX_HOSTS, "hosts")?;
        let read = (0..count).map(|_| Ok(from.text()?.to_owned()));
        read.collect()
    };
    Ok(match kind {
        0 => Check::None,
        1 => Check::Luhn,
        2 => Check::CnId,
        3 => Check::Host(Hosts::Deny(hosts()?)),
        4 => Check::Host(Hosts::Allow(hosts()?)),
        _ => return Err(PackError::Malformed("pattern check")),
    })
}

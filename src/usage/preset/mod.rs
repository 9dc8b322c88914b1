//! Presets as data: what a text asks for, with its status and source.
//!
//! Adding a preset is adding a row to [`PRESETS`] and one to its sources;
//! nothing else names one.

mod about;
mod table;

pub use about::About;
pub use table::PRESETS;

use super::reminder::{ReminderKind, Start};
use super::{MINUTE_MS, UsageError, Zone};

/// Most presets that may be merged.
pub const MAX_PRESETS: usize = 32;

/// First age, in full years, that is not a minor's.
pub const ADULT_AGE: u8 = 18;

/// Highest age that is taken.
pub const MAX_AGE: u8 = 150;

/// Standing of the text behind a preset. Groups take those of the first two; a
/// preset of any other standing has to be asked for by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresetStatus {
    /// Binding.
    InForce,
    /// Published by an authority, without penalties.
    Guideline,
    /// Binding from a later date.
    Enacted,
    /// What large platforms do.
    IndustryPractice,
    /// A draft that may still become binding.
    Draft,
    /// A draft that became another text.
    SupersededDraft,
    /// Replaced by a stricter text.
    Overtaken,
    /// Before a parliament.
    Bill,
    /// Not known whether it applies.
    Unclear,
}

impl PresetStatus {
    /// As in tables and documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InForce => "in_force",
            Self::Guideline => "guideline",
            Self::Enacted => "enacted",
            Self::IndustryPractice => "industry_practice",
            Self::Draft => "draft",
            Self::SupersededDraft => "superseded_draft",
            Self::Overtaken => "overtaken",
            Self::Bill => "bill",
            Self::Unclear => "unclear",
        }
    }
}

/// Who may loosen a preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforce {
    /// Nobody.
    Hard,
    /// The guardian.
    Default,
    /// It only reminds; there is nothing to loosen.
    Remind,
}

/// A part of the day in minutes since midnight, half-open; over midnight when it
/// starts later than it ends, the whole day when both are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// First minute inside, 0–1439.
    pub from: u16,
    /// First minute after, 0–1439.
    pub to: u16,
}

impl Hours {
    /// Milliseconds since midnight.
    pub fn from_ms(self) -> i64 {
        i64::from(self.from) * MINUTE_MS
    }

    /// Milliseconds since midnight.
    pub fn to_ms(self) -> i64 {
        i64::from(self.to) * MINUTE_MS
    }
}

/// The only time of service: at `hours` on some days of the week, and on the
/// holidays of the calendar, but not on make-up working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Bit 0 is Monday.
    pub weekdays: u8,
    /// Within one civil day.
    pub hours: Hours,
}

/// One kind of reminder that a text asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remind {
    /// What it says.
    pub kind: ReminderKind,
    /// At the start of use.
    pub start: Option<Start>,
    /// Whenever so many minutes more were used without a break; 0 is never.
    pub every_min: u16,
}

/// What is not offered, in the words of the status.
pub const DENY: [&str; 2] = ["virtual_kin", "virtual_partner"];

/// What has to be there, in the words of the status.
pub const REQUIRE: [&str; 3] = ["minor_mode", "guardian_consent", "reality_reminder"];

/// All of [`DENY`], as bits.
pub const DENY_KIN_AND_PARTNER: u8 = 0b11;
/// Minors are served in minors' mode only.
pub const REQUIRE_MINOR_MODE: u8 = 1 << 0;
/// A guardian has to have agreed.
pub const REQUIRE_CONSENT: u8 = 1 << 1;
/// The user is reminded of what is not real.
pub const REQUIRE_REALITY: u8 = 1 << 2;

/// What holds for ages `from..to`, in full years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// Youngest age.
    pub from: u8,
    /// First age that is too old; [`ADULT_AGE`] and below is a minors' band.
    pub to: u8,
    /// Only for users whose age is known: nobody is assumed to be in the band.
    pub known: bool,
    /// Use per civil day in minutes; `None` is unlimited, 0 closes always.
    pub daily_min: Option<u16>,
    /// Instead of `daily_min` on holidays of the calendar.
    pub holiday_daily_min: Option<u16>,
    /// Closed time of day.
    pub curfew: Option<Hours>,
    /// Closed but for this.
    pub window: Option<Window>,
    /// Reminders, at most one of a kind.
    pub reminders: &'static [Remind],
    /// Bits of [`DENY`].
    pub deny: u8,
    /// Bits of [`REQUIRE`].
    pub require: u8,
}

/// Kinds of service, as bits: a text may be about several.
pub const CHAT: u8 = 1;
/// Companions: services for sustained emotional interaction.
pub const COMPANION: u8 = 2;
/// Games.
pub const GAME: u8 = 4;

/// One text's limits. [`Preset::about`] has its source.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Stable id, as in options.
    pub id: &'static str,
    /// Standing of the text.
    pub status: PresetStatus,
    /// `cn`, `us`, `eu`, `it` or `uk`.
    pub jurisdiction: &'static str,
    /// Bits [`CHAT`], [`COMPANION`], [`GAME`].
    pub services: u8,
    /// Decides days and curfews; `None` takes the zone of the options.
    pub zone: Option<Zone>,
    /// Who may loosen it.
    pub enforce: Enforce,
    /// It is a minors' mode, as [`REQUIRE_MINOR_MODE`] asks for.
    pub minor_mode: bool,
    /// A pause of so many minutes is a rest, and after so many without an input
    /// or streamed text nobody is taken to be there; 1–60.
    pub idle_min: u16,
    /// Ages in no band have no limits.
    pub bands: &'static [Band],
}

/// Who an unknown user is taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Assume {
    /// A minor of the age with the strictest limits.
    #[default]
    Minor,
    /// Not limited as a minor.
    Adult,
}

/// The ages that a user may have, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ages {
    /// Youngest, in full years.
    pub first: u8,
    /// Oldest.
    pub last: u8,
    /// Somebody said so; otherwise it is an assumption.
    pub known: bool,
}

impl Ages {
    /// The ages of a user of `age`, or of one taken for somebody.
    pub fn new(age: Option<u8>, assume: Assume) -> Self {
        let (first, last) = match (age, assume) {
            (Some(age), _) => (age, age),
            (None, Assume::Minor) => (0, ADULT_AGE - 1),
            (None, Assume::Adult) => (ADULT_AGE, MAX_AGE),
        };
        Self {
            first,
            last,
            known: age.is_some(),
        }
    }
}

impl Preset {
    /// The preset called `id`.
    pub fn find(id: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.id == id)
    }

    /// The presets that `names` stand for, each once, in order. A name is an id
    /// or a group `<jurisdiction>/<service>`, as in `cn/companion`: the binding
    /// texts and guidelines of that place for that service.
    ///
    /// # Errors
    /// A name that stands for nothing, no name at all, or more than
    /// [`MAX_PRESETS`].
    pub fn select<S: AsRef<str>>(names: &[S]) -> Result<Vec<&'static Self>, UsageError> {
        if names.is_empty() || names.len() > MAX_PRESETS {
            return Err(UsageError::PresetCount);
        }
        let mut selected: Vec<&'static Self> = Vec::new();
        for name in names {
            let name = name.as_ref();
            let mut found = false;
            for preset in PRESETS.iter().filter(|preset| preset.answers_to(name)) {
                found = true;
                if !selected.iter().any(|other| other.id == preset.id) {
                    selected.push(preset);
                }
            }
            if !found {
                return Err(UsageError::PresetUnknown(name.to_owned()));
            }
        }
        Ok(selected)
    }

    fn answers_to(&self, name: &str) -> bool {
        let Some((jurisdiction, service)) = name.split_once('/') else {
            return self.id == name;
        };
        let service = match service {
            "chat" => CHAT,
            "companion" => COMPANION,
            "game" => GAME,
            _ => 0,
        };
        self.jurisdiction == jurisdiction
            && self.services & service != 0
            && matches!(self.status, PresetStatus::InForce | PresetStatus::Guideline)
    }

    /// The bands that hold. If several ages are possible all their bands do, so
    /// that the strictest of each limit wins.
    pub fn bands_for(&self, ages: Ages) -> impl Iterator<Item = &'static Band> {
        self.bands.iter().filter(move |band| {
            band.from <= ages.last && ages.first < band.to && (ages.known || !band.known)
        })
    }

    /// Whether a guardian may change it.
    pub fn guardian_override(&self) -> bool {
        self.enforce == Enforce::Default
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn ages(age: Option<u8>) -> Ages {
        Ages::new(age, Assume::Minor)
    }

    fn ids(names: &[&str]) -> Vec<&'static str> {
        let presets = Preset::select(names).unwrap();
        presets.iter().map(|preset| preset.id).collect()
    }

    #[test]
    fn ids_are_unique_and_bands_do_not_overlap() {
        assert_eq!(PRESETS.len(), 16);
        for (at, preset) in PRESETS.iter().enumerate() {
            let id = preset.id;
            assert!(PRESETS[..at].iter().all(|other| other.id != id));
            assert!(!id.contains('/'));
            assert!(id.starts_with(preset.jurisdiction), "{id}");
            for age in 0..=MAX_AGE {
                assert!(preset.bands_for(ages(Some(age))).count() <= 1, "{id}");
            }
            for band in preset.bands {
                assert!(band.from < band.to, "{id}");
                // The window logic knows one civil day, and reminders one of a kind.
                assert!(
                    band.window.is_none_or(|w| w.hours.from < w.hours.to),
                    "{id}"
                );
                for (nth, remind) in band.reminders.iter().enumerate() {
                    assert!(band.reminders[..nth].iter().all(|o| o.kind != remind.kind));
                    assert!(remind.every_min > 0 || remind.start.is_some());
                }
            }
        }
    }

    #[test]
    fn minor_mode_bands_end_at_sixteen_and_eighteen() {
        let daily = |age| {
            let preset = Preset::find("cn_minor_mode_2024").unwrap();
            preset.bands_for(ages(age)).map(|b| b.daily_min).min()
        };
        assert_eq!(daily(Some(15)), Some(Some(60)));
        assert_eq!(daily(Some(16)), Some(Some(120)));
        assert_eq!(daily(Some(17)), Some(Some(120)));
        assert_eq!(daily(Some(18)), None);
        assert_eq!(daily(None), Some(Some(60)));
    }

    #[test]
    fn a_group_takes_what_is_binding_or_a_guideline_and_nothing_else() {
        assert_eq!(ids(&["cn/chat"]), ["cn_minor_mode_2024"]);
        assert_eq!(
            ids(&["cn/companion"]),
            ["cn_minor_mode_2024", "cn_companion_2026"]
        );
        assert_eq!(ids(&["cn/game"]), ["cn_game_2021", "cn_game_law_art75"]);
        assert_eq!(ids(&["us/companion"]), ["us_ca_sb243", "us_ny_gbl47"]);
        assert_eq!(ids(&["eu/chat", "it/chat"]), ["eu_ai_act_50", "it_l132"]);
        assert_eq!(
            ids(&["us_wa_hb2225", "us/companion", "us_ny_gbl47"]),
            ["us_wa_hb2225", "us_ca_sb243", "us_ny_gbl47"]
        );
        for nothing in [
            "us/chat", "uk/chat", "cn/", "/chat", "cn/chat/", "cn", "CN/chat", "",
        ] {
            let error = Preset::select(&[nothing]).unwrap_err();
            assert_eq!(error.code(), "usage/preset-unknown", "{nothing}");
        }
    }

    #[test]
    fn nobody_is_assumed_to_be_a_known_minor() {
        let preset = Preset::find("us_ca_sb243").unwrap();
        assert_eq!(preset.bands_for(ages(Some(17))).count(), 1);
        assert_eq!(preset.bands_for(ages(None)).count(), 0);
    }
}

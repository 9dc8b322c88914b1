//! Presets as data: what a text asks for, with its status and source.
//!
//! Adding a preset is adding a row to [`PRESETS`]; nothing else names one.

use super::civil::SHANGHAI;
use super::{MINUTE_MS, Zone};

/// Most presets that may be merged.
pub const MAX_PRESETS: usize = 32;

/// First age, in full years, that is not a minor's.
pub const ADULT_AGE: u8 = 18;

/// Highest age that is taken.
pub const MAX_AGE: u8 = 150;

/// Standing of the text behind a preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PresetStatus {
    /// Binding.
    InForce,
    /// Published by an authority, without penalties.
    Guideline,
}

/// Who may loosen a preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Enforce {
    /// Nobody.
    Hard,
    /// The guardian.
    Default,
}

/// A closed time of day; over midnight when it starts later than it ends. Equal
/// ends close the whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curfew {
    /// First closed millisecond, since midnight.
    pub from_ms: i64,
    /// First open millisecond, since midnight.
    pub to_ms: i64,
}

/// A reminder to rest after a time of use without a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Use without a break, in milliseconds.
    pub after_ms: i64,
    /// Again after every further `after_ms` of the same run.
    pub repeat: bool,
}

/// What holds for ages `from..to`, in full years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// Youngest age.
    pub from: u8,
    /// First age that is too old; [`ADULT_AGE`] and below is a minors' band.
    pub to: u8,
    /// Use per civil day in milliseconds; `None` is unlimited, 0 closes always.
    pub daily_ms: Option<i64>,
    /// Closed time of day.
    pub curfew: Option<Curfew>,
    /// Reminder to rest.
    pub rest: Option<Rest>,
}

/// One text's limits.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Stable id, as in options.
    pub id: &'static str,
    /// Standing of the text.
    pub status: PresetStatus,
    /// Date of the text or of its coming into force, ISO 8601. For readers: a
    /// preset that is asked for holds whatever the date.
    pub from: &'static str,
    /// Document and clause.
    pub source: &'static str,
    /// Decides days and curfews.
    pub zone: Zone,
    /// Whether a guardian may loosen it.
    pub enforce: Enforce,
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

const NIGHT: Curfew = Curfew {
    from_ms: 22 * 60 * MINUTE_MS,
    to_ms: 6 * 60 * MINUTE_MS,
};

/// The text asks for a reminder after 30 minutes of continuous use and does not
/// say whether one is enough; repeating it while no rest is taken is our choice.
const EVERY_30_MINUTES: Rest = Rest {
    after_ms: 30 * MINUTE_MS,
    repeat: true,
};

/// Every preset.
pub const PRESETS: &[Preset] = &[Preset {
    id: "cn_minor_mode_2024",
    status: PresetStatus::Guideline,
    from: "2024-11-15",
    source: "移动互联网未成年人模式建设指南 (CAC, 2024-11-15): default daily time below 16 \
             and from 16 to 17, no service 22:00–06:00, rest reminder after 30 minutes",
    zone: SHANGHAI,
    enforce: Enforce::Default,
    bands: &[
        Band {
            from: 0,
            to: 16,
            daily_ms: Some(60 * MINUTE_MS),
            curfew: Some(NIGHT),
            rest: Some(EVERY_30_MINUTES),
        },
        Band {
            from: 16,
            to: ADULT_AGE,
            daily_ms: Some(120 * MINUTE_MS),
            curfew: Some(NIGHT),
            rest: Some(EVERY_30_MINUTES),
        },
    ],
}];

impl Preset {
    /// The preset called `id`.
    pub fn find(id: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.id == id)
    }

    /// The bands that hold. An unknown user who is taken for a minor falls
    /// under all minors' bands, so that the strictest of each limit wins.
    pub fn bands_for(&self, age: Option<u8>, assume: Assume) -> impl Iterator<Item = &Band> {
        self.bands.iter().filter(move |band| match (age, assume) {
            (Some(age), _) => (band.from..band.to).contains(&age),
            (None, Assume::Minor) => band.from < ADULT_AGE,
            (None, Assume::Adult) => band.to > ADULT_AGE,
        })
    }

    /// Whether a guardian may change it.
    pub fn guardian_override(&self) -> bool {
        self.enforce == Enforce::Default
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_bands_do_not_overlap() {
        for (at, preset) in PRESETS.iter().enumerate() {
            assert!(PRESETS[..at].iter().all(|other| other.id != preset.id));
            for age in 0..=MAX_AGE {
                assert!(
                    preset.bands_for(Some(age), Assume::Minor).count() <= 1,
                    "{}",
                    preset.id
                );
            }
        }
    }

    #[test]
    fn minor_mode_bands_end_at_sixteen_and_eighteen() {
        let daily = |age| {
            Preset::find("cn_minor_mode_2024").and_then(|preset| {
                preset
                    .bands_for(age, Assume::Minor)
                    .map(|b| b.daily_ms)
                    .min()
            })
        };
        assert_eq!(daily(Some(15)), Some(Some(60 * MINUTE_MS)));
        assert_eq!(daily(Some(16)), Some(Some(120 * MINUTE_MS)));
        assert_eq!(daily(Some(17)), Some(Some(120 * MINUTE_MS)));
        assert_eq!(daily(Some(18)), None);
        assert_eq!(daily(None), Some(Some(60 * MINUTE_MS)));
    }
}

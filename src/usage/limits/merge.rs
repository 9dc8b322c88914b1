//! The merge rule.

use super::rules::{Limit, Quota, Rule};
use super::{Limits, ReminderRule};
use crate::calendar::Calendar;
use crate::guardian::{GUARDIAN, Guardian};
use crate::preset::{
    Ages, Band, PRESETS, Preset, REQUIRE_CONSENT, REQUIRE_MINOR_MODE, REQUIRE_REALITY, Remind,
};
use crate::reminder::{ReminderKind, Start};
use crate::{MINUTE_MS, Zone};

/// Reality reminders have no interval in the text (companion measures art. 14,
/// 定期现实提醒); at every start and each 120 minutes, as for the reminder of the
/// time used, is our choice.
const REALITY: Remind = Remind {
    kind: ReminderKind::NotHuman,
    start: Some(Start::Session),
    every_min: 120,
};

/// Whom and where the limits are for.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The ages that the user may have.
    pub ages: Ages,
    /// For presets without a zone of their own.
    pub zone: Zone,
    /// Holidays.
    pub calendar: Calendar,
    /// A guardian agreed.
    pub consent: bool,
    /// What a guardian changed.
    pub guardian: Guardian,
}

impl Limits {
    /// Merges `presets`, in any order but for the first, which names the zone of
    /// the day summary. Deny beats limits, all quotas, curfews and windows hold,
    /// and what a guardian set replaces what presets with `enforce: default` ask
    /// for. A preset that requires minors' mode brings it along.
    pub fn merge(presets: &[&'static Preset], subject: &Subject) -> Self {
        let guardian = &subject.guardian;
        let mut limits = Self {
            zone: presets
                .first()
                .and_then(|preset| preset.zone)
                .unwrap_or(subject.zone),
            calendar: subject.calendar.clone(),
            uses_calendar: false,
            rules: Vec::new(),
            reminders: Vec::new(),
            deny: 0,
            require: 0,
            unconsented: false,
            idle_ms: 0,
            exit_until: guardian.exit_until,
        };
        for preset in presets {
            limits.add(preset, subject);
        }
        if limits.require & REQUIRE_MINOR_MODE != 0
            && !presets.iter().any(|preset| preset.minor_mode)
        {
            limits.add(&PRESETS[0], subject);
        }
        limits.guard(guardian);
        limits.unconsented = limits.require & REQUIRE_CONSENT != 0 && !subject.consent;
        limits
    }

    fn add(&mut self, preset: &'static Preset, subject: &Subject) {
        self.idle_ms = self.idle_ms.max(i64::from(preset.idle_min) * MINUTE_MS);
        let zone = preset.zone.unwrap_or(subject.zone);
        for band in preset.bands_for(subject.ages) {
            self.add_band(preset, band, zone, &subject.guardian);
        }
    }

    fn add_band(&mut self, preset: &'static Preset, band: &Band, zone: Zone, guardian: &Guardian) {
        let default = preset.guardian_override();
        let id = preset.id;
        self.deny |= band.deny;
        self.require |= band.require;
        if let Some(daily) = band.daily_min
            && !(default && guardian.daily_min.is_some())
        {
            let holiday = band.holiday_daily_min.unwrap_or(daily);
            self.uses_calendar |= holiday != daily;
            self.rule(id, zone, default, quota(daily, holiday, default, guardian));
        }
        if let Some(hours) = band.curfew
            && !(default && guardian.curfew.is_some())
        {
            self.rule(id, zone, default, Limit::Curfew(hours));
        }
        if let Some(window) = band.window {
            self.uses_calendar = true;
            self.rule(id, zone, default, Limit::Window(window));
        }
        for remind in band.reminders {
            let replaced = default && guardian.remind_min.is_some();
            if !(replaced && remind.kind == ReminderKind::Rest) {
                self.remind(id, zone, default, *remind);
            }
        }
        if band.require & REQUIRE_REALITY != 0 {
            self.remind(id, zone, default, REALITY);
        }
    }

    /// Adds what a guardian set in place of what was left out.
    fn guard(&mut self, guardian: &Guardian) {
        let zone = self.zone;
        if let Some(daily) = guardian.daily_min {
            self.rule(GUARDIAN, zone, true, quota(daily, daily, true, guardian));
        }
        if let Some(Some(hours)) = guardian.curfew {
            self.rule(GUARDIAN, zone, true, Limit::Curfew(hours));
        }
        if let Some(every_min) = guardian.remind_min {
            let rest = Remind {
                kind: ReminderKind::Rest,
                start: None,
                every_min,
            };
            self.remind(GUARDIAN, zone, true, rest);
        }
    }

    fn rule(&mut self, preset: &'static str, zone: Zone, default: bool, limit: Limit) {
        self.rules.push(Rule {
            preset,
            zone,
            default,
            limit,
        });
    }

    fn remind(&mut self, preset: &'static str, zone: Zone, default: bool, remind: Remind) {
        self.reminders.push(ReminderRule {
            kind: remind.kind,
            preset,
            zone,
            start: remind.start,
            every_ms: i64::from(remind.every_min) * MINUTE_MS,
            default,
        });
    }
}

fn quota(daily: u16, holiday: u16, default: bool, guardian: &Guardian) -> Limit {
    let (day, extra) = guardian.extra.filter(|_| default).unwrap_or((i64::MIN, 0));
    Limit::Quota(Quota {
        daily_ms: i64::from(daily) * MINUTE_MS,
        holiday_ms: i64::from(holiday) * MINUTE_MS,
        extra: (day, i64::from(extra) * MINUTE_MS),
    })
}

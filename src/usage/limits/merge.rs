//! The merge rule.

use super::{Curfew, Limits, Open, Quota, ReminderRule, Rule};
use crate::usage::calendar::Calendar;
use crate::usage::guardian::{GUARDIAN, Guardian};
use crate::usage::preset::{
    Ages, Band, Hours, PRESETS, Preset, REQUIRE_CONSENT, REQUIRE_MINOR_MODE, REQUIRE_REALITY,
};
use crate::usage::reminder::{ReminderKind, Start};
use crate::usage::{MINUTE_MS, Zone};

/// Reality reminders have no interval in the text (companion measures art. 14,
/// 定期现实提醒); at every start and each 120 minutes, as for the reminder of the
/// time used, is our choice.
const REALITY_EVERY_MS: i64 = 120 * MINUTE_MS;

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
            quotas: Vec::new(),
            curfews: Vec::new(),
            windows: Vec::new(),
            reminders: Vec::new(),
            deny: 0,
            require: 0,
            unconsented: false,
            paused_until: guardian.paused_until,
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
            self.add_quota(id, zone, (daily, holiday), default, guardian);
        }
        if let Some(hours) = band.curfew
            && !(default && guardian.curfew.is_some())
        {
            self.add_curfew(id, zone, hours, default);
        }
        if let Some(window) = band.window {
            self.uses_calendar = true;
            let limit = Open {
                preset: id,
                zone,
                window,
            };
            self.windows.push(Rule { limit, default });
        }
        for remind in band.reminders {
            let replaced = default && guardian.remind_min.is_some();
            if !(replaced && remind.kind == ReminderKind::Rest) {
                let every_ms = i64::from(remind.every_min) * MINUTE_MS;
                self.remind(id, zone, default, (remind.kind, remind.start, every_ms));
            }
        }
        if band.require & REQUIRE_REALITY != 0 {
            let start = Some(Start::Session);
            let reality = (ReminderKind::NotHuman, start, REALITY_EVERY_MS);
            self.remind(id, zone, default, reality);
        }
    }

    /// Adds what a guardian set in place of what was left out.
    fn guard(&mut self, guardian: &Guardian) {
        let zone = self.zone;
        if let Some(daily) = guardian.daily_min {
            self.add_quota(GUARDIAN, zone, (daily, daily), true, guardian);
        }
        if let Some(Some(hours)) = guardian.curfew {
            self.add_curfew(GUARDIAN, zone, hours, true);
        }
        if let Some(min) = guardian.remind_min {
            let every_ms = i64::from(min) * MINUTE_MS;
            self.remind(GUARDIAN, zone, true, (ReminderKind::Rest, None, every_ms));
        }
    }

    fn add_quota(
        &mut self,
        preset: &'static str,
        zone: Zone,
        (daily, holiday): (u16, u16),
        default: bool,
        guardian: &Guardian,
    ) {
        let extra = guardian.extra.filter(|_| default);
        let limit = Quota {
            preset,
            zone,
            daily_ms: i64::from(daily) * MINUTE_MS,
            holiday_ms: i64::from(holiday) * MINUTE_MS,
            extra: extra.map_or((i64::MIN, 0), |(day, min)| {
                (day, i64::from(min) * MINUTE_MS)
            }),
        };
        self.quotas.push(Rule { limit, default });
    }

    fn add_curfew(&mut self, preset: &'static str, zone: Zone, hours: Hours, default: bool) {
        let limit = Curfew {
            preset,
            zone,
            hours,
        };
        self.curfews.push(Rule { limit, default });
    }

    fn remind(
        &mut self,
        preset: &'static str,
        zone: Zone,
        default: bool,
        (kind, start, every_ms): (ReminderKind, Option<Start>, i64),
    ) {
        let limit = ReminderRule {
            kind,
            preset,
            zone,
            start,
            every_ms,
        };
        self.reminders.push(Rule { limit, default });
    }
}

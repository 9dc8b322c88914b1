//! Where each preset comes from. Nothing decides by it, so it is apart: the
//! WebAssembly core does without.

use super::{PRESETS, Preset};

/// The text behind a preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Date of the text or of its coming into force, ISO 8601; empty if it has
    /// none. For readers: a preset that is asked for holds whatever the date.
    pub from: &'static str,
    /// Document and clause, and what it asks for.
    pub source: &'static str,
}

impl Preset {
    /// The text behind it.
    pub fn about(&self) -> About {
        let at = PRESETS.iter().position(|preset| preset.id == self.id);
        at.map_or(
            About {
                from: "",
                source: "",
            },
            |at| ABOUT[at],
        )
    }
}

const fn about(from: &'static str, source: &'static str) -> About {
    About { from, source }
}

/// In the order of [`PRESETS`].
static ABOUT: [About; 16] = [
    about(
        "2024-11-15",
        "移动互联网未成年人模式建设指南 (CAC, 2024-11-15): default daily time below 16 and from 16 \
         to 17, by default no service 22:00–06:00, reminder to rest after 30 minutes; guardians \
         may change each",
    ),
    about(
        "2023-08-02",
        "移动互联网未成年人模式建设指南 (征求意见稿) (CAC, 2023-08-02): as the final text, and \
         40 minutes below 8",
    ),
    about(
        "",
        "Practice of Douyin's minors' mode: 40 minutes a day below 14, none 22:00–06:00",
    ),
    about(
        "2026-09-18",
        "国务院关于保障未成年人健康安全使用网络的规定 (征求意见稿) (2026-09-18) art. 4 and 5: no \
         virtual kin or partners for minors; below 16 only in minors' mode",
    ),
    about(
        "2026-07-15",
        "人工智能拟人化互动服务管理暂行办法 (CAC and others, Order 21 of 2026) art. 14, 18 and 19: \
         no virtual kin or partners for minors, minors' mode with regular reality reminders, \
         guardian's consent below 14; after every 2 hours of continuous use a reminder of the \
         time used, for all ages; exit at once on a word",
    ),
    about(
        "2021-09-01",
        "国家新闻出版署关于进一步严格管理切实防止未成年人沉迷网络游戏的通知 (NPPA, 2021-08-30): \
         minors play 20:00–21:00 on Fridays, Saturdays, Sundays and statutory holidays only; \
         make-up working days are closed, as operators read it",
    ),
    about(
        "2019-11-01",
        "国家新闻出版署关于防止未成年人沉迷网络游戏的通知 (NPPA, 2019): no play 22:00–08:00, \
         90 minutes a day, 3 hours on statutory holidays",
    ),
    about(
        "2024-04-26",
        "中华人民共和国未成年人保护法 art. 75 ¶4: no online games for minors 22:00–08:00",
    ),
    about(
        "2026-01-01",
        "California SB 243 (Business and Professions Code §22601–22606): for users known to be \
         minors a reminder at least every 3 hours to take a break and that it is not a human",
    ),
    about(
        "2025-11-05",
        "New York General Business Law art. 47 (§1700–1704): at the start, which need not be \
         more than once a day, and at least every 3 hours: not a human",
    ),
    about(
        "2027-01-01",
        "Washington HB 2225: at the start and every 3 hours, for minors at least hourly",
    ),
    about(
        "2027-01-01",
        "Oregon SB 1546: hourly reminders for minors; the interval is not certain",
    ),
    about(
        "",
        "GUARD Act, US Senate bill S.3062: at the start and every 30 minutes: not a human",
    ),
    about(
        "2026-08-02",
        "Regulation (EU) 2024/1689 (AI Act) art. 50(1) and (5): told that it is AI at the latest \
         at the first interaction",
    ),
    about(
        "2025-10-10",
        "Italy, legge 132/2025 art. 4(4): below 14 AI only with the parents' consent",
    ),
    about(
        "",
        "UK Online Safety Act 2023: no timed duty found; whether it covers chat is not certain",
    ),
];

#[cfg(test)]
mod tests {
    use super::super::PresetStatus;
    use super::*;
    use crate::civil::parse_day;

    #[test]
    fn every_preset_has_a_source_and_binding_ones_a_date() {
        for (at, preset) in PRESETS.iter().enumerate() {
            let about = preset.about();
            assert_eq!(about, ABOUT[at]);
            assert!(about.source.len() > 20, "{}", preset.id);
            let dated = parse_day(about.from).is_some();
            assert!(dated || about.from.is_empty(), "{}", preset.id);
            if matches!(
                preset.status,
                PresetStatus::InForce | PresetStatus::Enacted | PresetStatus::Guideline
            ) {
                assert!(dated, "{}", preset.id);
            }
        }
    }
}

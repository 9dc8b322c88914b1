//! The rows. What each text says stands in [`super::about`].

use super::{
    ADULT_AGE, Band, CHAT, COMPANION, DENY_KIN_AND_PARTNER, Enforce, GAME, Hours, MAX_AGE, Preset,
    PresetStatus, REQUIRE_CONSENT, REQUIRE_MINOR_MODE, REQUIRE_REALITY, Remind, Window,
};
use crate::civil::SHANGHAI;
use crate::reminder::{ReminderKind, Start};

const OLDEST: u8 = MAX_AGE + 1;

/// No text says how long a rest has to be (regulations leave 连续使用
/// undefined); five minutes is our choice for all of them.
const IDLE_MIN: u16 = 5;

const NO_LIMIT: Band = Band {
    from: 0,
    to: OLDEST,
    known: false,
    daily_min: None,
    holiday_daily_min: None,
    curfew: None,
    window: None,
    reminders: &[],
    deny: 0,
    require: 0,
};

const fn ages(from: u8, to: u8) -> Band {
    Band {
        from,
        to,
        ..NO_LIMIT
    }
}

const fn every(kind: ReminderKind, every_min: u16) -> Remind {
    Remind {
        kind,
        start: None,
        every_min,
    }
}

const fn starting(kind: ReminderKind, start: Start, every_min: u16) -> Remind {
    Remind {
        kind,
        start: Some(start),
        every_min,
    }
}

const NIGHT: Option<Hours> = Some(Hours {
    from: 22 * 60,
    to: 6 * 60,
});

const GAME_NIGHT: Option<Hours> = Some(Hours {
    from: 22 * 60,
    to: 8 * 60,
});

/// Friday, Saturday, Sunday.
const WEEKEND: u8 = 0b111_0000;

/// The texts do not say whether one reminder is enough; repeating it while no
/// rest is taken is our choice.
const REST_30: &[Remind] = &[every(ReminderKind::Rest, 30)];

const DURATION_120: &[Remind] = &[every(ReminderKind::Duration, 120)];

const fn minor_mode(from: u8, to: u8, daily_min: u16) -> Band {
    Band {
        daily_min: Some(daily_min),
        curfew: NIGHT,
        reminders: REST_30,
        ..ages(from, to)
    }
}

const CN: Preset = Preset {
    id: "",
    status: PresetStatus::InForce,
    jurisdiction: "cn",
    services: CHAT,
    zone: Some(SHANGHAI),
    enforce: Enforce::Hard,
    minor_mode: false,
    idle_min: IDLE_MIN,
    bands: &[],
};

const US: Preset = Preset {
    jurisdiction: "us",
    services: COMPANION,
    zone: None,
    enforce: Enforce::Remind,
    ..CN
};

/// Every preset.
pub static PRESETS: [Preset; 16] = [
    Preset {
        id: "cn_minor_mode_2024",
        status: PresetStatus::Guideline,
        services: CHAT | COMPANION,
        enforce: Enforce::Default,
        minor_mode: true,
        bands: &[minor_mode(0, 16, 60), minor_mode(16, ADULT_AGE, 120)],
        ..CN
    },
    Preset {
        id: "cn_minor_mode_draft_2023",
        status: PresetStatus::SupersededDraft,
        services: CHAT | COMPANION,
        enforce: Enforce::Default,
        minor_mode: true,
        bands: &[
            minor_mode(0, 8, 40),
            minor_mode(8, 16, 60),
            minor_mode(16, ADULT_AGE, 120),
        ],
        ..CN
    },
    Preset {
        id: "cn_platform_teen_40",
        status: PresetStatus::IndustryPractice,
        enforce: Enforce::Default,
        bands: &[Band {
            daily_min: Some(40),
            curfew: NIGHT,
            ..ages(0, 14)
        }],
        ..CN
    },
    Preset {
        id: "cn_minor_sc_draft_2026",
        status: PresetStatus::Draft,
        services: CHAT | COMPANION,
        bands: &[
            Band {
                deny: DENY_KIN_AND_PARTNER,
                require: REQUIRE_MINOR_MODE,
                ..ages(0, 16)
            },
            Band {
                deny: DENY_KIN_AND_PARTNER,
                ..ages(16, ADULT_AGE)
            },
        ],
        ..CN
    },
    Preset {
        id: "cn_companion_2026",
        services: COMPANION,
        bands: &[
            Band {
                reminders: DURATION_120,
                deny: DENY_KIN_AND_PARTNER,
                require: REQUIRE_MINOR_MODE | REQUIRE_REALITY | REQUIRE_CONSENT,
                ..ages(0, 14)
            },
            Band {
                reminders: DURATION_120,
                deny: DENY_KIN_AND_PARTNER,
                require: REQUIRE_MINOR_MODE | REQUIRE_REALITY,
                ..ages(14, ADULT_AGE)
            },
            Band {
                reminders: DURATION_120,
                ..ages(ADULT_AGE, OLDEST)
            },
        ],
        ..CN
    },
    Preset {
        id: "cn_game_2021",
        services: GAME,
        bands: &[Band {
            daily_min: Some(60),
            window: Some(Window {
                weekdays: WEEKEND,
                hours: Hours {
                    from: 20 * 60,
                    to: 21 * 60,
                },
            }),
            ..ages(0, ADULT_AGE)
        }],
        ..CN
    },
    Preset {
        id: "cn_game_2019",
        status: PresetStatus::Overtaken,
        services: GAME,
        bands: &[Band {
            daily_min: Some(90),
            holiday_daily_min: Some(180),
            curfew: GAME_NIGHT,
            ..ages(0, ADULT_AGE)
        }],
        ..CN
    },
    Preset {
        id: "cn_game_law_art75",
        services: GAME,
        bands: &[Band {
            curfew: GAME_NIGHT,
            ..ages(0, ADULT_AGE)
        }],
        ..CN
    },
    Preset {
        id: "us_ca_sb243",
        bands: &[Band {
            known: true,
            reminders: &[
                every(ReminderKind::Rest, 180),
                every(ReminderKind::NotHuman, 180),
            ],
            ..ages(0, ADULT_AGE)
        }],
        ..US
    },
    Preset {
        id: "us_ny_gbl47",
        bands: &[Band {
            reminders: &[starting(ReminderKind::NotHuman, Start::Daily, 180)],
            ..NO_LIMIT
        }],
        ..US
    },
    Preset {
        id: "us_wa_hb2225",
        status: PresetStatus::Enacted,
        bands: &[
            Band {
                reminders: &[starting(ReminderKind::NotHuman, Start::Session, 60)],
                ..ages(0, ADULT_AGE)
            },
            Band {
                reminders: &[starting(ReminderKind::NotHuman, Start::Session, 180)],
                ..ages(ADULT_AGE, OLDEST)
            },
        ],
        ..US
    },
    Preset {
        id: "us_or_sb1546",
        status: PresetStatus::Enacted,
        bands: &[Band {
            reminders: &[every(ReminderKind::NotHuman, 60)],
            ..ages(0, ADULT_AGE)
        }],
        ..US
    },
    Preset {
        id: "us_guard_bill",
        status: PresetStatus::Bill,
        services: CHAT | COMPANION,
        bands: &[Band {
            reminders: &[starting(ReminderKind::NotHuman, Start::Session, 30)],
            ..NO_LIMIT
        }],
        ..US
    },
    Preset {
        id: "eu_ai_act_50",
        jurisdiction: "eu",
        services: CHAT | COMPANION,
        bands: &[Band {
            reminders: &[starting(ReminderKind::AiDisclosure, Start::First, 0)],
            ..NO_LIMIT
        }],
        ..US
    },
    Preset {
        id: "it_l132",
        jurisdiction: "it",
        services: CHAT | COMPANION,
        enforce: Enforce::Hard,
        bands: &[Band {
            require: REQUIRE_CONSENT,
            ..ages(0, 14)
        }],
        ..US
    },
    Preset {
        id: "uk_osa",
        status: PresetStatus::Unclear,
        jurisdiction: "uk",
        services: CHAT | COMPANION,
        ..US
    },
];

//! Patterns that everybody needs.

use super::check::Check;

/// A pattern with a name.
#[derive(Clone, Debug)]
pub struct Builtin {
    /// As authored in `detect`.
    pub name: &'static str,
    /// Its shape.
    pub pattern: &'static str,
    /// Its check.
    pub check: Check,
}

/// All of them. `link` is checked by the rule's `hosts`.
pub const BUILTINS: [Builtin; 5] = [
    Builtin {
        name: "cn-id-card",
        pattern: r"\d{6}(18|19|20)\d{9}[\dx]",
        check: Check::CnId,
    },
    Builtin {
        name: "bank-card",
        pattern: r"\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,4}([ -]?\d{1,3})?",
        check: Check::Luhn,
    },
    Builtin {
        name: "cn-mobile",
        pattern: r"(\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}",
        check: Check::None,
    },
    Builtin {
        name: "email",
        pattern: r"[a-z0-9._%+-]{1,64}@([a-z0-9-]{1,30}\.){1,4}[a-z]{2,24}",
        check: Check::None,
    },
    Builtin {
        name: "link",
        pattern: r#"(https?://|www\.)[^\s/?#\\"'<>()\[\]{}，。、；！？（）【】《》「」]{1,100}"#,
        check: Check::None,
    },
];

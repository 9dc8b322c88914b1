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
        // 15 digits of American Express, 16 to 19 of the others; no 13, which are
        // mostly milliseconds. First digits as ISO/IEC 7812 gives them to cards.
        pattern: r"3[47]\d{2}[ -]?\d{6}[ -]?\d{5}|(2[2-7]\d{2}|[3-6]\d{3})[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}([ -]?\d{1,3})?",
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

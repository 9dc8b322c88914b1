//! What leaves the core for JavaScript: outcomes and errors.

use js_sys::{Object, Reflect};
use serde::{Serialize, Serializer};
use std::fmt;
use tidegate::policy::{KeyError, PackError, PolicyError};
use tidegate::stream::FilterError;
use wasm_bindgen::JsValue;

/// An object `{code, message}`; TypeScript makes a `GuardError` of it.
#[inline(never)]
pub(crate) fn thrown(code: &str, message: &str) -> JsValue {
    let object = Object::new();
    // Setting a property of a fresh plain object cannot fail.
    let _ = Reflect::set(&object, &"code".into(), &code.into());
    let _ = Reflect::set(&object, &"message".into(), &message.into());
    object.into()
}

/// An error of a pure room.
pub(crate) trait Coded: fmt::Display {
    /// Stable.
    fn code(&self) -> &str;
}

/// The same as [`thrown`].
pub(crate) fn coded(error: impl Coded) -> JsValue {
    thrown(error.code(), &error.to_string())
}

impl Coded for PolicyError {
    fn code(&self) -> &str {
        self.code()
    }
}

impl Coded for PackError {
    fn code(&self) -> &str {
        self.code()
    }
}

impl Coded for KeyError {
    fn code(&self) -> &str {
        (*self).code()
    }
}

impl Coded for FilterError {
    fn code(&self) -> &str {
        self.code()
    }
}

/// A plain object from a value that serialises.
///
/// Each type that comes here brings its own copy of the serializer;
/// [`View`] is one type for all of them.
pub(crate) fn object<T: Serialize>(value: &T) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    // Why is not told: the text of the error would format every JavaScript value.
    value
        .serialize(&serializer)
        .map_err(|_| thrown("core/convert", "an outcome is no plain object"))
}

/// A value to be shown to JavaScript.
#[derive(Clone, Copy)]
pub(super) enum View<'a> {
    Null,
    Truth(bool),
    Number(f64),
    Text(&'a str),
    Texts(&'a [String]),
    List(&'a [View<'a>]),
    Fields(&'a [(&'static str, View<'a>)]),
    /// A field with this is left out.
    Absent,
}

impl<'a> View<'a> {
    /// As [`object`], but compiled once.
    #[inline(never)]
    pub(super) fn to_js(self) -> Result<JsValue, JsValue> {
        object(&self)
    }

    /// A number, or `null`.
    pub(super) fn number_or_null(number: Option<i64>) -> Self {
        number.map_or(Self::Null, |number| Self::Number(number as f64))
    }
}

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Null | Self::Absent => to.serialize_unit(),
            Self::Truth(truth) => to.serialize_bool(truth),
            Self::Number(number) => to.serialize_f64(number),
            Self::Text(text) => to.serialize_str(text),
            Self::Texts(texts) => to.collect_seq(texts),
            Self::List(items) => to.collect_seq(items),
            Self::Fields(fields) => {
                let present = |(_, value): &&(_, Self)| !matches!(value, Self::Absent);
                to.collect_map(
                    fields
                        .iter()
                        .filter(present)
                        .map(|(name, value)| (name, value)),
                )
            }
        }
    }
}

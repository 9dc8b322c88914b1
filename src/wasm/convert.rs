//! The only place that turns Rust errors into what JavaScript catches.

use crate::policy::{KeyError, PackError, PolicyError};
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// An object `{code, message}`; TypeScript makes a `GuardError` of it.
pub(crate) fn thrown(code: &str, message: &str) -> JsValue {
    let object = Object::new();
    // Setting a property of a fresh plain object cannot fail.
    let _ = Reflect::set(&object, &"code".into(), &code.into());
    let _ = Reflect::set(&object, &"message".into(), &message.into());
    object.into()
}

impl From<PolicyError> for JsValue {
    fn from(error: PolicyError) -> Self {
        thrown(error.code(), &error.to_string())
    }
}

impl From<PackError> for JsValue {
    fn from(error: PackError) -> Self {
        thrown(error.code(), &error.to_string())
    }
}

impl From<KeyError> for JsValue {
    fn from(error: KeyError) -> Self {
        thrown(error.code(), &error.to_string())
    }
}

/// A plain object from a value that serialises.
#[cfg(not(tidegate_compiler))]
pub(crate) fn object<T: serde::Serialize>(value: &T) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value
        .serialize(&serializer)
        .map_err(|error| thrown("core/convert", &error.to_string()))
}

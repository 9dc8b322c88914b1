//! Plain objects from JavaScript, field by field, with the place of what is
//! wrong: `rules[3].terms[0]: a text is expected`.
//!
//! Outcomes leave through serde-wasm-bindgen; what comes in does not come
//! through it, because its errors pull the formatting of every number into the
//! module (15 % of it, measured) and cannot name the place.

use super::convert::thrown;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// The fields of one object.
#[derive(Debug)]
pub(super) struct Fields {
    object: Object,
    place: String,
    code: &'static str,
}

impl Fields {
    /// Reads `value`, which stands at `place`; errors carry `code`.
    pub(super) fn of(value: &JsValue, place: &str, code: &'static str) -> Result<Self, JsValue> {
        let place = place.to_owned();
        match value.dyn_ref::<Object>() {
            Some(object) if !Array::is_array(value) => {
                let object = object.clone();
                Ok(Self {
                    object,
                    place,
                    code,
                })
            }
            _ => Err(thrown(code, &format!("{place}: an object is expected"))),
        }
    }

    /// Refuses fields of other names.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), JsValue> {
        let unknown = |name: &String| !known.contains(&name.as_str());
        match self.names().into_iter().find(unknown) {
            None => Ok(()),
            Some(name) => Err(self.wrong(&name, "no such field")),
        }
    }

    /// The names of all fields, as written.
    pub(super) fn names(&self) -> Vec<String> {
        let names = Object::keys(&self.object);
        names.iter().filter_map(|name| name.as_string()).collect()
    }

    /// Whether the field is there; `null` is absent.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A field as it is.
    pub(super) fn get(&self, name: &str) -> Option<JsValue> {
        let value = Reflect::get(&self.object, &name.into()).ok()?;
        (!value.is_undefined() && !value.is_null()).then_some(value)
    }

    /// The error of a field.
    pub(super) fn wrong(&self, name: &str, what: &str) -> JsValue {
        let dot = if self.place.is_empty() { "" } else { "." };
        thrown(self.code, &format!("{}{dot}{name}: {what}", self.place))
    }

    /// A text that may be absent.
    pub(super) fn text_if(&self, name: &str) -> Result<Option<String>, JsValue> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.as_string() {
                None => Err(self.wrong(name, "a text is expected")),
                text => Ok(text),
            },
        }
    }

    /// A text.
    pub(super) fn text(&self, name: &str) -> Result<String, JsValue> {
        self.text_if(name)?
            .ok_or_else(|| self.wrong(name, "a text is expected"))
    }

    /// One of the words that `named` knows.
    pub(super) fn word<T>(
        &self,
        name: &str,
        what: &str,
        named: impl Fn(&str) -> Option<T>,
    ) -> Result<T, JsValue> {
        named(&self.text(name)?).ok_or_else(|| self.wrong(name, what))
    }

    /// A truth that may be absent.
    pub(super) fn truth_if(&self, name: &str) -> Result<Option<bool>, JsValue> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let truth = value.as_bool();
        truth
            .map(Some)
            .ok_or_else(|| self.wrong(name, "true or false is expected"))
    }

    /// A number that may be absent.
    pub(super) fn number_if(&self, name: &str) -> Result<Option<f64>, JsValue> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.as_f64() {
                None => Err(self.wrong(name, "a number is expected")),
                number => Ok(number),
            },
        }
    }

    /// A whole number from 0 to `most` that may be absent.
    pub(super) fn whole_if(&self, name: &str, most: u32) -> Result<Option<u32>, JsValue> {
        match self.number_if(name)? {
            None => Ok(None),
            Some(number)
                if number.trunc() == number && (0.0..=f64::from(most)).contains(&number) =>
            {
                Ok(Some(number as u32))
            }
            Some(_) => Err(self.wrong(name, "a whole number in range is expected")),
        }
    }

    /// A whole number.
    pub(super) fn whole(&self, name: &str) -> Result<u32, JsValue> {
        self.whole_if(name, u32::MAX)?
            .ok_or_else(|| self.wrong(name, "a whole number in range is expected"))
    }

    /// A truth value.
    pub(super) fn truth(&self, name: &str) -> Result<bool, JsValue> {
        let value = self.get(name).and_then(|value| value.as_bool());
        value.ok_or_else(|| self.wrong(name, "true or false is expected"))
    }

    /// The items of a list that may be absent, each with its place.
    pub(super) fn list_if(&self, name: &str) -> Result<Option<Vec<(JsValue, String)>>, JsValue> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let Some(list) = value.dyn_ref::<Array>() else {
            return Err(self.wrong(name, "a list is expected"));
        };
        let dot = if self.place.is_empty() { "" } else { "." };
        let place = |i: usize| format!("{}{dot}{name}[{i}]", self.place);
        Ok(Some(
            list.iter()
                .enumerate()
                .map(|(i, item)| (item, place(i)))
                .collect(),
        ))
    }

    /// A list of texts that may be absent.
    pub(super) fn texts_if(&self, name: &str) -> Result<Option<Vec<String>>, JsValue> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        self.texts_of(&value, name).map(Some)
    }

    /// A list of texts, empty if absent.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, JsValue> {
        Ok(self.texts_if(name)?.unwrap_or_default())
    }

    /// `value`, found under `name`, as a list of texts.
    pub(super) fn texts_of(&self, value: &JsValue, name: &str) -> Result<Vec<String>, JsValue> {
        let Some(list) = value.dyn_ref::<Array>() else {
            return Err(self.wrong(name, "a list is expected"));
        };
        let text = |(i, item): (usize, JsValue)| {
            item.as_string()
                .ok_or_else(|| self.wrong(&format!("{name}[{i}]"), "a text is expected"))
        };
        list.iter().enumerate().map(text).collect()
    }
}

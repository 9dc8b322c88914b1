//! What the page tells of itself: visibility, focus, input, network; and
//! random bytes.

use super::convert::thrown;
use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Event, EventTarget, VisibilityState, Window};

/// Cryptographically strong random bytes, at most 65,536.
#[wasm_bindgen]
pub fn random_bytes(count: usize) -> Result<Vec<u8>, JsValue> {
    if count > 65_536 {
        return Err(thrown("host/random", "at most 65,536 bytes at a time"));
    }
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes).map_err(|error| thrown("host/random", &error.to_string()))?;
    Ok(bytes)
}

type Listener = Closure<dyn FnMut(Event)>;

/// Calls `listen` with the name of a signal until it is stopped.
#[wasm_bindgen]
pub struct PageSignals {
    listeners: Vec<(EventTarget, &'static str, Listener)>,
}

#[wasm_bindgen]
impl PageSignals {
    /// Begins to listen.
    #[wasm_bindgen(constructor)]
    pub fn new(listen: &Function) -> Result<PageSignals, JsValue> {
        let window =
            web_sys::window().ok_or_else(|| thrown("host/no-page", "there is no window"))?;
        let document = window
            .document()
            .ok_or_else(|| thrown("host/no-page", "there is no document"))?;
        let mut signals = Self {
            listeners: Vec::new(),
        };
        signals.watch_visibility(&document, listen)?;
        for (event, signal) in [
            ("focus", "focus"),
            ("blur", "blur"),
            ("online", "online"),
            ("offline", "offline"),
            ("pagehide", "hidden"),
            ("pageshow", "visible"),
        ] {
            signals.forward(&window, event, signal, listen, true)?;
        }
        for (event, signal) in [
            ("freeze", "freeze"),
            ("resume", "resume"),
            ("pointerdown", "input"),
            ("keydown", "input"),
            ("wheel", "input"),
            ("touchmove", "input"),
        ] {
            signals.forward(&document, event, signal, listen, false)?;
        }
        Ok(signals)
    }

    /// Stops listening.
    pub fn stop(&mut self) {
        for (target, event, listener) in self.listeners.drain(..) {
            let callback = listener.as_ref().unchecked_ref();
            let _ = target.remove_event_listener_with_callback_and_bool(event, callback, true);
        }
    }

    fn watch_visibility(&mut self, document: &Document, listen: &Function) -> Result<(), JsValue> {
        let (of, listen) = (document.clone(), listen.clone());
        self.add(document, "visibilitychange", move |_| {
            let hidden = of.visibility_state() == VisibilityState::Hidden;
            let _ = listen.call1(
                &JsValue::NULL,
                &if hidden { "hidden" } else { "visible" }.into(),
            );
        })
    }

    /// `own`: only what happens to `target` itself, not in it. A window would also
    /// see the focus move between elements.
    fn forward(
        &mut self,
        target: &EventTarget,
        event: &'static str,
        signal: &'static str,
        listen: &Function,
        own: bool,
    ) -> Result<(), JsValue> {
        let listen = listen.clone();
        self.add(target, event, move |event| {
            if !own || event.event_phase() == Event::AT_TARGET {
                let _ = listen.call1(&JsValue::NULL, &signal.into());
            }
        })
    }

    fn add(
        &mut self,
        target: &EventTarget,
        event: &'static str,
        run: impl FnMut(Event) + 'static,
    ) -> Result<(), JsValue> {
        let listener = Listener::new(run);
        // Capture, so that a page that stops propagation is still seen.
        target.add_event_listener_with_callback_and_bool(
            event,
            listener.as_ref().unchecked_ref(),
            true,
        )?;
        self.listeners.push((target.clone(), event, listener));
        Ok(())
    }
}

impl Drop for PageSignals {
    fn drop(&mut self) {
        self.stop();
    }
}

impl std::fmt::Debug for PageSignals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PageSignals")
            .field("listeners", &self.listeners.len())
            .finish()
    }
}

/// A window and a document are both event targets.
const _: fn(&Window) -> &EventTarget = |window| window;

//! What GDAL and GEOS say beside their answers, kept for the one who asked.
//!
//! GDAL has one handler for the process and calls it in the thread where something happened, so
//! what is said is kept by thread.

use std::cell::RefCell;
use std::sync::Once;

thread_local! {
    static SAID: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// More than this says no more.
const MOST: usize = 32;

/// Begins to listen, and forgets what was said before.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        gdal::config::set_error_handler(|_, _, message| {
            SAID.with_borrow_mut(|said| {
                if said.len() < MOST && said.last().is_none_or(|last| last != message) {
                    said.push(message.to_owned());
                }
            });
        });
    });
    SAID.with_borrow_mut(Vec::clear);
}

/// What was said since [`listen`] or the last call.
pub fn take() -> Vec<String> {
    SAID.with_borrow_mut(std::mem::take)
}

/// The same in one line.
pub fn take_line() -> String {
    take().join("; ")
}

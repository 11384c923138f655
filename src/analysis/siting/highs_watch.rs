//! HiGHS asks us now and then whether to go on. The safe crate has no form of that call.

#![expect(unsafe_code, reason = "the highs crate does not wrap HiGHS's callbacks")]

use std::ffi::{c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use highs::{HighsStatus, Model, SolvedModel};
use highs_sys::{HighsCallbackDataIn, HighsCallbackDataOut};

/// The values best so far and never better, as HiGHS knows them at that moment.
type Asked<'a> = dyn Fn(f64, f64) -> bool + 'a;

/// Solves while `goes_on` answers true. A panic in it stops the solver, and goes on from here.
pub fn solve(mut model: Model, goes_on: &Asked<'_>) -> Result<SolvedModel, HighsStatus> {
    let question = Question { goes_on, panic: std::cell::RefCell::new(None) };
    let data = std::ptr::from_ref(&question).cast_mut().cast::<c_void>();
    let highs = model.as_mut_ptr();
    // SAFETY: the model is alive. `question` outlives the call of `try_solve`, the only one during which HiGHS
    // calls back; the callback is taken away right after it.
    unsafe {
        highs_sys::Highs_setCallback(highs, Some(answer), data);
        for kind in [highs_sys::kHighsCallbackMipInterrupt, highs_sys::kHighsCallbackSimplexInterrupt] {
            highs_sys::Highs_startCallback(highs, kind);
        }
    }
    let solved = model.try_solve();
    if let Some(panic) = question.panic.take() {
        std::panic::resume_unwind(panic);
    }
    let mut solved = solved?;
    // SAFETY: as above; without a callback nothing points to `question` any more.
    unsafe {
        for kind in [highs_sys::kHighsCallbackMipInterrupt, highs_sys::kHighsCallbackSimplexInterrupt] {
            highs_sys::Highs_stopCallback(solved.as_mut_ptr(), kind);
        }
    }
    Ok(solved)
}

struct Question<'a> {
    goes_on: &'a Asked<'a>,
    panic: std::cell::RefCell<Option<Box<dyn std::any::Any + Send>>>,
}

/// Called by HiGHS on the thread that called it: it is given one thread only.
unsafe extern "C" fn answer(
    kind: c_int,
    _: *const c_char,
    out: *const HighsCallbackDataOut,
    back: *mut HighsCallbackDataIn,
    data: *mut c_void,
) {
    // SAFETY: `data` is the question that `solve` keeps alive; HiGHS passes valid structures or null.
    let (question, out, back) = unsafe { (&*data.cast::<Question<'_>>(), out.as_ref(), back.as_mut()) };
    let Some(back) = back else { return };
    let (value, bound) = match out {
        Some(out) if kind == highs_sys::kHighsCallbackMipInterrupt => (out.mip_primal_bound, out.mip_dual_bound),
        _ => (f64::NAN, f64::NAN),
    };
    let asked = catch_unwind(AssertUnwindSafe(|| (question.goes_on)(value, bound)));
    let goes_on = asked.unwrap_or_else(|panic| {
        *question.panic.borrow_mut() = Some(panic);
        false
    });
    back.user_interrupt = c_int::from(!goes_on);
}

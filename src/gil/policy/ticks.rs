use super::{Handover, Moment, Policy, PolicyContext, Waiter};

/// Python 2's policy: the holder gives the lock up after so many instructions, whether or not anybody waits, and
/// competes for it at once.
///
/// On several cores it mostly wins, since the waiter still wakes while the holder already has the lock again: the
/// "GIL battle" that made two threads slower than one.
#[derive(Clone, Copy, Debug)]
pub struct Ticks {
    /// Instructions between two releases; `sys.setcheckinterval` called it the check interval.
    pub interval: u32,
}

impl Default for Ticks {
    /// Python 2's default of 100 instructions.
    fn default() -> Self {
        Ticks { interval: 100 }
    }
}

impl Policy for Ticks {
    fn name(&self) -> &'static str {
        "ticks"
    }

    fn handover(&self) -> Handover {
        Handover::Barging { forced_switch: false }
    }

    fn request_at(&self, _waiter: &Waiter, _context: &PolicyContext<'_>) -> Option<Moment> {
        None
    }

    fn ticks(&self) -> Option<u32> {
        Some(self.interval.max(1))
    }
}

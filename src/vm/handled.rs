//! The exception that is being handled, which each generator has an idea of its own of.

use crate::object::{Gen, Value, Vm};

impl Vm {
    /// A generator that handles exceptions has its own idea of which one is being handled.
    #[inline(never)]
    pub(super) fn enter_handled(&mut self, generator: &Gen) {
        if !generator.code.handles {
            return;
        }
        let outer = self.handled.clone();
        let data = generator.data.get_mut(&mut self.gil);
        data.outer_handled = outer;
        if !data.handled.is_undef() {
            self.handled = generator.data.get(&self.gil).handled.clone();
        }
    }

    /// Restores what was being handled outside of the generator.
    #[inline(never)]
    pub(super) fn leave_handled(&mut self, generator: &Gen) {
        if !generator.code.handles {
            return;
        }
        let outer = generator.data.get_mut(&mut self.gil).outer_handled.take();
        self.handled = outer;
    }

    /// Begins to handle an exception; gives back what was being handled in the frame before.
    pub(super) fn push_handled(&mut self, exception: Value) -> Value {
        // SAFETY: a frame runs.
        let generator = unsafe { (*self.fp).generator.as_ref() };
        match generator {
            None => std::mem::replace(&mut self.handled, exception),
            Some(generator) => {
                self.handled = exception.clone();
                std::mem::replace(&mut generator.data.get_mut(&mut self.gil).handled, exception)
            }
        }
    }

    /// Ends the handling of an exception.
    pub(super) fn pop_handled(&mut self, previous: Value) {
        // SAFETY: a frame runs.
        let generator = unsafe { (*self.fp).generator.as_ref() };
        let ended = match generator {
            None => std::mem::replace(&mut self.handled, previous),
            Some(generator) => {
                let own = std::mem::replace(&mut generator.data.get_mut(&mut self.gil).handled, previous.clone());
                let visible =
                    if previous.is_undef() { generator.data.get(&self.gil).outer_handled.clone() } else { previous };
                self.handled = visible;
                own
            }
        };
        drop(ended);
    }
}

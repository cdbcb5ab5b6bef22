//! The data of an event loop: ready callbacks in the order in which they came, timers, and descriptors.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

use super::descriptors::Descriptors;
use super::state::runtime_error;
use crate::gil::GilThread;
use crate::object::{ForeignData, Raised, Value, Vm};

/// What the loop does next.
pub(super) enum Ready {
    /// A task takes a step.
    Step { task: Value, exception: Value },
    /// A task goes on because what it waits for is done.
    Wakeup { task: Value, future: Value },
    /// A callback of a future.
    Done { function: Value, future: Value, context: Value },
    /// A `Handle`.
    Handle(Value),
}

impl Ready {
    fn values(&self) -> impl Iterator<Item = &Value> {
        let parts = match self {
            Ready::Step { task, exception } => [Some(task), Some(exception), None],
            Ready::Wakeup { task, future } => [Some(task), Some(future), None],
            Ready::Done { function, future, context } => [Some(function), Some(future), Some(context)],
            Ready::Handle(handle) => [Some(handle), None, None],
        };
        parts.into_iter().flatten()
    }
}

/// A handle to be run at a time.
pub(super) struct Timer {
    pub when: f64,
    /// Timers of one time run in the order in which they were made.
    pub order: u64,
    pub handle: Value,
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> Ordering {
        // The heap gives its greatest first: that is the earliest.
        other.when.total_cmp(&self.when).then(other.order.cmp(&self.order))
    }
}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Timer {}

/// The data of an event loop.
#[derive(Default)]
pub(super) struct EventLoop {
    pub ready: VecDeque<Ready>,
    pub timers: BinaryHeap<Timer>,
    pub timers_made: u64,
    pub descriptors: Descriptors,
    pub stopping: bool,
    pub closed: bool,
    pub debug: bool,
    /// The thread that runs the loop.
    pub thread: Option<GilThread>,
    /// The task that takes a step, `Undef` for none.
    pub current: Value,
}

impl ForeignData for EventLoop {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.ready.iter().flat_map(Ready::values).for_each(&mut *visit);
        self.timers.iter().for_each(|timer| visit(&timer.handle));
        self.descriptors.values().for_each(&mut *visit);
        visit(&self.current);
    }

    fn clear(&mut self) -> Vec<Value> {
        let mut values = vec![self.current.take()];
        for ready in self.ready.drain(..) {
            values.extend(ready.values().cloned());
        }
        values.extend(self.timers.drain().map(|timer| timer.handle));
        values.extend(self.descriptors.clear());
        values
    }
}

/// The loop's data, to look at.
pub(super) fn view<'a>(vm: &'a Vm, value: &'a Value) -> Option<&'a EventLoop> {
    match value {
        Value::Foreign(foreign) => foreign.get::<EventLoop>(&vm.gil),
        _ => None,
    }
}

/// The loop's data, to change.
pub(super) fn edit<'a>(vm: &'a mut Vm, value: &'a Value) -> Option<&'a mut EventLoop> {
    match value {
        Value::Foreign(foreign) => foreign.get_mut::<EventLoop>(&mut vm.gil),
        _ => None,
    }
}

/// Puts something at the end of the queue of ready callbacks.
pub(super) fn push(vm: &mut Vm, event_loop: &Value, ready: Ready) {
    if let Some(data) = edit(vm, event_loop) {
        data.ready.push_back(ready);
    }
}

/// The clock of `loop.time()`.
pub(super) fn time(vm: &Vm) -> f64 {
    vm.interp.lock.scheduler().read_clock().since_start().as_secs_f64()
}

/// RuntimeError if the loop is closed.
pub(super) fn check_closed(vm: &mut Vm, event_loop: &Value) -> Result<(), Raised> {
    if view(vm, event_loop).is_some_and(|data| data.closed) {
        return Err(runtime_error(vm, "Event loop is closed"));
    }
    Ok(())
}

/// Wakes the loop's thread if it waits.
pub(super) fn wake(vm: &mut Vm, event_loop: &Value) {
    let Some(data) = edit(vm, event_loop) else { return };
    data.descriptors.wake();
    if let Some(thread) = &data.thread {
        thread.unpark();
    }
}

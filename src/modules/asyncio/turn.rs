//! Running an event loop, turn by turn: timers, descriptors, and what is ready.

use std::time::Duration;

use super::event_loop::{Ready, Timer, check_closed, edit, time, view};
use super::handle::{self, Handle};
use super::state::runtime_error;
use super::task;
use crate::builtins::generator::async_gen::AsyncGenHooks;
use crate::gil::{Moment, WaitReason, Wake};
use crate::object::{Raised, Value, Vm};

/// Runs the loop until it is told to stop.
pub(super) fn run_forever(vm: &mut Vm, event_loop: &Value) -> Result<(), Raised> {
    check_closed(vm, event_loop)?;
    if view(vm, event_loop).is_some_and(|data| data.thread.is_some()) {
        return Err(runtime_error(vm, "This event loop is already running"));
    }
    if !vm.thread.event_loop.borrow().is_undef() {
        return Err(runtime_error(vm, "Cannot run the event loop while another loop is running"));
    }
    let first = vm.get_attr(event_loop, "_asyncgen_firstiter_hook")?;
    let last = vm.get_attr(event_loop, "_asyncgen_finalizer_hook")?;
    let hooks = vm.interp.extension::<AsyncGenHooks>(&mut vm.gil);
    let outer = std::mem::replace(hooks, AsyncGenHooks { first_iteration: first, finalizer: last });
    let thread = vm.gil.thread();
    if let Some(data) = edit(vm, event_loop) {
        data.thread = Some(thread);
    }
    *vm.thread.event_loop.borrow_mut() = event_loop.clone();
    let result = run_until_stopped(vm, event_loop);
    *vm.thread.event_loop.borrow_mut() = Value::Undef;
    if let Some(data) = edit(vm, event_loop) {
        data.thread = None;
        data.stopping = false;
    }
    let hooks = vm.interp.extension::<AsyncGenHooks>(&mut vm.gil);
    let inner = std::mem::replace(hooks, outer);
    drop(inner);
    result
}

fn run_until_stopped(vm: &mut Vm, event_loop: &Value) -> Result<(), Raised> {
    loop {
        run_once(vm, event_loop)?;
        if view(vm, event_loop).is_none_or(|data| data.stopping) {
            return Ok(());
        }
    }
}

/// One turn: waits if nothing is ready, then runs what is ready, but nothing that becomes so meanwhile.
fn run_once(vm: &mut Vm, event_loop: &Value) -> Result<(), Raised> {
    drop_cancelled_timers(vm, event_loop);
    let Some(data) = view(vm, event_loop) else { return Ok(()) };
    let idle = data.ready.is_empty() && !data.stopping;
    let earliest = data.timers.peek().map(|timer| timer.when);
    if data.descriptors.is_empty() {
        if idle {
            wait(vm, earliest)?;
        }
    } else {
        let timeout = match (idle, earliest) {
            (false, _) => Some(Duration::ZERO),
            (true, None) => None,
            (true, Some(when)) => Some(until(vm, when)),
        };
        if vm.interp.lock.is_deterministic() {
            poll_in_turns(vm, event_loop, timeout)?;
        } else {
            poll_descriptors(vm, event_loop, timeout)?;
        }
    }
    if earliest.is_some() {
        let end = time(vm) + 1e-9;
        while let Some(data) = edit(vm, event_loop) {
            match data.timers.peek() {
                Some(timer) if timer.when < end => {
                    if let Some(timer) = data.timers.pop() {
                        data.ready.push_back(Ready::Handle(timer.handle));
                    }
                }
                _ => break,
            }
        }
    }
    let count = view(vm, event_loop).map_or(0, |data| data.ready.len());
    for left in (1..=count).rev() {
        let next = next_ready(vm, event_loop, left);
        let Some(ready) = edit(vm, event_loop).and_then(|data| data.ready.remove(next)) else { break };
        run_ready(vm, event_loop, ready)?;
        vm.preempt()?;
    }
    vm.preempt()
}

/// Which of the first `count` of the queue goes next. Callbacks go in order, as documented; of tasks that can go on side
/// by side, a deterministic scheduler chooses.
fn next_ready(vm: &Vm, event_loop: &Value, count: usize) -> usize {
    let lock = &vm.interp.lock;
    if !lock.is_deterministic() {
        return 0;
    }
    let tasks = view(vm, event_loop).map_or(0, |data| {
        let ready = data.ready.iter().take(count);
        ready.take_while(|ready| matches!(ready, Ready::Step { .. } | Ready::Wakeup { .. })).count()
    });
    if tasks < 2 { 0 } else { lock.scheduler().pick_callback(tasks).min(tasks - 1) }
}

fn drop_cancelled_timers(vm: &mut Vm, event_loop: &Value) {
    loop {
        let Some(Timer { handle, .. }) = view(vm, event_loop).and_then(|data| data.timers.peek()) else { return };
        if !handle::view(vm, handle).is_some_and(|handle| handle.cancelled) {
            return;
        }
        let dropped = edit(vm, event_loop).and_then(|data| data.timers.pop());
        drop(dropped);
    }
}

fn until(vm: &Vm, when: f64) -> Duration {
    Duration::try_from_secs_f64((when - time(vm)).clamp(0.0, 86400.0)).unwrap_or_default()
}

/// Waits until the time of the next timer, or until woken. A wake-up that is not for the loop does no harm.
fn wait(vm: &mut Vm, earliest: Option<f64>) -> Result<(), Raised> {
    let deadline: Option<Moment> = match earliest {
        Some(when) => vm.deadline(Some(until(vm, when))),
        None => None,
    };
    vm.gil.park(WaitReason::Poll, deadline);
    vm.poll()
}

/// As [`poll_descriptors`] under a deterministic scheduler: what is ready at once is taken, then the other threads have
/// their turns on the virtual clock. Only if none wakes the loop is the OS waited for, a little at a time.
fn poll_in_turns(vm: &mut Vm, event_loop: &Value, timeout: Option<Duration>) -> Result<(), Raised> {
    const SLICE: Duration = Duration::from_millis(1);
    poll_descriptors(vm, event_loop, Some(Duration::ZERO))?;
    let quiet = view(vm, event_loop).is_some_and(|data| data.ready.is_empty());
    let patience = timeout.unwrap_or(SLICE).min(SLICE);
    if !quiet || patience.is_zero() {
        return Ok(());
    }
    let deadline = vm.deadline(Some(patience));
    let wake = vm.gil.park(WaitReason::Poll, deadline);
    vm.poll()?;
    let real = if wake == Wake::TimedOut { patience } else { Duration::ZERO };
    poll_descriptors(vm, event_loop, Some(real))
}

/// Asks the OS which descriptors are ready and queues their handles.
fn poll_descriptors(vm: &mut Vm, event_loop: &Value, timeout: Option<Duration>) -> Result<(), Raised> {
    let Some(poller) = edit(vm, event_loop).and_then(|data| data.descriptors.poller()) else { return Ok(()) };
    let signals = vm.interp.extension::<crate::runtime::signals::SignalState>(&mut vm.gil).wakers.clone();
    let waker = poller.waker.clone();
    // Only the main thread handles signals; nobody else adds wakers while it waits, so the last one stays its own.
    let is_main = vm.thread.is_main;
    if is_main {
        signals.lock().push(Box::new(move || drop(waker.wake())));
    }
    let mut events = vm.blocking(WaitReason::Poll, || poller.wait(timeout));
    if vm.interp.lock.is_deterministic() {
        events.sort_unstable();
    }
    if is_main {
        signals.lock().pop();
    }
    vm.poll()?;
    for (fd, readable, writable) in events {
        let Some(data) = edit(vm, event_loop) else { break };
        let (reader, writer) = data.descriptors.handles(fd);
        for handle in [reader.filter(|_| readable), writer.filter(|_| writable)].into_iter().flatten() {
            data.ready.push_back(Ready::Handle(handle));
        }
    }
    Ok(())
}

fn run_ready(vm: &mut Vm, event_loop: &Value, ready: Ready) -> Result<(), Raised> {
    match ready {
        Ready::Step { task, exception } => task::step(vm, event_loop, &task, exception.bound()),
        Ready::Wakeup { task, future } => task::wake_up(vm, event_loop, &task, &future),
        Ready::Done { function, future, context } => {
            if context.is_none() {
                let result = vm.call(&function, std::slice::from_ref(&future));
                if let Err(raised) = result {
                    let handle = handle::new(vm, event_loop, function, vec![future], context);
                    return report(vm, event_loop, &handle, raised);
                }
                return Ok(());
            }
            let handle = handle::new(vm, event_loop, function, vec![future], context);
            run_handle(vm, event_loop, &handle)
        }
        Ready::Handle(handle) => run_handle(vm, event_loop, &handle),
    }
}

fn run_handle(vm: &mut Vm, event_loop: &Value, handle: &Value) -> Result<(), Raised> {
    let Some(Handle { function, args, cancelled, context, .. }) = handle::view(vm, handle) else { return Ok(()) };
    if *cancelled {
        return Ok(());
    }
    let (function, args, context) = (function.clone(), args.clone(), context.clone());
    let result = if context.is_none() {
        vm.call(&function, &args)
    } else {
        let args: Vec<Value> = std::iter::once(function).chain(args).collect();
        vm.call_method_str(&context, "run", &args)
    };
    match result {
        Ok(_) => Ok(()),
        Err(raised) => report(vm, event_loop, handle, raised),
    }
}

/// Tells the loop's exception handler what a callback raised. What ends the program goes on.
fn report(vm: &mut Vm, event_loop: &Value, handle: &Value, raised: Raised) -> Result<(), Raised> {
    use crate::object::Known;
    if vm.raised_is(&raised, Known::SystemExit) || vm.raised_is(&raised, Known::KeyboardInterrupt) {
        return Err(raised);
    }
    let exception = vm.take_raised(raised);
    vm.call_method_str(event_loop, "_callback_failed", &[handle.clone(), exception])?;
    Ok(())
}

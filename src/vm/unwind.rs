//! Exceptions on their way through frames.

use crate::bytecode::{CodeFlags, Instr};
use crate::object::vm::ReturnTo;
use crate::object::{Known, Raised, Traceback, Value, Vm};

/// Finds who handles the exception on its way: true if a frame of this run does, whose `pc` then is its
/// handler; false if it leaves the frame that Rust code entered.
pub(super) fn unwind(vm: &mut Vm) -> bool {
    loop {
        // SAFETY: a frame runs; its code, registers and exception table are good, as the verifier has checked.
        unsafe {
            let frame = &mut *vm.fp;
            let code = &*frame.code;
            let at = (frame.pc.offset_from(code.entry) - 1).max(0) as u32;
            let in_lookup = std::mem::take(&mut vm.in_lookup);
            let fresh = !std::mem::take(&mut vm.reraising);
            if fresh {
                add_traceback(vm, if in_lookup { at | Traceback::IN_LOOKUP } else { at });
            }
            if vm.watched {
                vm.report_exception(false);
            }
            let ranges = &code.proto.exceptions;
            if let Some(range) = ranges.iter().find(|range| range.start <= at && at < range.end) {
                if fresh {
                    vm.tie_traceback();
                }
                let count = code.nregs as usize - range.keep.0 as usize;
                super::frames::clear_values(frame.base.add(range.keep.0 as usize), count);
                // What the raising instruction held ends where it stands.
                vm.run_pending();
                *frame.base.add(range.exc.0 as usize) = vm.raised.take();
                frame.pc = code.entry.add(range.handler as usize);
                return true;
            }
            vm.keep_variables();
            let temporaries = usize::from(code.nregs - code.first_temp);
            super::frames::clear_values(frame.base.add(code.first_temp as usize), temporaries);
            vm.run_pending();
            if !frame.generator.is_null() {
                convert_stop_iteration(vm, code.proto.flags);
            }
            if vm.watched {
                vm.report_exception(true);
            }
            match vm.abandon_frame() {
                ReturnTo::Native => return false,
                ReturnTo::Next if vm.raised_is(&Raised(()), Known::StopIteration) => {
                    end_loop(vm);
                    return true;
                }
                _ => {}
            }
        }
    }
}

/// Ends the running frame's `for` loop, whose iterator has raised StopIteration.
fn end_loop(vm: &mut Vm) {
    drop(vm.raised.take());
    // SAFETY: a frame runs, and the instruction before its `pc` is of its verified code.
    unsafe {
        let frame = &*vm.fp;
        if let Instr::ForIter { iter, .. } = *frame.pc.sub(1) {
            *frame.base.add(iter.0 as usize) = Value::Undef;
        }
    }
}

/// Puts a level for the running frame in front of the exception's traceback.
fn add_traceback(vm: &mut Vm, at: u32) {
    let Value::Exc(exception) = &vm.raised else { return };
    let exception = exception.to_ptr();
    // SAFETY: a frame runs.
    let (code, globals) = unsafe {
        let frame = &*vm.fp;
        (crate::object::Ptr::from_ref(&*frame.code), crate::object::Ptr::from_ref(&*frame.globals))
    };
    let next = exception.data.get_mut(&mut vm.gil).traceback.take();
    let level = Traceback::new(code, globals, at, next);
    exception.data.get_mut(&mut vm.gil).traceback = Some(level);
}

/// StopIteration must not leave a generator or coroutine (PEP 479): it becomes RuntimeError.
fn convert_stop_iteration(vm: &mut Vm, flags: CodeFlags) {
    let is = |known| vm.raised_is(&Raised(()), known);
    let what = if flags.has(CodeFlags::COROUTINE) {
        "coroutine"
    } else if flags.has(CodeFlags::ASYNC_GENERATOR) {
        "async generator"
    } else {
        "generator"
    };
    let name = if is(Known::StopIteration) {
        "StopIteration"
    } else if flags.has(CodeFlags::ASYNC_GENERATOR) && is(Known::StopAsyncIteration) {
        "StopAsyncIteration"
    } else {
        return;
    };
    let cause = vm.raised.take();
    let exception = vm.new_exception(Known::RuntimeError, vec![Value::str(&format!("{what} raised {name}"))]);
    if let Value::Exc(new) = &exception {
        let data = new.data.get_mut(&mut vm.gil);
        data.cause = cause.clone();
        data.context = cause;
        data.suppress_context = true;
    }
    vm.raised = exception;
}

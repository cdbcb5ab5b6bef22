//! Generators and coroutines: yielding, sending, awaiting.

use super::{At, jump};
use crate::bytecode::{Instr, YieldKind};
use crate::object::vm::ReturnTo;
use crate::object::{Gen, GenKind, GenState, Known, Raised, Value, Vm};
use crate::vm::generator::Sent;

/// Executes an instruction of this theme.
///
/// # Safety
///
/// As for [`step`](super::step).
pub(super) unsafe fn suspension(vm: &mut Vm, at: At, instr: &Instr) -> Result<Option<Value>, Raised> {
    // SAFETY: the caller vouches that the operands are the running frame's.
    unsafe {
        match *instr {
            Instr::Yield { kind, dst: _, src } => {
                let mut value = at.operand(src);
                if kind == YieldKind::AsyncValue {
                    value = vm.wrap_async_value(value);
                }
                return Ok(vm.yield_value(value));
            }
            Instr::GetAwaitable { place, dst, src } => {
                let value = vm.awaitable(at.get(src), place)?;
                at.consume(src);
                at.set(dst, value);
            }
            Instr::Send { iter, value, off } => {
                let sent = at.take(value);
                if let Value::Gen(generator) = at.get(iter) {
                    if matches!(generator.state.get(), GenState::Suspended | GenState::Created)
                        && generator.kind() != GenKind::AsyncGenerator
                    {
                        let generator = generator.address() as *const Gen;
                        vm.resume_frame(generator, sent, ReturnTo::Send)?;
                        return Ok(None);
                    }
                }
                let iterator = at.get(iter).clone();
                match vm.send(&iterator, sent)? {
                    Sent::Yielded(item) => at.set(value, item),
                    Sent::Returned(result) => {
                        at.set(iter, Value::Undef);
                        at.set(value, result);
                        jump(vm, off.into());
                    }
                }
            }
            Instr::GetAIter { dst, src } => {
                let value = vm.async_iter(at.get(src))?;
                at.consume(src);
                at.set(dst, value);
            }
            Instr::GetANext { dst, iter } => {
                let iterator = at.get(iter).clone();
                let value = vm.async_next(&iterator)?;
                at.set(dst, value);
            }
            Instr::EndAsyncFor { exc, iter } => {
                let exception = at.take(exc);
                if vm.is_known(&exception, Known::StopAsyncIteration) {
                    at.set(iter, Value::Undef);
                } else {
                    vm.reraising = true;
                    return Err(vm.reraise(exception));
                }
            }
            _ => unreachable!("an instruction of another theme"),
        }
    }
    Ok(None)
}

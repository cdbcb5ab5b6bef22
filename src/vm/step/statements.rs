//! The statements `with`, `try`, `raise`, `assert` and `match`.

use super::{At, jump};
use crate::bytecode::Instr;
use crate::object::{Known, Raised, Value, Vm};

/// Executes an instruction of this theme.
///
/// # Safety
///
/// As for [`step`](super::step).
pub(super) unsafe fn statements(vm: &mut Vm, at: At, instr: &Instr) -> Result<(), Raised> {
    // SAFETY: the caller vouches that the operands are the running frame's.
    unsafe {
        match *instr {
            Instr::BeforeWith { base: b } => {
                vm.enter_with(at.place(b))?;
            }
            Instr::BeforeAsyncWith { base: b } => {
                vm.enter_async_with(at.place(b))?;
            }
            Instr::WithExcept { dst, exit, exc } => {
                let (exit, exception) = (at.get(exit).clone(), at.get(exc).clone());
                let value = vm.exit_with(&exit, &exception)?;
                at.set(dst, value);
            }
            Instr::PushExc { save: into, exc } => {
                let exception = at.get(exc).clone();
                at.set(into, vm.push_handled(exception));
            }
            Instr::PopExc { save: from } => {
                let previous = at.take(from);
                vm.pop_handled(previous);
            }
            Instr::JumpIfNotMatch { exc, class, off } => {
                let class_value = at.operand(class);
                let exception = at.get(exc).clone();
                if !vm.exception_matches(&exception, &class_value)? {
                    jump(vm, off.into());
                }
            }
            Instr::MatchGroup { dst, exc, class } => {
                let class_value = at.operand(class);
                let exception = at.get(exc).clone();
                let (matched, rest) = vm.match_group(&exception, &class_value)?;
                if !matched.is_none() {
                    // What the clause handles is its own part.
                    let whole = std::mem::replace(&mut vm.handled, matched.clone());
                    drop(whole);
                }
                at.set(exc, rest);
                at.set(dst, matched);
            }
            Instr::Raise { exc, cause } => {
                let exception = at.operand(exc);
                let cause = if cause.is_none() { Value::Undef } else { at.operand(cause) };
                return Err(vm.raise_statement(&exception, cause));
            }
            Instr::RaiseBare => {
                return Err(vm.raise_bare());
            }
            Instr::Reraise { exc } => {
                let exception = at.operand(exc);
                vm.reraising = true;
                return Err(vm.reraise(exception));
            }
            Instr::AssertFail { msg } => {
                let args = if msg.is_none() { Vec::new() } else { vec![at.operand(msg)] };
                let exception = vm.new_exception(Known::AssertionError, args);
                return Err(vm.raise_value(exception));
            }
            Instr::MatchSequence { dst, src } => {
                let answer = vm.matches_sequence(at.get(src));
                at.set(dst, Value::bool(answer));
            }
            Instr::MatchMapping { dst, src } => {
                let answer = vm.matches_mapping(at.get(src));
                at.set(dst, Value::bool(answer));
            }
            Instr::MatchKeys { dst, src, keys } => {
                let (subject, keys) = (at.get(src).clone(), at.get(keys).clone());
                let value = vm.match_keys(&subject, &keys)?;
                at.set(dst, value);
            }
            Instr::MatchClass { dst, src, npos } => {
                let (class, names) = (at.take(dst), at.take(dst.offset(1)));
                let subject = at.get(src).clone();
                let value = vm.match_class(&subject, &class, &names, npos as usize)?;
                at.set(dst, value);
            }
            Instr::CopyWithoutKeys { dst, src, keys } => {
                let (subject, keys) = (at.get(src).clone(), at.get(keys).clone());
                let value = vm.copy_without_keys(&subject, &keys)?;
                at.set(dst, value);
            }
            Instr::GetLen { dst, src } => {
                let subject = at.get(src).clone();
                let length = vm.len(&subject)?;
                at.set(dst, Value::from(length));
            }
            _ => unreachable!("an instruction of another theme"),
        }
    }
    Ok(())
}

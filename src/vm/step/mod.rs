//! Instructions off the hot path: in full, out of line.
//!
//! The evaluation loop does the common case of common instructions itself and leaves the rest to these
//! functions, so that the loop stays small and keeps its state in machine registers.

mod calls;
mod displays;
mod jumps;
mod methods;
mod names;
mod operators;
mod statements;
mod suspension;

pub(super) use methods::answered;

use crate::bytecode::{Instr, Reg};
use crate::object::{CacheSlot, Code, Ptr, Raised, Str, Value, Vm};

/// The registers, names and caches of the running frame.
#[derive(Clone, Copy)]
struct At {
    base: *mut Value,
    code: *const Code,
}

/// # Safety
///
/// For all of these: the operands are those of an instruction of the running frame's verified code, and no
/// reference that was given out before is used after a register is written.
impl At {
    fn place(self, reg: Reg) -> *mut Value {
        self.base.wrapping_add(reg.0 as usize)
    }

    unsafe fn get<'a>(self, reg: Reg) -> &'a Value {
        // SAFETY: the caller vouches for the operand.
        unsafe { &*self.place(reg) }
    }

    unsafe fn set(self, reg: Reg, value: Value) {
        // SAFETY: the caller vouches for the operand.
        unsafe { *self.place(reg) = value }
    }

    unsafe fn take(self, reg: Reg) -> Value {
        // SAFETY: the caller vouches for the operand.
        unsafe { (*self.place(reg)).take() }
    }

    unsafe fn is_temporary(self, reg: Reg) -> bool {
        // SAFETY: the code runs.
        reg.0 >= unsafe { (*self.code).first_temp }
    }

    /// A temporary that was read is left without heap references.
    unsafe fn consume(self, reg: Reg) {
        // SAFETY: the caller vouches for the operand.
        unsafe {
            if self.is_temporary(reg) {
                self.set(reg, Value::Undef);
            }
        }
    }

    /// The operand as a value of one's own: moved out of a temporary, copied from a local.
    unsafe fn operand(self, reg: Reg) -> Value {
        // SAFETY: the caller vouches for the operand.
        unsafe { if self.is_temporary(reg) { self.take(reg) } else { self.get(reg).clone() } }
    }

    unsafe fn cache<'a>(self, cache: u16) -> &'a mut CacheSlot {
        // SAFETY: the caller vouches for the operand.
        unsafe { &mut *(&(*self.code).caches).get_unchecked(cache as usize).get() }
    }

    unsafe fn name(self, name: u16) -> Ptr<Str> {
        // SAFETY: the caller vouches for the operand.
        unsafe { (&(*self.code).names).get_unchecked(name as usize).clone() }
    }
}

/// Jumps in the running frame.
///
/// # Safety
///
/// The offset is an operand of the instruction before `pc`.
unsafe fn jump(vm: &mut Vm, off: i32) {
    // SAFETY: the caller vouches for the offset.
    unsafe { (*vm.fp).pc = (*vm.fp).pc.offset(off as isize) }
}

/// Executes one instruction of the running frame, whose `pc` is behind it. None: the loop goes on in the frame that is
/// now on top. Some: the frame that Rust code entered has yielded this.
///
/// # Safety
///
/// `instr` is an instruction of the running frame's verified code.
#[inline(never)]
pub(super) unsafe fn step(vm: &mut Vm, instr: &Instr) -> Result<Option<Value>, Raised> {
    // SAFETY: a frame runs; the caller vouches for the instruction.
    unsafe {
        let at = At { base: (*vm.fp).base, code: (*vm.fp).code };
        match instr {
            Instr::ClearRange { .. }
            | Instr::CheckBound { .. }
            | Instr::DelLocal { .. }
            | Instr::LoadCell { .. }
            | Instr::StoreCell { .. }
            | Instr::DelCell { .. }
            | Instr::LoadClassCell { .. }
            | Instr::LoadGlobal { .. }
            | Instr::StoreGlobal { .. }
            | Instr::DelGlobal { .. }
            | Instr::LoadName { .. }
            | Instr::StoreName { .. }
            | Instr::DelName { .. }
            | Instr::LoadFromDictOrCell { .. }
            | Instr::SetupAnnotations
            | Instr::LoadFromDictOrGlobals { .. }
            | Instr::LoadLocals { .. } => names::names(vm, at, instr).map(|()| None),
            Instr::Add { .. }
            | Instr::Sub { .. }
            | Instr::Mul { .. }
            | Instr::TrueDiv { .. }
            | Instr::FloorDiv { .. }
            | Instr::Mod { .. }
            | Instr::Binary { .. }
            | Instr::AddI { .. }
            | Instr::SubI { .. }
            | Instr::BinaryI { .. }
            | Instr::Inplace { .. }
            | Instr::InplaceI { .. }
            | Instr::Neg { .. }
            | Instr::Pos { .. }
            | Instr::Invert { .. }
            | Instr::Not { .. }
            | Instr::Compare { .. }
            | Instr::CompareI { .. } => operators::operators(vm, at, instr).map(|()| None),
            Instr::JumpIfTrue { .. }
            | Instr::JumpIfFalse { .. }
            | Instr::JumpIfTrueKeep { .. }
            | Instr::JumpIfFalseKeep { .. }
            | Instr::JumpLt { .. }
            | Instr::JumpLe { .. }
            | Instr::JumpGt { .. }
            | Instr::JumpGe { .. }
            | Instr::JumpEq { .. }
            | Instr::JumpNe { .. }
            | Instr::JumpLtI { .. }
            | Instr::JumpLeI { .. }
            | Instr::JumpGtI { .. }
            | Instr::JumpGeI { .. }
            | Instr::JumpEqI { .. }
            | Instr::JumpNeI { .. }
            | Instr::ForIter { .. }
            | Instr::ForIterFar { .. }
            | Instr::Contains { .. }
            | Instr::JumpIn { .. } => jumps::jumps(vm, at, instr).map(|()| None),
            Instr::GetAttr { .. }
            | Instr::SetAttr { .. }
            | Instr::DelAttr { .. }
            | Instr::LoadMethod { .. }
            | Instr::GetItem { .. }
            | Instr::GetItemI { .. }
            | Instr::SetItem { .. }
            | Instr::DelItem { .. }
            | Instr::Call { .. }
            | Instr::CallKw { .. }
            | Instr::CallMethod { .. }
            | Instr::CallMethodKw { .. }
            | Instr::InvokeMethod { .. }
            | Instr::CallEx { .. } => calls::calls(vm, at, instr).map(|()| None),
            Instr::BuildSlice { .. }
            | Instr::BuildSet { .. }
            | Instr::BuildMap { .. }
            | Instr::BuildString { .. }
            | Instr::FormatValue { .. }
            | Instr::ListAppend { .. }
            | Instr::ListExtend { .. }
            | Instr::SetAdd { .. }
            | Instr::SetUpdate { .. }
            | Instr::MapAdd { .. }
            | Instr::DictUpdate { .. }
            | Instr::DictMerge { .. }
            | Instr::UnpackSeq { .. }
            | Instr::UnpackEx { .. }
            | Instr::MakeFunction { .. }
            | Instr::LoadBuildClass { .. }
            | Instr::Import { .. }
            | Instr::ImportFrom { .. }
            | Instr::Intrinsic1 { .. }
            | Instr::Intrinsic2 { .. } => displays::displays(vm, at, instr).map(|()| None),
            Instr::Yield { .. }
            | Instr::GetAwaitable { .. }
            | Instr::Send { .. }
            | Instr::GetAIter { .. }
            | Instr::GetANext { .. }
            | Instr::EndAsyncFor { .. } => suspension::suspension(vm, at, instr),
            Instr::BeforeWith { .. }
            | Instr::BeforeAsyncWith { .. }
            | Instr::WithExcept { .. }
            | Instr::PushExc { .. }
            | Instr::PopExc { .. }
            | Instr::JumpIfNotMatch { .. }
            | Instr::MatchGroup { .. }
            | Instr::Raise { .. }
            | Instr::RaiseBare
            | Instr::Reraise { .. }
            | Instr::AssertFail { .. }
            | Instr::MatchSequence { .. }
            | Instr::MatchMapping { .. }
            | Instr::MatchKeys { .. }
            | Instr::MatchClass { .. }
            | Instr::CopyWithoutKeys { .. }
            | Instr::GetLen { .. } => statements::statements(vm, at, instr).map(|()| None),
            Instr::Copy { .. }
            | Instr::Move { .. }
            | Instr::LoadK { .. }
            | Instr::LoadInt { .. }
            | Instr::LoadNone { .. }
            | Instr::LoadBool { .. }
            | Instr::Clear { .. }
            | Instr::MakeCell { .. }
            | Instr::CopyFree { .. }
            | Instr::Is { .. }
            | Instr::Jump { .. }
            | Instr::JumpIsNone { .. }
            | Instr::JumpIs { .. }
            | Instr::GetIter { .. }
            | Instr::GetYieldFromIter { .. }
            | Instr::LoadSuper { .. }
            | Instr::GetSlice { .. }
            | Instr::SetSlice { .. }
            | Instr::BuildTuple { .. }
            | Instr::BuildList { .. }
            | Instr::Return { .. }
            | Instr::ReturnNone
            | Instr::MakeGenerator => unreachable!("the loop completes these"),
        }
    }
}

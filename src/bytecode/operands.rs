//! The operands of each instruction, for the verifier and the disassembler.

use super::{BinOp, CmpOp, Instr, Reg};

/// One operand, with what the instruction does with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    /// A register that is read.
    Read(Reg),
    /// A register that is written, perhaps after being read.
    Write(Reg),
    /// A register that is read, or [`Reg::NONE`].
    Optional(Reg),
    /// A register that holds a cell.
    Cell(Reg),
    /// A register whose cell is made or whose variable ends.
    Reset(Reg),
    /// Consecutive registers that are written or read.
    Window {
        first: Reg,
        count: u32,
    },
    /// As `Window`, with a number that the first register tells already.
    Hidden {
        first: Reg,
        count: u32,
    },
    Const(u16),
    Cache(u16),
    Name(u16),
    /// Offset of a jump from the instruction after this one.
    Jump(i32),
    Number(i64),
    /// A property that has a name.
    Word(&'static str),
    Binary(BinOp),
    Compare(CmpOp),
}

fn window(first: Reg, count: u32) -> Operand {
    Operand::Window { first, count }
}

fn word(on: bool, yes: &'static str, no: &'static str) -> Operand {
    Operand::Word(if on { yes } else { no })
}

impl Instr {
    /// Calls `see` with each operand, in the order in which they are written down.
    pub fn operands(&self, see: &mut dyn FnMut(Operand)) {
        use Operand::{Cache, Cell, Compare, Const, Hidden, Jump, Name, Number, Optional, Read, Reset, Word, Write};
        let mut all = |operands: &[Operand]| operands.iter().for_each(|o| see(*o));
        match *self {
            Instr::Copy { dst, src } => all(&[Write(dst), Read(src)]),
            Instr::Move { dst, src } => all(&[Write(dst), Write(src)]),
            Instr::LoadK { dst, k } => all(&[Write(dst), Const(k)]),
            Instr::LoadInt { dst, imm } => all(&[Write(dst), Number(imm.into())]),
            Instr::LoadNone { dst } | Instr::LoadLocals { dst } | Instr::LoadBuildClass { dst } => all(&[Write(dst)]),
            Instr::LoadBool { dst, value } => all(&[Write(dst), word(value, "True", "False")]),
            Instr::Clear { reg } | Instr::MakeCell { reg } => all(&[Reset(reg)]),
            Instr::DelLocal { reg } => all(&[Write(reg)]),
            Instr::ClearRange { first, count } => all(&[window(first, count.into())]),
            Instr::CheckBound { reg } => all(&[Read(reg)]),
            Instr::CopyFree { first } => all(&[Reset(first)]),
            Instr::LoadCell { dst, cell } => all(&[Write(dst), Cell(cell)]),
            Instr::StoreCell { cell, src } => all(&[Cell(cell), Read(src)]),
            Instr::DelCell { cell } => all(&[Cell(cell)]),
            Instr::LoadClassCell { dst, cell, name } | Instr::LoadFromDictOrCell { dst, cell, name } => {
                all(&[Write(dst), Cell(cell), Name(name)]);
            }
            Instr::LoadGlobal { dst, cache } | Instr::LoadName { dst, cache } => {
                all(&[Write(dst), Cache(cache)]);
            }
            Instr::StoreGlobal { src, cache } | Instr::StoreName { src, cache } => {
                all(&[Cache(cache), Read(src)]);
            }
            Instr::DelGlobal { name } | Instr::DelName { name } => all(&[Name(name)]),
            Instr::LoadFromDictOrGlobals { dst, mapping, name } => {
                all(&[Write(dst), Read(mapping), Name(name)]);
            }
            Instr::Add { dst, lhs, rhs }
            | Instr::Sub { dst, lhs, rhs }
            | Instr::Mul { dst, lhs, rhs }
            | Instr::TrueDiv { dst, lhs, rhs }
            | Instr::FloorDiv { dst, lhs, rhs }
            | Instr::Mod { dst, lhs, rhs } => all(&[Write(dst), Read(lhs), Read(rhs)]),
            Instr::Binary { op, dst, lhs, rhs } | Instr::Inplace { op, dst, lhs, rhs } => {
                all(&[Write(dst), Operand::Binary(op), Read(lhs), Read(rhs)]);
            }
            Instr::AddI { dst, lhs, imm } | Instr::SubI { dst, lhs, imm } => {
                all(&[Write(dst), Read(lhs), Number(imm.into())]);
            }
            Instr::BinaryI { op, dst, lhs, imm } | Instr::InplaceI { op, dst, lhs, imm } => {
                all(&[Write(dst), Operand::Binary(op), Read(lhs), Number(imm.into())]);
            }
            Instr::Neg { dst, src }
            | Instr::Pos { dst, src }
            | Instr::Invert { dst, src }
            | Instr::Not { dst, src }
            | Instr::GetIter { dst, src }
            | Instr::GetYieldFromIter { dst, src }
            | Instr::GetAIter { dst, src }
            | Instr::MatchSequence { dst, src }
            | Instr::MatchMapping { dst, src }
            | Instr::GetLen { dst, src }
            | Instr::GetANext { dst, iter: src } => all(&[Write(dst), Read(src)]),
            Instr::Compare { op, dst, lhs, rhs } => {
                all(&[Write(dst), Compare(op), Read(lhs), Read(rhs)]);
            }
            Instr::CompareI { op, dst, lhs, imm } => {
                all(&[Write(dst), Compare(op), Read(lhs), Number(imm.into())]);
            }
            Instr::Is { negate, dst, lhs, rhs } => {
                all(&[Write(dst), word(negate, "is not", "is"), Read(lhs), Read(rhs)]);
            }
            Instr::Contains { negate, dst, item, container } => {
                all(&[Write(dst), word(negate, "not in", "in"), Read(item), Read(container)]);
            }
            Instr::Jump { off } => all(&[Jump(off)]),
            Instr::JumpIfTrue { cond, off }
            | Instr::JumpIfFalse { cond, off }
            | Instr::JumpIfTrueKeep { cond, off }
            | Instr::JumpIfFalseKeep { cond, off } => all(&[Read(cond), Jump(off)]),
            Instr::JumpIsNone { when, src, off } => {
                all(&[word(when, "if", "unless"), Read(src), Jump(off.into())]);
            }
            Instr::JumpIs { when, lhs, rhs, off }
            | Instr::JumpLt { when, lhs, rhs, off }
            | Instr::JumpLe { when, lhs, rhs, off }
            | Instr::JumpGt { when, lhs, rhs, off }
            | Instr::JumpGe { when, lhs, rhs, off }
            | Instr::JumpEq { when, lhs, rhs, off }
            | Instr::JumpNe { when, lhs, rhs, off }
            | Instr::JumpIn { when, item: lhs, container: rhs, off } => {
                let when = word(when, "if", "unless");
                all(&[when, Read(lhs), Read(rhs), Jump(off.into())]);
            }
            Instr::JumpLtI { when, lhs, imm, off }
            | Instr::JumpLeI { when, lhs, imm, off }
            | Instr::JumpGtI { when, lhs, imm, off }
            | Instr::JumpGeI { when, lhs, imm, off }
            | Instr::JumpEqI { when, lhs, imm, off }
            | Instr::JumpNeI { when, lhs, imm, off } => {
                let when = word(when, "if", "unless");
                all(&[when, Read(lhs), Number(imm.into()), Jump(off.into())]);
            }
            Instr::ForIter { iter, dst, off } => {
                all(&[Write(dst), Write(iter), Jump(off.into())]);
            }
            Instr::ForIterFar { iter, dst } => all(&[Write(dst), Write(iter)]),
            Instr::GetAttr { dst, obj, cache } => all(&[Write(dst), Read(obj), Cache(cache)]),
            Instr::SetAttr { obj, val, cache } => all(&[Read(obj), Cache(cache), Read(val)]),
            Instr::DelAttr { obj, name } => all(&[Read(obj), Name(name)]),
            Instr::LoadMethod { base, cache } => {
                all(&[Write(base), Hidden { first: base, count: 2 }, Cache(cache)]);
            }
            Instr::LoadSuper { method, base, cache } => {
                let kind = word(method, "method", "attribute");
                all(&[Write(base), Hidden { first: base, count: 3 }, kind, Cache(cache)]);
            }
            Instr::GetItem { dst, obj, index } => all(&[Write(dst), Read(obj), Read(index)]),
            Instr::GetItemI { dst, obj, imm } => {
                all(&[Write(dst), Read(obj), Number(imm.into())]);
            }
            Instr::SetItem { obj, index, val } => all(&[Read(obj), Read(index), Read(val)]),
            Instr::GetSlice { dst, obj, first } => all(&[Write(dst), Read(obj), window(first, 3)]),
            Instr::SetSlice { obj, first, val } => all(&[Read(obj), window(first, 3), Read(val)]),
            Instr::DelItem { obj, index } => all(&[Read(obj), Read(index)]),
            Instr::BuildSlice { dst, first } => all(&[Write(dst), window(first, 3)]),
            Instr::Call { base, nargs } => {
                let count = u32::from(nargs) + 1;
                all(&[Write(base), Hidden { first: base, count }, Number(nargs.into())]);
            }
            Instr::CallKw { base, nargs, names } => {
                let count = u32::from(nargs) + 1;
                let hidden = Hidden { first: base, count };
                all(&[Write(base), hidden, Number(nargs.into()), Const(names)]);
            }
            Instr::CallMethod { base, nargs } => {
                let count = u32::from(nargs) + 2;
                all(&[Write(base), Hidden { first: base, count }, Number(nargs.into())]);
            }
            Instr::CallMethodKw { base, nargs, names } => {
                let count = u32::from(nargs) + 2;
                let hidden = Hidden { first: base, count };
                all(&[Write(base), hidden, Number(nargs.into()), Const(names)]);
            }
            Instr::InvokeMethod { base, nargs, cache } => {
                let count = u32::from(nargs) + 2;
                let hidden = Hidden { first: base, count };
                all(&[Write(base), hidden, Number(nargs.into()), Cache(cache)]);
            }
            Instr::CallEx { base } => all(&[Write(base), Hidden { first: base, count: 3 }]),
            Instr::Return { src } => all(&[Read(src)]),
            Instr::ReturnNone | Instr::RaiseBare | Instr::MakeGenerator | Instr::SetupAnnotations => {}
            Instr::BuildTuple { dst, first, count }
            | Instr::BuildList { dst, first, count }
            | Instr::BuildSet { dst, first, count }
            | Instr::BuildString { dst, first, count } => {
                all(&[Write(dst), window(first, count.into())]);
            }
            Instr::BuildMap { dst, first, count } => {
                all(&[Write(dst), window(first, u32::from(count) * 2)]);
            }
            Instr::FormatValue { conversion, dst, src, spec } => {
                let conversion = match conversion {
                    super::Conversion::None => "plain",
                    super::Conversion::Str => "str",
                    super::Conversion::Repr => "repr",
                    super::Conversion::Ascii => "ascii",
                };
                all(&[Write(dst), Read(src), Word(conversion), Optional(spec)]);
            }
            Instr::ListAppend { list, val } => all(&[Read(list), Read(val)]),
            Instr::ListExtend { list, src } => all(&[Read(list), Read(src)]),
            Instr::SetAdd { set, val } => all(&[Read(set), Read(val)]),
            Instr::SetUpdate { set, src } => all(&[Read(set), Read(src)]),
            Instr::MapAdd { map, key } => all(&[Read(map), window(key, 2)]),
            Instr::DictUpdate { map, src } => all(&[Read(map), Read(src)]),
            Instr::DictMerge { map, src, callee } => all(&[Read(map), Read(src), Read(callee)]),
            Instr::UnpackSeq { src, first, count } => {
                all(&[window(first, count.into()), Read(src)]);
            }
            Instr::UnpackEx { src, first, shape } => {
                let (before, after) = (shape >> 8, shape & 0xFF);
                let count = u32::from(before) + u32::from(after) + 1;
                all(&[window(first, count), Read(src), Number(before.into())]);
            }
            Instr::MakeFunction { dst, k, flags } => {
                let count = 1 + flags.count_ones();
                let hidden = Hidden { first: dst, count };
                all(&[Write(dst), hidden, Const(k), Number(flags.into())]);
            }
            Instr::Import { base, name } => {
                all(&[Write(base), Hidden { first: base, count: 2 }, Name(name)]);
            }
            Instr::ImportFrom { dst, module, name } => {
                all(&[Write(dst), Read(module), Name(name)]);
            }
            Instr::Yield { kind, dst, src } => {
                let kind = word(kind == super::YieldKind::Plain, "plain", "async");
                all(&[Write(dst), kind, Read(src)]);
            }
            Instr::GetAwaitable { place, dst, src } => {
                let place = match place {
                    super::AwaitPlace::Expression => "expression",
                    super::AwaitPlace::AsyncWithEnter => "enter",
                    super::AwaitPlace::AsyncWithExit => "exit",
                };
                all(&[Write(dst), Word(place), Read(src)]);
            }
            Instr::Send { iter, value, off } => all(&[Write(value), Write(iter), Jump(off.into())]),
            Instr::EndAsyncFor { exc, iter } => all(&[Write(exc), Write(iter)]),
            Instr::BeforeWith { base } | Instr::BeforeAsyncWith { base } => {
                all(&[Write(base), Hidden { first: base, count: 2 }]);
            }
            Instr::WithExcept { dst, exit, exc } => all(&[Write(dst), Read(exit), Read(exc)]),
            Instr::PushExc { save, exc } => all(&[Write(save), Read(exc)]),
            Instr::PopExc { save } => all(&[Write(save)]),
            Instr::JumpIfNotMatch { exc, class, off } => {
                all(&[Read(exc), Read(class), Jump(off.into())]);
            }
            Instr::MatchGroup { dst, exc, class } => all(&[Write(dst), Write(exc), Read(class)]),
            Instr::Raise { exc, cause } => all(&[Read(exc), Optional(cause)]),
            Instr::Reraise { exc } => all(&[Read(exc)]),
            Instr::AssertFail { msg } => all(&[Optional(msg)]),
            Instr::MatchKeys { dst, src, keys } | Instr::CopyWithoutKeys { dst, src, keys } => {
                all(&[Write(dst), Read(src), Read(keys)]);
            }
            Instr::MatchClass { dst, src, npos } => {
                let hidden = Hidden { first: dst, count: 2 };
                all(&[Write(dst), hidden, Read(src), Number(npos.into())]);
            }
            Instr::Intrinsic1 { op, dst, src } => {
                let _ = op;
                all(&[Write(dst), Read(src)]);
            }
            Instr::Intrinsic2 { op, dst, lhs, rhs } => {
                let _ = op;
                all(&[Write(dst), Read(lhs), Read(rhs)]);
            }
        }
    }

    /// Whether control never goes on behind this instruction.
    pub fn is_terminator(&self) -> bool {
        matches!(
            self,
            Instr::Jump { .. }
                | Instr::Return { .. }
                | Instr::ReturnNone
                | Instr::Raise { .. }
                | Instr::RaiseBare
                | Instr::Reraise { .. }
                | Instr::AssertFail { .. }
        )
    }
}

//! The verifier: what unchecked access to registers, constants and caches rests on.
//!
//! It shows that a code object can be run without bounds checks. It does not show that the
//! code makes sense: the machine still looks at the type of every value it uses, a register
//! that should hold a cell or an iterator included.

use std::fmt;

use super::operands::Operand;
use super::{CodeFlags, CodeProto, Const, Instr, Reg};

/// Why a code prototype is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// Qualified name of the code.
    pub code: String,
    /// Index of the instruction at fault, if it is one.
    pub at: Option<usize>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid code '{}'", self.code)?;
        if let Some(at) = self.at {
            write!(f, " at instruction {at}")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl std::error::Error for VerifyError {}

/// Checks a code prototype and those among its constants.
///
/// # Errors
/// The first thing found that unchecked execution must not meet.
pub fn verify(code: &CodeProto) -> Result<(), VerifyError> {
    let checker = Checker { code };
    let fail = |(at, what): Fault| VerifyError { code: code.qualname.to_string(), at, what };
    checker.layout().map_err(fail)?;
    checker.exceptions().map_err(fail)?;
    for at in 0..code.instrs.len() {
        checker.instr(at).map_err(|what| fail((Some(at), what)))?;
    }
    code.consts.iter().try_for_each(verify_const)
}

fn verify_const(value: &Const) -> Result<(), VerifyError> {
    match value {
        Const::Code(code) => verify(code),
        Const::Tuple(items) | Const::FrozenSet(items) => items.iter().try_for_each(verify_const),
        _ => Ok(()),
    }
}

type Fault = (Option<usize>, String);

struct Checker<'a> {
    code: &'a CodeProto,
}

impl Checker<'_> {
    fn layout(&self) -> Result<(), Fault> {
        let code = self.code;
        let check = |holds: bool, what: &str| {
            if holds { Ok(()) } else { Err((None, what.to_owned())) }
        };
        let locals = usize::from(code.first_temp.0);
        check(code.first_temp.0 <= code.nregs, "more variables than registers")?;
        check(code.nregs < u16::MAX, "too many registers")?;
        check(code.local_names.len() == locals, "a name is missing for a variable")?;
        check(code.positions.len() == code.instrs.len(), "positions do not fit the instructions")?;
        check(usize::from(code.var_count) <= locals, "more locals than variables")?;
        let mut params = usize::from(code.arg_count) + usize::from(code.kwonly_count);
        params += usize::from(code.flags.has(CodeFlags::VARARGS));
        params += usize::from(code.flags.has(CodeFlags::VARKEYWORDS));
        check(params <= usize::from(code.var_count), "more parameters than locals")?;
        check(code.posonly_count <= code.arg_count, "more positional-only parameters than all")?;
        let cells = code.cell_regs.iter().chain(&code.free_regs);
        for reg in cells {
            check(*reg < code.first_temp, "a cell lies among the temporaries")?;
        }
        for pair in code.free_regs.windows(2) {
            check(pair[1].0 == pair[0].0 + 1, "free variables do not follow each other")?;
        }
        for site in &code.caches {
            check(usize::from(site.name) < code.names.len(), "a cache has no name")?;
        }
        let last = code.instrs.last();
        check(last.is_some_and(Instr::is_terminator), "control falls off the end")?;
        let makes = |i: &&Instr| matches!(i, Instr::MakeGenerator);
        let wanted = usize::from(code.flags.is_suspendable());
        check(code.instrs.iter().filter(makes).count() == wanted, "MakeGenerator against the flags")
    }

    fn exceptions(&self) -> Result<(), Fault> {
        let code = self.code;
        let len = code.instrs.len() as u32;
        for range in &code.exceptions {
            let temp = |reg: Reg| reg >= code.first_temp && reg.0 < code.nregs;
            let sane = range.start < range.end
                && range.end <= len
                && range.handler < len
                && temp(range.exc)
                && temp(range.keep);
            if !sane {
                return Err((None, format!("exception range out of bounds: {range:?}")));
            }
        }
        Ok(())
    }

    fn instr(&self, at: usize) -> Result<(), String> {
        let code = self.code;
        let instr = code.instrs[at];
        let mut fault = None;
        instr.operands(&mut |operand| {
            if let Err(what) = self.operand(at, operand) {
                fault.get_or_insert(what);
            }
        });
        if let Some(what) = fault {
            return Err(what);
        }
        match instr {
            Instr::CopyFree { first } if code.free_regs.first() != Some(&first) => {
                Err("CopyFree does not begin at the first free variable".into())
            }
            Instr::MakeCell { reg } if !code.cell_regs.contains(&reg) => {
                Err("a cell is made in a register that is not a cell's".into())
            }
            Instr::MakeFunction { k, flags, .. } => {
                if flags > 15 {
                    return Err("unknown flags of MakeFunction".into());
                }
                match &code.consts[usize::from(k)] {
                    Const::Code(_) => Ok(()),
                    _ => Err("MakeFunction of something else than code".into()),
                }
            }
            Instr::CallKw { nargs, names, .. } | Instr::CallMethodKw { nargs, names, .. } => {
                self.keyword_names(nargs, names)
            }
            Instr::ForIterFar { .. } if !matches!(self.next(at, 1), Some(Instr::Jump { .. })) => {
                Err("ForIterFar without its Jump".into())
            }
            Instr::Send { value, .. } => self.send(at, value),
            Instr::Yield { .. } if !code.flags.is_suspendable() => {
                Err("Yield in code that is not a generator's".into())
            }
            _ => Ok(()),
        }
    }

    fn next(&self, at: usize, ahead: usize) -> Option<Instr> {
        self.code.instrs.get(at + ahead).copied()
    }

    fn operand(&self, at: usize, operand: Operand) -> Result<(), String> {
        let code = self.code;
        let register = |reg: Reg| {
            if reg.0 < code.nregs { Ok(()) } else { Err(format!("register {reg:?} of {}", code.nregs)) }
        };
        let index = |what: &str, at: u16, len: usize| {
            if usize::from(at) < len { Ok(()) } else { Err(format!("{what} {at} of {len}")) }
        };
        let is_cell = |reg: Reg| code.cell_regs.contains(&reg) || code.free_regs.contains(&reg);
        match operand {
            Operand::Read(reg) | Operand::Reset(reg) => register(reg),
            Operand::Write(reg) => {
                register(reg)?;
                if reg < code.first_temp && is_cell(reg) {
                    return Err(format!("register {reg:?} of a cell is overwritten"));
                }
                Ok(())
            }
            Operand::Optional(reg) => {
                if reg.is_none() {
                    return Ok(());
                }
                register(reg)
            }
            Operand::Cell(reg) => {
                if is_cell(reg) {
                    return Ok(());
                }
                Err(format!("register {reg:?} is not a cell's"))
            }
            Operand::Window { first, count } | Operand::Hidden { first, count } => {
                if u32::from(first.0) + count <= u32::from(code.nregs) {
                    return Ok(());
                }
                Err(format!("{count} registers from {first:?} of {}", code.nregs))
            }
            Operand::Const(k) => index("constant", k, code.consts.len()),
            Operand::Cache(cache) => index("cache", cache, code.caches.len()),
            Operand::Name(name) => index("name", name, code.names.len()),
            Operand::Jump(off) => {
                let target = at as i64 + 1 + i64::from(off);
                if (0..code.instrs.len() as i64).contains(&target) {
                    return Ok(());
                }
                Err(format!("jump to {target}"))
            }
            Operand::Number(_) | Operand::Word(_) => Ok(()),
            Operand::Binary(_) | Operand::Compare(_) => Ok(()),
        }
    }

    fn keyword_names(&self, nargs: u16, names: u16) -> Result<(), String> {
        let Const::Tuple(names) = &self.code.consts[usize::from(names)] else {
            return Err("keyword names are not a tuple".into());
        };
        if names.len() > usize::from(nargs) {
            return Err("more keyword names than arguments".into());
        }
        if names.iter().all(|name| matches!(name, Const::Str(_))) {
            return Ok(());
        }
        Err("a keyword name is not a string".into())
    }

    fn send(&self, at: usize, value: Reg) -> Result<(), String> {
        let yields = matches!(
            self.next(at, 1),
            Some(Instr::Yield { dst, src, .. }) if dst == value && src == value
        );
        let again = matches!(self.next(at, 2), Some(Instr::Jump { off: -3 }));
        if yields && again {
            return Ok(());
        }
        Err("Send without its Yield and Jump".into())
    }
}

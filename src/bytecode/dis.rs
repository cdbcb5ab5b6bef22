//! The disassembler: a readable listing of a code prototype and those inside it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mini_grammar::LineIndex;

use super::operands::Operand;
use super::{CodeProto, Const, Instr, Reg};

/// Lists the code and all code among its constants; `source` gives the lines to show.
pub fn disassemble(code: &CodeProto, source: Option<&LineIndex>) -> String {
    let mut out = String::new();
    list(code, source, &mut out);
    out
}

fn list(code: &CodeProto, source: Option<&LineIndex>, out: &mut String) {
    let labels = labels(code);
    header(code, out);
    let mut line = 0;
    for (at, instr) in code.instrs.iter().enumerate() {
        let here = code.positions[at].line;
        if here != line && here != 0 {
            line = here;
            let text = source.map_or("", |s| s.line_text(line).trim());
            let _ = writeln!(out, "{line:>5}  {text}");
        }
        let label = labels.get(&at).map_or(String::new(), |n| format!("L{n}:"));
        let mut row = format!("  {label:<5} {at:>5}  {:<22}", mnemonic(instr));
        let shown = operands(code, at, instr, &labels);
        row.push_str(&shown);
        out.push_str(row.trim_end());
        out.push('\n');
    }
    exceptions(code, &labels, out);
    for value in &code.consts {
        if let Const::Code(inner) = value {
            out.push('\n');
            list(inner, source, out);
        }
    }
}

fn header(code: &CodeProto, out: &mut String) {
    let _ = writeln!(
        out,
        "code {} (line {}): {} registers, {} variables{}",
        code.qualname,
        code.first_line,
        code.nregs,
        code.first_temp.0,
        flags(code),
    );
}

fn flags(code: &CodeProto) -> String {
    use super::CodeFlags as Flags;
    let known = [
        (Flags::VARARGS, "*args"),
        (Flags::VARKEYWORDS, "**kwargs"),
        (Flags::GENERATOR, "generator"),
        (Flags::COROUTINE, "coroutine"),
        (Flags::ASYNC_GENERATOR, "async generator"),
    ];
    let named = known.iter().filter(|(bit, _)| code.flags.has(*bit));
    named.map(|(_, name)| format!(", {name}")).collect()
}

fn labels(code: &CodeProto) -> BTreeMap<usize, usize> {
    let mut labels = BTreeMap::new();
    for (at, instr) in code.instrs.iter().enumerate() {
        instr.operands(&mut |operand| {
            if let Operand::Jump(off) = operand {
                labels.insert(target(at, off), 0);
            }
        });
    }
    for range in &code.exceptions {
        labels.insert(range.handler as usize, 0);
    }
    for (number, label) in labels.values_mut().enumerate() {
        *label = number + 1;
    }
    labels
}

fn target(at: usize, off: i32) -> usize {
    (at as i64 + 1 + i64::from(off)).max(0) as usize
}

fn mnemonic(instr: &Instr) -> String {
    let shown = format!("{instr:?}");
    let name = shown.split([' ', '{']).next().unwrap_or_default();
    match instr {
        Instr::Intrinsic1 { op, .. } => format!("{op:?}"),
        Instr::Intrinsic2 { op, .. } => format!("{op:?}"),
        _ => name.to_owned(),
    }
}

fn operands(code: &CodeProto, at: usize, instr: &Instr, labels: &BTreeMap<usize, usize>) -> String {
    let mut parts = Vec::new();
    instr.operands(&mut |operand| {
        let part = match operand {
            Operand::Read(reg) | Operand::Write(reg) | Operand::Cell(reg) | Operand::Reset(reg) => register(code, reg),
            Operand::Optional(reg) if reg.is_none() => return,
            Operand::Optional(reg) => register(code, reg),
            Operand::Window { count: 0, .. } => "-".to_owned(),
            Operand::Window { first, count: 1 } => register(code, first),
            Operand::Window { first, count } => {
                let last = first.offset(count as u16 - 1);
                format!("{}..{}", register(code, first), register(code, last))
            }
            Operand::Hidden { .. } => return,
            Operand::Const(k) => code.consts.get(usize::from(k)).map_or_else(|| format!("k{k}"), constant),
            Operand::Cache(cache) => {
                let site = code.caches.get(usize::from(cache));
                site.map_or_else(|| format!("c{cache}"), |site| name(code, site.name))
            }
            Operand::Name(index) => name(code, index),
            Operand::Jump(off) => match labels.get(&target(at, off)) {
                Some(label) => format!("-> L{label}"),
                None => format!("-> {}", target(at, off)),
            },
            Operand::Number(number) => number.to_string(),
            Operand::Word(word) => word.to_owned(),
            Operand::Binary(op) => op.symbol().to_owned(),
            Operand::Compare(op) => op.symbol().to_owned(),
        };
        parts.push(part);
    });
    parts.join(", ")
}

/// A variable shows its name, a temporary its place among the temporaries.
fn register(code: &CodeProto, reg: Reg) -> String {
    match code.local_names.get(usize::from(reg.0)) {
        Some(name) => name.to_string(),
        None => format!("t{}", reg.0 - code.first_temp.0),
    }
}

fn name(code: &CodeProto, index: u16) -> String {
    let found = code.names.get(usize::from(index));
    found.map_or_else(|| format!("n{index}"), |name| format!(".{name}"))
}

fn constant(value: &Const) -> String {
    let list = |items: &[Const]| items.iter().map(constant).collect::<Vec<_>>().join(", ");
    match value {
        Const::None => "None".into(),
        Const::Ellipsis => "...".into(),
        Const::Bool(true) => "True".into(),
        Const::Bool(false) => "False".into(),
        Const::Int(value) => value.to_string(),
        Const::BigInt(value) => value.to_string(),
        Const::Float(value) => format!("{value:?}"),
        Const::Str(text) => format!("{text:?}"),
        Const::Surrogates(units) => format!("surrogates{units:?}"),
        Const::Bytes(bytes) => format!("b\"{}\"", bytes.escape_ascii()),
        Const::Tuple(items) => format!("({})", list(items)),
        Const::FrozenSet(items) => format!("frozenset({})", list(items)),
        Const::Slice(bounds) => format!("slice({})", list(&bounds[..])),
        Const::Code(code) => format!("<code {}>", code.qualname),
    }
}

fn exceptions(code: &CodeProto, labels: &BTreeMap<usize, usize>, out: &mut String) {
    if code.exceptions.is_empty() {
        return;
    }
    out.push_str("exceptions:\n");
    for range in &code.exceptions {
        let label = labels.get(&(range.handler as usize)).copied().unwrap_or_default();
        let _ = writeln!(
            out,
            "  {:>5}..{:<5} -> L{label}, {} := the exception, {}.. cleared",
            range.start,
            range.end,
            register(code, range.exc),
            register(code, range.keep),
        );
    }
}

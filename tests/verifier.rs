//! The verifier refuses code that unchecked execution must not meet.

use mini::bytecode::{CodeProto, Const, ExceptionRange, Instr, Position, Reg, verify};
use mini::compile::compile_module;

/// Code with a bit of everything, which passes.
fn sound() -> CodeProto {
    let source = "def f(a, k=1):\n    for x in a:\n        g(x, k=a.b)\n    return [x]\n";
    let parsed = mini_grammar::parse_module(source).expect("it parses");
    let code = compile_module(&parsed.tree, &parsed.lines, "t").expect("it compiles");
    verify(&code).expect("it is sound");
    let inner = code.consts.into_iter().find_map(|value| match value {
        Const::Code(code) => Some(code),
        _ => None,
    });
    CodeProto::clone(&inner.expect("the function"))
}

#[track_caller]
fn refuses(what: &str, spoil: impl FnOnce(&mut CodeProto)) {
    let mut code = sound();
    spoil(&mut code);
    let error = verify(&code).expect_err("the code is spoilt");
    assert!(error.what.contains(what), "{error}");
}

/// Puts an instruction in place of the first one.
#[track_caller]
fn refuses_instr(what: &str, instr: Instr) {
    refuses(what, |code| code.instrs[0] = instr);
}

#[test]
fn registers_beyond_the_frame() {
    let dst = Reg(99);
    refuses_instr("register r99", Instr::LoadNone { dst });
    refuses_instr("register r99", Instr::Copy { dst: Reg(0), src: dst });
    refuses_instr("registers from", Instr::Call { base: Reg(1), nargs: 500 });
    refuses_instr("register r65534", Instr::CallEx { base: Reg(u16::MAX - 1) });
    refuses_instr("registers from", Instr::UnpackEx { src: Reg(0), first: Reg(1), shape: 0xFFFF });
    refuses_instr("registers from", Instr::ClearRange { first: Reg(1), count: u16::MAX });
    refuses_instr("registers from", Instr::BuildMap { dst: Reg(0), first: Reg(0), count: 40 });
    refuses("more variables", |code| code.nregs = 1);
}

#[test]
fn indices_out_of_range() {
    let dst = Reg(0);
    refuses_instr("constant 77", Instr::LoadK { dst, k: 77 });
    refuses_instr("cache 77", Instr::LoadGlobal { dst, cache: 77 });
    refuses_instr("name 77", Instr::DelName { name: 77 });
    refuses("a cache has no name", |code| code.names.clear());
}

#[test]
fn jumps_out_of_the_code() {
    refuses_instr("jump to", Instr::Jump { off: -2 });
    refuses_instr("jump to", Instr::Jump { off: 1000 });
    refuses_instr("jump to", Instr::ForIter { iter: Reg(1), dst: Reg(0), off: i16::MIN });
    refuses_instr("without its Jump", Instr::ForIterFar { iter: Reg(1), dst: Reg(0) });
}

#[test]
fn control_that_falls_off_the_end() {
    refuses("falls off the end", |code| {
        code.instrs.push(Instr::LoadNone { dst: Reg(0) });
        code.positions.push(Position::default());
    });
    refuses("falls off the end", |code| {
        code.instrs.clear();
        code.positions.clear();
    });
}

#[test]
fn cells_and_generators() {
    refuses_instr("not a cell's", Instr::LoadCell { dst: Reg(0), cell: Reg(0) });
    refuses_instr("not a cell's", Instr::MakeCell { reg: Reg(0) });
    refuses_instr("free variable", Instr::CopyFree { first: Reg(0) });
    refuses_instr("MakeGenerator", Instr::MakeGenerator);
    let kind = mini::bytecode::YieldKind::Plain;
    refuses_instr("not a generator's", Instr::Yield { kind, dst: Reg(0), src: Reg(0) });
    refuses_instr("without its Yield", Instr::Send { iter: Reg(0), value: Reg(1), off: 0 });
    refuses("overwritten", |code| code.cell_regs = vec![Reg(2)]);
}

#[test]
fn functions_and_keywords() {
    let k = 0;
    refuses("than code", |code| {
        code.consts.insert(0, Const::None);
        code.instrs[0] = Instr::MakeFunction { dst: Reg(3), k, flags: 0 };
    });
    refuses("not a tuple", |code| {
        code.consts[0] = Const::None;
    });
    refuses("not a string", |code| {
        code.consts[0] = Const::Tuple(vec![Const::None].into());
    });
    refuses("more keyword names", |code| {
        code.consts[0] = Const::Tuple(vec![Const::Str("a".into()); 9].into());
    });
}

#[test]
fn exception_ranges_and_tables() {
    let spoilt = ExceptionRange { start: 0, end: 1, handler: 900, exc: Reg(3), keep: Reg(3) };
    refuses("exception range", |code| code.exceptions.push(spoilt));
    refuses("exception range", |code| {
        code.exceptions.push(ExceptionRange { handler: 0, exc: Reg(0), ..spoilt });
    });
    refuses("positions", |code| code.positions.truncate(1));
    refuses("a name is missing", |code| code.local_names.truncate(1));
    refuses("more parameters", |code| code.arg_count = 9);
}

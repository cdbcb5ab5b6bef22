//! All matches: `findall`, `finditer`, `split`.

use super::Classes;
use super::matched::{self, group_text, offsets};
use super::pattern::{data, range};
use super::subject::{Mode, Slots, Subject};
use crate::builtins::native;
use crate::modules::foreign::{ITERATOR, foreign_data};
use crate::object::{Args, Arity, Class, Foreign, Known, NativeDef, NativeKind, Ptr, Raised, Raw, Value, Vm};

/// Where a search for all matches stands.
pub(super) struct Scan {
    pub subject: Subject,
    at: usize,
    end: usize,
    /// The last match was empty: the next one must not be the same.
    after_empty: bool,
}

impl Scan {
    pub fn new(subject: Subject, start: usize, end: usize) -> Scan {
        Scan { subject, at: start, end, after_empty: false }
    }

    /// The next match.
    pub fn next(&mut self, vm: &mut Vm, compiled: &super::pattern::Compiled) -> Result<Option<Slots>, Raised> {
        self.step(vm, compiled, Mode::Search)
    }

    fn step(&mut self, vm: &mut Vm, compiled: &super::pattern::Compiled, mode: Mode) -> Result<Option<Slots>, Raised> {
        let found = self.subject.run(vm, &compiled.program, mode, self.at, self.end, self.after_empty)?;
        if let Some((start, end)) = found.as_ref().and_then(|slots| offsets(slots, 0)) {
            self.after_empty = start == end;
            self.at = end;
        }
        Ok(found)
    }
}

pub(super) fn findall(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (_, compiled) = data(vm, &args[0])?;
    let subject = Subject::new(vm, &args[1], compiled.is_bytes)?;
    let (start, end) = range(vm, &subject, args, 2)?;
    let empty = subject.part(0, 0);
    let mut scan = Scan::new(subject, start, end);
    let mut found = Vec::new();
    while let Some(slots) = scan.next(vm, &compiled)? {
        let text = |group| group_text(&scan.subject, &slots, group, &empty);
        let text = match compiled.names.len() {
            1 => text(0),
            2 => text(1),
            groups => Value::tuple((1..groups).map(text).collect()),
        };
        vm.poll_posted()?;
        vm.push(&mut found, text)?;
    }
    Ok(Value::list(found))
}

/// The iterator of `finditer`.
struct Iterator {
    pattern: Value,
    string: Value,
    scan: Scan,
    start: usize,
}

foreign_data! { Iterator, next: next, single: [pattern, string], many: [] }

pub(super) fn class(vm: &mut Vm) -> Ptr<Class> {
    let class = vm.native_class("callable_iterator", Known::Object, &[]);
    vm.add_methods(&class, NativeKind::SlotWrapper, ITERATOR);
    class
}

const SCANNER: &[NativeDef] = &[
    native("match", Arity::Exact(1), scanner_match, "The match at the place where the last one ended."),
    native("search", Arity::Exact(1), scanner_search, "The next match."),
];

/// The class of what `Pattern.scanner` gives.
pub(super) fn scanner_class(vm: &mut Vm) -> Ptr<Class> {
    vm.native_class("_sre.SRE_Scanner", Known::Object, SCANNER)
}

fn scanner_step(vm: &mut Vm, scanner: &Value, mode: Mode) -> Result<Value, Raised> {
    match scanner {
        Value::Foreign(object) => Ok(advance(vm, object, mode)?.unwrap_or(Value::None)),
        _ => Ok(Value::None),
    }
}

fn scanner_match(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    scanner_step(vm, &args[0], Mode::Match)
}

fn scanner_search(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    scanner_step(vm, &args[0], Mode::Search)
}

pub(super) fn scanner(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.interp.extension::<Classes>(&mut vm.gil).scanner.clone();
    start(vm, args, class)
}

pub(super) fn finditer(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.interp.extension::<Classes>(&mut vm.gil).iterator.clone();
    start(vm, args, class)
}

/// An object of a class that goes through the matches.
fn start(vm: &mut Vm, args: Args<'_>, class: Option<Ptr<Class>>) -> Result<Value, Raised> {
    let (_, compiled) = data(vm, &args[0])?;
    let subject = Subject::new(vm, &args[1], compiled.is_bytes)?;
    let (start, end) = range(vm, &subject, args, 2)?;
    let iterator =
        Iterator { pattern: args[0].clone(), string: args[1].clone(), scan: Scan::new(subject, start, end), start };
    let Some(class) = class else { return Ok(Value::None) };
    Ok(Foreign::new(class, iterator).into_value())
}

fn next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    advance(vm, object, Mode::Search)
}

fn advance(vm: &mut Vm, object: &Raw<Foreign>, mode: Mode) -> Result<Option<Value>, Raised> {
    let Some(iterator) = object.get::<Iterator>(&vm.gil) else { return Ok(None) };
    let (pattern, string, start) = (iterator.pattern.clone(), iterator.string.clone(), iterator.start);
    let scan = &iterator.scan;
    let mut scan = Scan { subject: scan.subject.clone(), at: scan.at, end: scan.end, after_empty: scan.after_empty };
    let (_, compiled) = data(vm, &pattern)?;
    let Some(slots) = scan.step(vm, &compiled, mode)? else { return Ok(None) };
    let (subject, end) = (scan.subject.clone(), scan.end);
    if let Some(iterator) = object.get_mut::<Iterator>(&mut vm.gil) {
        (iterator.scan.at, iterator.scan.after_empty) = (scan.at, scan.after_empty);
    }
    matched::new(vm, &pattern, &string, subject, slots, start, end).map(Some)
}

pub(super) fn split(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (_, compiled) = data(vm, &args[0])?;
    let subject = Subject::new(vm, &args[1], compiled.is_bytes)?;
    let max = match args.get(2) {
        None => 0,
        Some(max) => vm.index_clamped(max)?,
    };
    let end = subject.offset(subject.len());
    let mut scan = Scan::new(subject, 0, end);
    let mut parts = Vec::new();
    let (mut last, mut count) = (0, 0);
    while max == 0 || count < max {
        let Some(slots) = scan.next(vm, &compiled)? else { break };
        let (start, stop) = offsets(&slots, 0).unwrap_or_default();
        vm.poll_posted()?;
        vm.push(&mut parts, scan.subject.part(last, start))?;
        parts.extend((1..compiled.names.len()).map(|group| group_text(&scan.subject, &slots, group, &Value::None)));
        last = stop;
        count += 1;
    }
    parts.push(scan.subject.part(last, end));
    Ok(Value::list(parts))
}

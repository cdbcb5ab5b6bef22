//! `re.Pattern`.

use std::rc::Rc;

use super::node::flag;
use super::parse::{PatternError, parse};
use super::program::Program;
use super::subject::{Mode, Slots, Subject};
use super::{Classes, iterate, matched, replace};
use crate::builtins::native;
use crate::modules::foreign::foreign_data;
use crate::object::{
    Args, Arity, Class, Dict, Foreign, GetSetDef, Known, NativeDef, NativeKind, Params, Ptr, Raised, Value, Vm,
};

/// A compiled pattern.
pub(super) struct Compiled {
    pub program: Program,
    pub flags: u32,
    pub names: Vec<Option<String>>,
    pub is_bytes: bool,
}

pub(super) struct PatternData {
    /// What it was compiled from.
    pub source: Value,
    pub compiled: Rc<Compiled>,
}

foreign_data! { PatternData, single: [source], many: [] }

const RANGE: Params = Params { names: &["self", "string", "pos", "endpos"], required: 2, posonly: 1, kwonly: 0 };
const SPLIT: Params = Params { names: &["self", "string", "maxsplit"], required: 2, posonly: 1, kwonly: 0 };
const SUB: Params = Params { names: &["self", "repl", "string", "count"], required: 3, posonly: 1, kwonly: 0 };

const METHODS: &[NativeDef] = &[
    native("match", Arity::Named(&RANGE), match_, "A match that begins where the text begins, or None."),
    native("fullmatch", Arity::Named(&RANGE), fullmatch, "A match of the whole text, or None."),
    native("search", Arity::Named(&RANGE), search, "The first match anywhere, or None."),
    native("findall", Arity::Named(&RANGE), iterate::findall, "What all matches matched, or their groups, as a list."),
    native("finditer", Arity::Named(&RANGE), iterate::finditer, "Iterate over all matches."),
    native(
        "scanner",
        Arity::Named(&RANGE),
        iterate::scanner,
        "An object whose match and search go on where the last match ended.",
    ),
    native(
        "split",
        Arity::Named(&SPLIT),
        iterate::split,
        "The parts of the text between matches, with what groups matched.",
    ),
    native(
        "sub",
        Arity::Named(&SUB),
        replace::sub,
        "The text with a replacement in place of each match, or of the first few.",
    ),
    native("subn", Arity::Named(&SUB), replace::subn, "As sub(), with the number of replacements."),
    native("__copy__", Arity::Exact(1), itself, ""),
    native("__deepcopy__", Arity::Exact(2), itself, ""),
    native("__reduce__", Arity::Exact(1), reduce, ""),
];

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__eq__", Arity::Exact(2), eq, "Return self==value."),
    native("__hash__", Arity::Exact(1), hash, "Return hash(self)."),
];

const GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "pattern", get: |vm, value| Ok(data(vm, value)?.0), set: None, doc: "The pattern as text." },
    GetSetDef {
        name: "flags",
        get: |vm, value| Ok(Value::Int(data(vm, value)?.1.flags.into())),
        set: None,
        doc: "The regex matching flags.",
    },
    GetSetDef {
        name: "groups",
        get: |vm, value| Ok((data(vm, value)?.1.names.len() - 1).into()),
        set: None,
        doc: "How many groups there are.",
    },
    GetSetDef { name: "groupindex", get: group_index, set: None, doc: "The numbers of the groups that have names." },
];

pub(super) fn class(vm: &mut Vm) -> Ptr<Class> {
    let class = vm.native_class("re.Pattern", Known::Object, METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_getsets(&class, GETSETS);
    class
}

/// Source and compiled form of a pattern object.
pub(super) fn data(vm: &mut Vm, value: &Value) -> Result<(Value, Rc<Compiled>), Raised> {
    let found = match value {
        Value::Foreign(object) => {
            object.get::<PatternData>(&vm.gil).map(|data| (data.source.clone(), data.compiled.clone()))
        }
        _ => None,
    };
    found.ok_or_else(|| vm.type_error("a compiled pattern is required"))
}

/// `compile(pattern, flags, error)`.
pub(super) fn compile(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let flags = vm.expect_i64(&args[1])? as u32;
    let (chars, is_bytes): (Vec<char>, bool) = match crate::builtins::str::text_of(vm, &args[0]) {
        Some(text) => (text.chars().collect(), false),
        None => match crate::builtins::bytes::buffer::view(vm, &args[0]) {
            Some(bytes) => (bytes.iter().map(|&byte| byte as char).collect(), true),
            None => return Err(vm.type_error("first argument must be string or compiled pattern")),
        },
    };
    let mut warnings = Vec::new();
    let parsed = parse(&chars, flags, is_bytes, &mut warnings);
    for warning in &warnings {
        // From here up: the compiling function of `re`, and the one that the script called.
        vm.warn(Known::FutureWarning, warning, 3)?;
    }
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return Err(refuse(vm, error, &args)),
    };
    let program = Program::new(&parsed.node, parsed.names.len());
    let compiled = Rc::new(Compiled { program, flags: parsed.flags, names: parsed.names, is_bytes });
    let Some(class) = vm.interp.extension::<Classes>(&mut vm.gil).pattern.clone() else { return Ok(Value::None) };
    Ok(Foreign::new(class, PatternData { source: args[0].clone(), compiled }).into_value())
}

fn refuse(vm: &mut Vm, error: PatternError, args: &Args<'_>) -> Raised {
    match error {
        PatternError::Syntax(message, position) => {
            let position = position.map_or(Value::None, Value::from);
            match vm.call(&args[2], &[message.into(), args[0].clone(), position]) {
                Ok(exception) => vm.raise_value(exception),
                Err(raised) => raised,
            }
        }
        PatternError::TooManyRepeats => vm.raise(Known::OverflowError, "the repetition number is too large"),
        PatternError::TooDeep => vm.raise(Known::RecursionError, "maximum recursion depth exceeded"),
        PatternError::Flags(message) => vm.value_error(message),
    }
}

/// The range of byte offsets that the arguments `pos` and `endpos` select.
pub(super) fn range(vm: &mut Vm, subject: &Subject, args: Args<'_>, first: usize) -> Result<(usize, usize), Raised> {
    let len = subject.len();
    let mut bound = |index: usize, default: usize| match args.get(index) {
        None => Ok(default),
        Some(bound) => Ok(vm.index_clamped(bound)?.clamp(0, len as isize) as usize),
    };
    let (start, end) = (bound(first, 0)?, bound(first + 1, len)?);
    Ok((subject.offset(start), subject.offset(end)))
}

fn run(vm: &mut Vm, args: Args<'_>, mode: Mode) -> Result<Value, Raised> {
    let (_, compiled) = data(vm, &args[0])?;
    let subject = Subject::new(vm, &args[1], compiled.is_bytes)?;
    let (start, end) = range(vm, &subject, args, 2)?;
    let found: Option<Slots> = subject.run(vm, &compiled.program, mode, start, end, false)?;
    match found {
        Some(slots) => matched::new(vm, &args[0], &args[1], subject, slots, start, end),
        None => Ok(Value::None),
    }
}

fn match_(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    run(vm, args, Mode::Match)
}

fn fullmatch(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    run(vm, args, Mode::Full)
}

fn search(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    run(vm, args, Mode::Search)
}

fn itself(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args[0].clone())
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (source, compiled) = data(vm, &args[0])?;
    let re = vm.import_dotted("re")?;
    let compile = vm.get_attr(&re, "_compile")?;
    let arguments = Value::tuple(vec![source, Value::Int(compiled.flags.into())]);
    Ok(Value::tuple(vec![compile, arguments]))
}

fn group_index(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    let (_, compiled) = data(vm, value)?;
    let dict = Dict::new();
    for (number, name) in compiled.names.iter().enumerate() {
        if let Some(name) = name {
            vm.dict_set_str(&dict, name, number.into());
        }
    }
    let proxy = vm.known(Known::MappingProxy).into_value();
    vm.call(&proxy, &[dict.into_value()])
}

fn eq(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let is_pattern = matches!(&args[1], Value::Foreign(object) if object.get::<PatternData>(&vm.gil).is_some());
    if !is_pattern {
        return Ok(Value::NotImplemented);
    }
    let ((a, first), (b, second)) = (data(vm, &args[0])?, data(vm, &args[1])?);
    let same = first.flags == second.flags && first.is_bytes == second.is_bytes && vm.same_or_equal(&a, &b)?;
    Ok(Value::bool(same))
}

fn hash(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (source, compiled) = data(vm, &args[0])?;
    let hash = vm.hash(&source)?;
    Ok(Value::Int(hash ^ i64::from(compiled.flags)))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    const NAMES: &[(u32, &str)] = &[
        (flag::IGNORECASE, "re.IGNORECASE"),
        (flag::LOCALE, "re.LOCALE"),
        (flag::MULTILINE, "re.MULTILINE"),
        (flag::DOTALL, "re.DOTALL"),
        (flag::UNICODE, "re.UNICODE"),
        (flag::VERBOSE, "re.VERBOSE"),
        (flag::DEBUG, "re.DEBUG"),
        (flag::ASCII, "re.ASCII"),
    ];
    let (source, compiled) = data(vm, &args[0])?;
    let source = vm.repr(&source)?;
    let source: String = source.chars().take(200).collect();
    let mut flags = compiled.flags;
    if !compiled.is_bytes && flags & (flag::UNICODE | flag::ASCII | flag::LOCALE) == flag::UNICODE {
        flags &= !flag::UNICODE;
    }
    let mut names: Vec<String> =
        NAMES.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| (*name).to_owned()).collect();
    let unknown = NAMES.iter().fold(flags, |rest, (bit, _)| rest & !bit);
    if unknown != 0 {
        names.push(format!("{unknown:#x}"));
    }
    Ok(if names.is_empty() {
        format!("re.compile({source})")
    } else {
        format!("re.compile({source}, {})", names.join("|"))
    }
    .into())
}

//! Methods of `BaseException` and of the classes that differ from it.

use crate::builtins::native;
use crate::object::{Args, Arity, Dict, Known, List, Name, NativeDef, NativeKind, Raised, Tuple, Value, Vm};

pub(super) fn install(vm: &mut Vm) {
    let base = vm.known(Known::BaseException);
    vm.add_methods(&base, NativeKind::Static, NEW);
    vm.add_methods(&base, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&base, NativeKind::Method, METHODS);
    for (known, table) in [
        (Known::KeyError, KEY_ERROR),
        (Known::ImportError, KEYWORD_INIT),
        (Known::NameError, KEYWORD_INIT),
        (Known::AttributeError, KEYWORD_INIT),
        (Known::SyntaxError, SYNTAX_ERROR),
        (Known::UnicodeEncodeError, UNICODE_ERROR),
        (Known::UnicodeDecodeError, UNICODE_ERROR),
        (Known::UnicodeTranslateError, UNICODE_ERROR),
    ] {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::SlotWrapper, table);
    }
    let import_error = vm.known(Known::ImportError);
    vm.add_methods(&import_error, NativeKind::SlotWrapper, IMPORT_ERROR);
}

const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "")];

const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Any, init, ""),
    native("__str__", Arity::Exact(1), str, ""),
    native("__repr__", Arity::Exact(1), repr, ""),
];

const METHODS: &[NativeDef] = &[
    native("with_traceback", Arity::Exact(2), with_traceback, "Set self.__traceback__ to tb and return self."),
    native("add_note", Arity::Exact(2), add_note, "Add a note to the exception."),
    native("__reduce__", Arity::Exact(1), reduce, ""),
    native("__setstate__", Arity::Exact(2), set_state, ""),
];

const KEY_ERROR: &[NativeDef] = &[native("__str__", Arity::Exact(1), key_error_str, "")];
const IMPORT_ERROR: &[NativeDef] = &[native("__str__", Arity::Exact(1), import_error_str, "")];
const KEYWORD_INIT: &[NativeDef] = &[native("__init__", Arity::Any, keyword_init, "")];
const SYNTAX_ERROR: &[NativeDef] =
    &[native("__init__", Arity::Any, syntax_error_init, ""), native("__str__", Arity::Exact(1), syntax_error_str, "")];
const UNICODE_ERROR: &[NativeDef] = &[
    native("__init__", Arity::Any, unicode_error_init, ""),
    native("__str__", Arity::Exact(1), unicode_error_str, ""),
];

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(Value::Class(class)) = args.positional().first() else {
        return Err(vm.type_error("BaseException.__new__(X): X is not a type object"));
    };
    let class = class.to_ptr();
    let rest = args.positional()[1..].to_vec();
    Ok(vm.exception_of(class, rest))
}

/// `__init__` of most classes: the arguments become `args`; keywords are refused.
fn init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args.names().is_some() {
        let class = vm.class_name(&args[0]);
        return Err(vm.type_error(format!("{class}() takes no keyword arguments")));
    }
    set_arguments(vm, &args);
    Ok(Value::None)
}

fn set_arguments(vm: &mut Vm, args: &Args<'_>) {
    let Value::Exc(this) = &args[0] else { return };
    let rest = &args.positional()[1..];
    let class = this.data.get(&vm.gil).class.clone();
    let fields = vm.exception_fields(&class, rest);
    let data = this.data.get_mut(&mut vm.gil);
    let old_args = std::mem::replace(&mut data.args, Tuple::from_slice(rest));
    let old_fields = std::mem::replace(&mut data.fields, fields);
    drop((old_args, old_fields));
}

/// `__init__` of classes whose fields may be given by keyword.
fn keyword_init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    set_arguments(vm, &args);
    let Value::Exc(this) = &args[0] else { return Ok(Value::None) };
    let class = this.data.get(&vm.gil).class.clone();
    let names = field_names(vm, &args[0]);
    for (name, value) in args.keywords() {
        let Value::Str(name) = name else { continue };
        match names.iter().position(|field| *field == name.as_str() && *field != "msg") {
            Some(index) => {
                let old = std::mem::replace(&mut this.data.get_mut(&mut vm.gil).fields[index], value.clone());
                drop(old);
            }
            None => {
                let known = [Known::ImportError, Known::AttributeError, Known::NameError];
                let found = known.into_iter().find(|known| class.is_known_subclass(&vm.gil, *known));
                let class = found.map_or("Exception", Known::name);
                return Err(vm.type_error(format!("{class}() got an unexpected keyword argument '{}'", name.as_str())));
            }
        }
    }
    Ok(Value::None)
}

fn field_names(vm: &Vm, this: &Value) -> &'static [&'static str] {
    let class = vm.class_of(this);
    super::fields::FIELDS
        .iter()
        .find(|(known, _)| class.is_known_subclass(&vm.gil, *known))
        .map_or(&[], |(_, names)| names)
}

fn arguments(vm: &Vm, this: &Value) -> Vec<Value> {
    match this {
        Value::Exc(this) => this.data.get(&vm.gil).args.as_slice().to_vec(),
        _ => Vec::new(),
    }
}

fn field(vm: &Vm, this: &Value, index: usize) -> Value {
    match this {
        Value::Exc(this) => this.data.get(&vm.gil).fields.get(index).cloned().unwrap_or(Value::None),
        _ => Value::None,
    }
}

fn str(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match arguments(vm, &args[0]).as_slice() {
        [] => Ok(Value::str("")),
        [one] => Ok(vm.str(one)?.into_value()),
        many => {
            let tuple = Value::tuple(many.to_vec());
            Ok(vm.str(&tuple)?.into_value())
        }
    }
}

fn key_error_str(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match arguments(vm, &args[0]).as_slice() {
        [one] => Ok(vm.repr(one)?.into_value()),
        _ => str(vm, args),
    }
}

fn import_error_str(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match field(vm, &args[0], 0) {
        message @ Value::Str(_) => Ok(message),
        _ => str(vm, args),
    }
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.class_name(&args[0]);
    let text = match arguments(vm, &args[0]).as_slice() {
        [one] => format!("{class}({})", vm.repr(one)?.as_str()),
        many => {
            let tuple = Value::tuple(many.to_vec());
            format!("{class}{}", vm.repr(&tuple)?.as_str())
        }
    };
    Ok(Value::from(text))
}

fn with_traceback(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    super::fields::set_traceback(vm, &args[0], Some(args[1].clone()))?;
    Ok(args[0].clone())
}

fn add_note(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if !matches!(vm.unwrap(&args[1]), Value::Str(_)) {
        let class = vm.class_name(&args[1]);
        return Err(vm.type_error(format!("note must be a str, not '{class}'")));
    }
    let name = vm.name(Name::__notes__);
    let notes = match vm.getattr_opt(&args[0], &name)? {
        Some(notes) => notes,
        None => {
            let notes = List::new(Vec::new()).into_value();
            vm.setattr(&args[0], &name, notes.clone())?;
            notes
        }
    };
    let Value::List(notes) = &notes else { return Err(vm.type_error("Cannot add note: __notes__ is not a list")) };
    notes.items.get_mut(&mut vm.gil).push(args[1].clone());
    Ok(Value::None)
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.class_of(&args[0]).into_value();
    let Value::Exc(this) = &args[0] else { return Ok(Value::None) };
    let data = this.data.get(&vm.gil);
    let mut parts = vec![class, data.args.to_value()];
    let dict = data.dict.clone();
    let fields: &[&str] = match () {
        () if vm.is_known(&args[0], Known::ImportError) => &["name", "path", "name_from"],
        () if vm.is_known(&args[0], Known::AttributeError) => &["name"],
        () => &[],
    };
    let state = Dict::new();
    for name in fields {
        let value = vm.get_attr(&args[0], name)?;
        if !value.is_none() {
            vm.dict_set_str(&state, name, value);
        }
    }
    if state.data.get(&vm.gil).is_empty() {
        parts.extend(dict.map(|dict| dict.into_value()));
        return Ok(Value::tuple(parts));
    }
    if let Some(dict) = dict {
        vm.dict_update(&state, &dict.into_value())?;
    }
    parts.push(state.into_value());
    Ok(Value::tuple(parts))
}

fn set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let state = Dict::new();
    if args[1].is_none() {
        return Ok(Value::None);
    }
    if !matches!(vm.unwrap(&args[1]), Value::Dict(_)) {
        return Err(vm.type_error("state is not a dictionary"));
    }
    vm.dict_update(&state, &args[1])?;
    let pairs: Vec<(Value, Value)> =
        state.data.get(&vm.gil).iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
    for (key, value) in pairs {
        if let Value::Str(name) = &key {
            let name = vm.intern(name.as_str());
            vm.setattr(&args[0], &name, value)?;
        }
    }
    Ok(Value::None)
}

fn set_fields(vm: &mut Vm, this: &Value, values: &[Value], first: usize) {
    let Value::Exc(this) = this else { return };
    for (index, value) in values.iter().enumerate() {
        if let Some(place) = this.data.get_mut(&mut vm.gil).fields.get_mut(first + index) {
            let old = std::mem::replace(place, value.clone());
            drop(old);
        }
    }
}

fn syntax_error_init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    init(vm, args)?;
    if let [_, _, details] = args.positional() {
        let details = vm.collect(details)?;
        if details.len() < 4 || details.len() > 6 || details.len() == 5 {
            let (bound, count) = if details.len() < 4 { ("least", 4) } else { ("most", 6) };
            return Err(vm.type_error(format!(
                "function missing required argument: expected at {bound} {count}, got {}",
                details.len()
            )));
        }
        set_fields(vm, &args[0], &details, 1);
    }
    Ok(Value::None)
}

fn syntax_error_str(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let message = field(vm, &args[0], 0);
    let message = vm.str(&message)?;
    let file = match field(vm, &args[0], 1) {
        Value::Str(ref file) => Some(file.as_str().rsplit('/').next().unwrap_or_default().to_owned()),
        _ => None,
    };
    let line = match field(vm, &args[0], 2) {
        Value::Int(line) => Some(line),
        _ => None,
    };
    let message = message.as_str();
    Ok(Value::from(match (file, line) {
        (Some(file), Some(line)) => format!("{message} ({file}, line {line})"),
        (Some(file), None) => format!("{message} ({file})"),
        (None, Some(line)) => format!("{message} (line {line})"),
        (None, None) => message.to_owned(),
    }))
}

fn unicode_error_init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    init(vm, args)?;
    let class = vm.class_of(&args[0]);
    let translate = class.is_known_subclass(&vm.gil, Known::UnicodeTranslateError);
    let expected = if translate { 4 } else { 5 };
    let rest = &args.positional()[1..];
    if rest.len() != expected {
        return Err(vm.type_error(format!("function takes exactly {expected} arguments ({} given)", rest.len())));
    }
    if translate {
        set_fields(vm, &args[0], &[Value::None], 0);
        set_fields(vm, &args[0], rest, 1);
    }
    Ok(Value::None)
}

fn unicode_error_str(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let parts: Vec<Value> = (0..5).map(|index| field(vm, &args[0], index)).collect();
    let (Value::Int(start), Value::Int(end)) = (&parts[2], &parts[3]) else { return Ok(Value::str("")) };
    let (start, end) = (*start, *end);
    let reason = vm.str(&parts[4])?;
    let encoding = vm.str(&parts[0])?;
    let last = end - 1;
    let text = match &parts[1] {
        Value::Bytes(bytes) => {
            let single = (end == start + 1).then(|| bytes.data.get(start as usize)).flatten();
            match single {
                Some(byte) => format!(
                    "'{}' codec can't decode byte 0x{byte:02x} in position {start}: {}",
                    encoding.as_str(),
                    reason.as_str()
                ),
                None => format!(
                    "'{}' codec can't decode bytes in position {start}-{last}: {}",
                    encoding.as_str(),
                    reason.as_str()
                ),
            }
        }
        Value::Str(text) => {
            let verb = if parts[0].is_none() {
                "can't translate".to_owned()
            } else {
                format!("'{}' codec can't encode", encoding.as_str())
            };
            let single = end == start + 1 && (start as usize) < text.char_count();
            if single {
                let code = text.char_at(start as usize) as u32;
                let shown = match code {
                    0..=0xff => format!("\\x{code:02x}"),
                    0x100..=0xffff => format!("\\u{code:04x}"),
                    _ => format!("\\U{code:08x}"),
                };
                format!("{verb} character '{shown}' in position {start}: {}", reason.as_str())
            } else {
                format!("{verb} characters in position {start}-{last}: {}", reason.as_str())
            }
        }
        _ => String::new(),
    };
    Ok(Value::from(text))
}

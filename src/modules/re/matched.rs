//! `re.Match`.

use std::rc::Rc;

use super::matcher::UNSET;
use super::pattern::{Compiled, data as pattern_data};
use super::subject::{Slots, Subject};
use super::{Classes, template};
use crate::builtins::native;
use crate::builtins::sequence::is_index;
use crate::modules::foreign::foreign_data;
use crate::object::{
    Args, Arity, Class, Dict, Foreign, GetSetDef, Known, NativeDef, NativeKind, Params, Ptr, Raised, Value, Vm,
};

pub(super) struct MatchData {
    pattern: Value,
    string: Value,
    subject: Subject,
    slots: Slots,
    start: usize,
    end: usize,
}

foreign_data! { MatchData, single: [pattern, string], many: [] }

const DEFAULT: Params = Params { names: &["self", "default"], required: 1, posonly: 1, kwonly: 0 };
const EXPAND: Params = Params { names: &["self", "template"], required: 2, posonly: 1, kwonly: 0 };

const METHODS: &[NativeDef] = &[
    native("group", Arity::Variadic, group, "What groups matched, by numbers or names."),
    native("groups", Arity::Named(&DEFAULT), groups, "What each group matched, as a tuple."),
    native("groupdict", Arity::Named(&DEFAULT), groupdict, "What each group with a name matched, as a dict."),
    native("start", Arity::Range(1, 2), start, "Where the match, or a group's, begins."),
    native("end", Arity::Range(1, 2), end, "Where the match, or a group's, ends."),
    native("span", Arity::Range(1, 2), span, "Where the match, or a group's, begins and ends."),
    native(
        "expand",
        Arity::Named(&EXPAND),
        expand,
        "A template with what the groups matched in place of its references.",
    ),
    native("__copy__", Arity::Exact(1), itself, ""),
    native("__deepcopy__", Arity::Exact(2), itself, ""),
];

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__getitem__", Arity::Exact(2), getitem, "Return self[key]."),
];

const GETSETS: &[GetSetDef] = &[
    GetSetDef {
        name: "string",
        get: |vm, value| Ok(view(vm, value)?.string),
        set: None,
        doc: "The text that was searched.",
    },
    GetSetDef {
        name: "re",
        get: |vm, value| Ok(view(vm, value)?.pattern),
        set: None,
        doc: "The pattern that was searched for.",
    },
    GetSetDef {
        name: "pos",
        get: |vm, value| view(vm, value).map(|m| m.subject.index(m.start).into()),
        set: None,
        doc: "Where the search began.",
    },
    GetSetDef {
        name: "endpos",
        get: |vm, value| view(vm, value).map(|m| m.subject.index(m.end).into()),
        set: None,
        doc: "Where the search had to end.",
    },
    GetSetDef { name: "lastindex", get: lastindex, set: None, doc: "The number of the group that was closed last." },
    GetSetDef { name: "lastgroup", get: lastgroup, set: None, doc: "The name of the group that was closed last." },
    GetSetDef { name: "regs", get: regs, set: None, doc: "" },
];

pub(super) fn class(vm: &mut Vm) -> Ptr<Class> {
    let class = vm.native_class("re.Match", Known::Object, METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_getsets(&class, GETSETS);
    class
}

/// A match object of what a pattern found.
pub(super) fn new(
    vm: &mut Vm,
    pattern: &Value,
    string: &Value,
    subject: Subject,
    slots: Slots,
    start: usize,
    end: usize,
) -> Result<Value, Raised> {
    let Some(class) = vm.interp.extension::<Classes>(&mut vm.gil).matched.clone() else { return Ok(Value::None) };
    let data = MatchData { pattern: pattern.clone(), string: string.clone(), subject, slots, start, end };
    Ok(Foreign::new(class, data).into_value())
}

/// A match, taken out of its object.
pub(super) struct View {
    pattern: Value,
    string: Value,
    pub subject: Subject,
    pub slots: Slots,
    start: usize,
    end: usize,
    pub compiled: Rc<Compiled>,
}

fn view(vm: &mut Vm, value: &Value) -> Result<View, Raised> {
    let found = match value {
        Value::Foreign(object) => object.get::<MatchData>(&vm.gil).map(|data| {
            let (pattern, string) = (data.pattern.clone(), data.string.clone());
            (pattern, string, data.subject.clone(), data.slots.clone(), data.start, data.end)
        }),
        _ => None,
    };
    let Some((pattern, string, subject, slots, start, end)) = found else {
        return Err(vm.type_error("a match object is required"));
    };
    let (_, compiled) = pattern_data(vm, &pattern)?;
    Ok(View { pattern, string, subject, slots, start, end, compiled })
}

/// The offsets of a group, None if it has not matched.
pub(super) fn offsets(slots: &Slots, group: usize) -> Option<(usize, usize)> {
    match (slots[2 * group], slots[2 * group + 1]) {
        (UNSET, _) | (_, UNSET) => None,
        (start, end) => Some((start, end)),
    }
}

/// The text of a group, `default` if it has not matched.
pub(super) fn group_text(subject: &Subject, slots: &Slots, group: usize, default: &Value) -> Value {
    offsets(slots, group).map_or_else(|| default.clone(), |(start, end)| subject.part(start, end))
}

impl View {
    /// The number of a group that a script names by number or name.
    fn number(&self, vm: &mut Vm, group: &Value) -> Result<usize, Raised> {
        let found = if is_index(vm, group) {
            usize::try_from(vm.index_clamped(group)?).ok().filter(|&group| group < self.compiled.names.len())
        } else {
            let name = match vm.unwrap(group) {
                Value::Str(name) => Some(name.as_str().to_owned()),
                _ => None,
            };
            name.and_then(|name| self.compiled.names.iter().position(|known| known.as_deref() == Some(&name)))
        };
        found.ok_or_else(|| vm.raise(Known::IndexError, "no such group"))
    }

    fn text(&self, group: usize, default: &Value) -> Value {
        group_text(&self.subject, &self.slots, group, default)
    }

    fn span(&self, group: usize) -> (Value, Value) {
        match offsets(&self.slots, group) {
            Some((start, end)) => (self.subject.index(start).into(), self.subject.index(end).into()),
            None => (Value::Int(-1), Value::Int(-1)),
        }
    }
}

fn group(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view(vm, &args[0])?;
    let mut texts = Vec::new();
    for group in &args.positional()[1..] {
        let number = view.number(vm, group)?;
        texts.push(view.text(number, &Value::None));
    }
    Ok(match texts.len() {
        0 => view.text(0, &Value::None),
        1 => texts.remove(0),
        _ => Value::tuple(texts),
    })
}

fn getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view(vm, &args[0])?;
    let number = view.number(vm, &args[1])?;
    Ok(view.text(number, &Value::None))
}

fn groups(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view(vm, &args[0])?;
    let default = args.get(1).cloned().unwrap_or(Value::None);
    Ok(Value::tuple((1..view.compiled.names.len()).map(|group| view.text(group, &default)).collect()))
}

fn groupdict(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view(vm, &args[0])?;
    let default = args.get(1).cloned().unwrap_or(Value::None);
    let dict = Dict::new();
    for (group, name) in view.compiled.names.iter().enumerate() {
        if let Some(name) = name {
            vm.dict_set_str(&dict, name, view.text(group, &default));
        }
    }
    Ok(dict.into_value())
}

fn span_of(vm: &mut Vm, args: Args<'_>) -> Result<(Value, Value), Raised> {
    let view = view(vm, &args[0])?;
    let number = match args.get(1) {
        None => 0,
        Some(group) => view.number(vm, group)?,
    };
    Ok(view.span(number))
}

fn start(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    span_of(vm, args).map(|(start, _)| start)
}

fn end(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    span_of(vm, args).map(|(_, end)| end)
}

fn span(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    span_of(vm, args).map(|(start, end)| Value::tuple(vec![start, end]))
}

fn expand(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view(vm, &args[0])?;
    let template = template::parse(vm, &args[1], &view.compiled)?;
    Ok(template.expand(vm, &view.subject, &view.slots)?.into_value(view.compiled.is_bytes))
}

fn itself(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args[0].clone())
}

/// The last group that closed; 0 for none.
fn last(view: &View) -> Option<usize> {
    view.slots.last().copied().filter(|&group| group != UNSET)
}

fn lastindex(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    Ok(last(&view(vm, value)?).map_or(Value::None, Value::from))
}

fn lastgroup(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    let view = view(vm, value)?;
    let name = last(&view).and_then(|group| view.compiled.names[group].clone());
    Ok(name.map_or(Value::None, Value::from))
}

fn regs(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    let view = view(vm, value)?;
    let spans = (0..view.compiled.names.len()).map(|group| {
        let (start, end) = view.span(group);
        Value::tuple(vec![start, end])
    });
    Ok(Value::tuple(spans.collect()))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view(vm, &args[0])?;
    let (start, end) = offsets(&view.slots, 0).unwrap_or_default();
    let text = vm.repr(&view.subject.part(start, end))?;
    let (start, end) = (view.subject.index(start), view.subject.index(end));
    Ok(format!("<re.Match object; span=({start}, {end}), match={}>", text.as_str()).into())
}
